import { account } from '../../adapters/flows.ts'
import { elevation } from '../../machines/elevation.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { paperApi } from '../support/paths.ts'
import { codeOf, describeTour, signInAs } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('sealed')
const password = 'correct horse'
const users = {
  'a phone': { phone_number: '+86 13800000000', email: 'li@example.com', password },
  'an e-mail': { email: 'li@example.com', password },
  'a name': { username: 'lihua', password },
  'a provider': { identities: [{ provider_id: 'demo_idp', person: 'alex' }] },
}

describeTour({
  flows: { account },
  machine: elevation(paperApi),
  models: [
    {
      cases: {
        'password.submit': [{ password }],
        'xstate.done.actor.getUser': Object.entries(users).map(([note, output]) => ({
          output,
          note,
        })),
        'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
        'xstate.done.actor.sudo': [{ output: { sudo_token: secret } }],
        'xstate.error.actor.getUser': [fails('internal')],
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.sudo': ['invalid_password', 'internal'].map(fails),
      },
      facts: (context: { contact?: object; hasName: boolean; proof?: object }) => [
        Object.keys(context.contact ?? {}),
        context.hasName,
        Object.keys(context.proof ?? {}),
      ],
    },
  ],
  async begin(person, { steps }) {
    const user = steps[0]?.event.note as keyof typeof users | undefined
    await signInAs(person, users[user ?? 'a phone'])
    await person.enter({ type: 'flow.start', flow: 'account' })
    await person.enter({ type: 'contact.replace', email: 'new@example.com' })
  },
  deeds: {
    // A wrong password is refused by itself.
    'password.submit': (_person, { event }, answers) => ({
      ...event,
      password: answers.some((each) => codeOf(each) === 'invalid_password') ? 'wrong' : password,
    }),
  },
  losses: {
    'askingRetry on elevation.retry': ['signedIn: account.askingProof'],
  },
})
