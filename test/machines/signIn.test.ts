import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { type Step } from '../support/paths.ts'
import { type Driver } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { codeOf } from '../support/walk.ts'
import { fetchProviderToken } from '../support/idp.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const phone_number = '+86 13800000000'
const account = { username: 'lihua', password: 'correct horse' }
const secret = new Secret('a secret')
const PROOF = 'xstate.done.actor.verification'

const isUser = ({ event }: Step) => (event.output as { isUser: boolean }).isUser

/** Makes the contact one with or without an account. */
async function setUser({ world: { sandbox } }: Driver, exists: boolean) {
  const user = sandbox.users().find((each) => each.phone_number === phone_number)
  if (exists && !user) await sandbox.addUser({ phone_number })
  if (!exists && user) sandbox.removeUser(user.sub)
}

const SECOND_FACTOR = ['mfa_phone_required', 'invalid_two_factor']
const needsSecondFactor = (step: Step) => SECOND_FACTOR.includes(codeOf(step)!)

/** Adds and removes accounts so that the answers of the path come true. */
async function arrange(driver: Driver, step: Step, answers: Step[], later: Step[]) {
  const { type } = step.event
  const [first] = answers
  if (type === 'password.submit') {
    const hasTwoFactors = answers.some(needsSecondFactor)
    const user = hasTwoFactors ? { ...account, phone_number, twoFactor: true } : account
    await driver.world.sandbox.addUser(user)
    return answers.filter((each) => codeOf(each) === 'mfa_phone_required')
  }
  if (type === 'contact.submit') {
    const proof = later.find(({ event }) => event.type === PROOF)
    if (proof) await setUser(driver, isUser(proof))
  }
  if (type !== PROOF || !first) return []
  const isTrue = codeOf(first) === (isUser(step) ? 'not_found' : 'failed_precondition')
  if (isTrue) await setUser(driver, !isUser(step))
  return isTrue ? [first] : []
}

type Facts = Record<
  'switched' | 'isUser' | 'target' | 'firstFactor' | 'verificationToken' | 'newAccount',
  unknown
>

const PASSWORD_LOST = 'anonymous: signIn.askingAccount (signIn: cancelled)'
const PROOF_LOST = 'anonymous: signIn.askingAccount (signIn: code_expired)'

testPaths({
  flows: { signIn },
  machine: signIn,
  models: [
    {
      cases: {
        'contact.submit': [{ phone_number }, { phone_number: '12', note: 'without a country' }],
        'password.submit': [account],
        'signUp.prepare': [{ profile: { name: 'Li Hua' } }],
        'profile.submit': [{ profile: { name: 'Li Hua' } }],
        [PROOF]: ({ target }: Facts) =>
          (target ? [true] : [true, false]).map((isUser) => ({
            output: { isUser, verificationToken: secret },
          })),
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.signIn': [
          'not_found',
          'internal',
          'user_blocked',
          ...SECOND_FACTOR,
        ].map(fails),
        'xstate.error.actor.signUp': ['failed_precondition', 'internal', 'user_blocked'].map(fails),
        'xstate.error.actor.signInAnonymously': [fails('user_blocked')],
        'xstate.error.actor.signInWithCustomTicket': ['permission_denied', ...SECOND_FACTOR].map(
          fails,
        ),
        'xstate.error.actor.signInWithProvider': ['not_found', ...SECOND_FACTOR].map(fails),
        'xstate.error.actor.updateProfile': [fails('invalid_argument')],
      },
      facts: (context: Facts) => [
        context.switched,
        context.isUser,
        context.target,
        !!context.firstFactor,
        !!context.verificationToken,
        !!context.newAccount,
      ],
    },
  ],
  async begin(driver) {
    await driver.world.call('signInAnonymously')
    await driver.enter({ type: 'flow.start', flow: 'signIn' })
  },
  arrange,
  actions: {
    'ticket.submit': async ({ world }, { event }) => ({
      ...event,
      ticket: await world.sandbox.mintTicket('li.hua'),
    }),
    'provider.submit': async ({ world }, { event }) => ({
      ...event,
      provider_token: await fetchProviderToken(world),
    }),
  },
  losses: {
    'askingRetry on signIn.retry': [PROOF_LOST, PASSWORD_LOST],
    'askingSecondFactor on contact.submit': [PASSWORD_LOST],
    'askingSecondFactor on contact.submit (without a country)': [PASSWORD_LOST],
    'verification on verification done isUser true': [PASSWORD_LOST],
  },
})
