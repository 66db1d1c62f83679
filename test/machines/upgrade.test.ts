import { upgrade as flow } from '../../adapters/flows.ts'
import { upgrade } from '../../machines/upgrade.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { paperApi, type Step } from '../support/paths.ts'
import { codeOf, describeTour, type Person } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const phone_number = '+86 13800000000'
const secret = new Secret('sealed')
const journey = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }
const PROOF = 'xstate.done.actor.verification'
const CONSENT = 'xstate.done.actor.consent'

const PROOF_LOST = 'anonymous: upgrade.askingAccount (upgrade: code_expired)'

/** The account that has been there before the guest. */
async function addOwner({ world: { sandbox } }: Person) {
  const identities = [{ provider_id: journey.provider_id, person: 'alex' }]
  if (!sandbox.users().some((user) => !user.anonymous)) {
    await sandbox.addUser({ phone_number, identities })
  }
}

/** Somebody has the contact or the identity if that is what the path meets. */
async function arrange(person: Person, { event }: Step, answers: Step[], later: Step[]) {
  if (event.type === 'contact.submit') {
    const proof = later.find((each) => each.event.type === PROOF)
    if ((proof?.event.output as { isUser?: boolean } | undefined)?.isUser) await addOwner(person)
  }
  const taken = answers.filter((each) => codeOf(each) === 'failed_precondition')
  if ((event.type === PROOF || event.type === CONSENT) && taken.length > 0) await addOwner(person)
  return taken
}

describeTour({
  flows: { upgrade: flow },
  machine: upgrade(paperApi),
  models: [
    {
      input: { uid: 'guest' },
      cases: {
        'contact.submit': [{ phone_number }],
        'provider.choose': [journey],
        [PROOF]: [true, false].map((isUser) => ({ output: { isUser, verificationToken: secret } })),
        [CONSENT]: [{ output: { providerToken: secret } }],
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.consent': [fails('access_denied')],
        'xstate.error.actor.upgrade': ['failed_precondition', 'internal', 'aborted'].map(fails),
        'xstate.error.actor.signIn': [fails('internal')],
        'xstate.error.actor.signInWithProvider': [fails('internal')],
      },
      facts: (context: Record<'uid' | 'verificationToken' | 'providerToken', unknown>) => [
        context.uid,
        !!context.verificationToken,
        !!context.providerToken,
      ],
    },
  ],
  async begin(person) {
    await person.world.call('signInAnonymously')
    await person.enter({ type: 'flow.start', flow: 'upgrade' })
  },
  arrange,
  losses: {
    // The proof.
    'askingChoice on account.switch': [PROOF_LOST],
    'askingRetry on upgrade.retry': [PROOF_LOST],
  },
})
