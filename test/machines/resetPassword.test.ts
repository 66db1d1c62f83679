import { resetPassword as flow } from '../../adapters/client/index.ts'
import { resetPassword } from '../../machines/flows/resetPassword.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { testPaths } from '../support/testPaths.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const phone_number = '+86 13800000000'
const secret = new Secret('a secret')

testPaths({
  flows: { resetPassword: flow },
  machine: resetPassword,
  models: [
    {
      cases: {
        'contact.submit': [{ phone_number }, { phone_number: '12', note: 'without a country' }],
        'password.submit': [{ password: 'a better horse' }],
        'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
        'xstate.done.actor.signIn': [{ output: {} }],
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.resetPassword': ['internal', 'not_found'].map(fails),
        'xstate.error.actor.signIn': ['internal', 'user_blocked'].map(fails),
      },
      facts: (context: Record<string, unknown>) => [
        !!context.verificationToken,
        !!context.password,
      ],
    },
  ],
  async begin(driver) {
    await driver.world.sandbox.addUser({ phone_number })
    await driver.enter({ type: 'flow.start', flow: 'resetPassword' })
  },
  losses: {
    // The proof of the contact.
    'askingPassword on password.submit': [
      'signedOut: resetPassword.askingContact (resetPassword: code_expired)',
      // The error that the sign-in failed with.
      'signedOut: no flow',
    ],
    // The new password, which is set already.
    'askingRetry on signIn.retry': ['signedOut: no flow'],
  },
})
