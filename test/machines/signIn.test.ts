import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signIn } from '../../machines/signIn.ts'
import { paperApi, type Step } from '../support/paths.ts'
import { codeOf, describeTour, type Person } from '../support/walk.ts'
import { providerTokenOf } from '../support/idp.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const phone_number = '+86 13800000000'
const account = { username: 'lihua', password: 'correct horse' }
const secret = new Secret('sealed')
const PROOF = 'xstate.done.actor.verification'

const isUser = ({ event }: Step) => (event.output as { isUser: boolean }).isUser

/** Whether the contact is anybody's. */
async function setUser({ world: { sandbox } }: Person, exists: boolean) {
  const user = sandbox.users().find((each) => each.phone_number === phone_number)
  if (exists && !user) await sandbox.addUser({ phone_number })
  if (!exists && user) sandbox.removeUser(user.sub)
}

/** Accounts come and go as the path needs them. */
async function arrange(person: Person, step: Step, answers: Step[], later: Step[]) {
  const { type } = step.event
  const [first] = answers
  if (type === 'password.submit') await person.world.sandbox.addUser(account)
  if (type === 'contact.submit') {
    const proof = later.find(({ event }) => event.type === PROOF)
    if (proof) await setUser(person, isUser(proof))
  }
  if (type !== PROOF || !first) return []
  const comesTrue = codeOf(first) === (isUser(step) ? 'not_found' : 'failed_precondition')
  if (comesTrue) await setUser(person, !isUser(step))
  return comesTrue ? [first] : []
}

const PROOF_LOST = 'anonymous: signIn.askingAccount (signIn: code_expired)'

describeTour({
  flows: { signIn },
  machine: signIn(paperApi),
  models: [
    {
      cases: {
        'contact.submit': [{ phone_number }],
        'password.submit': [account],
        'signUp.prepare': [{ profile: { name: 'Li Hua' } }],
        'profile.submit': [{ profile: { name: 'Li Hua' } }],
        [PROOF]: [true, false].map((isUser) => ({ output: { isUser, verificationToken: secret } })),
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.signIn': [
          'not_found',
          'internal',
          'user_blocked',
          'mfa_phone_required',
          'invalid_two_factor',
        ].map(fails),
        'xstate.error.actor.signUp': ['failed_precondition', 'internal', 'user_blocked'].map(fails),
        'xstate.error.actor.signInAnonymously': [fails('user_blocked')],
        'xstate.error.actor.signInWithCustomTicket': [fails('permission_denied')],
        'xstate.error.actor.signInWithProvider': [fails('not_found')],
        'xstate.error.actor.updateProfile': [fails('invalid_argument')],
      },
      facts: (context: Record<string, unknown>) => [
        context.switched,
        context.isUser,
        !!context.verificationToken,
        !!context.newAccount,
      ],
    },
  ],
  async begin(person) {
    await person.world.call('signInAnonymously')
    await person.enter({ type: 'flow.start', flow: 'signIn' })
  },
  arrange,
  deeds: {
    'ticket.submit': async ({ world }, { event }) => ({
      ...event,
      ticket: await world.sandbox.mintTicket('li.hua'),
    }),
    'provider.submit': async ({ world }, { event }) => ({
      ...event,
      provider_token: await providerTokenOf(world),
    }),
  },
  losses: {
    'askingRetry on signIn.retry': [PROOF_LOST],
  },
})
