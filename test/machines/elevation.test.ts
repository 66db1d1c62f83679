import { account } from '../../adapters/client/index.ts'
import { elevation } from '../../machines/parts/elevation.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Model } from '../support/paths.ts'
import { signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { codeOf } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('a secret')
const password = 'correct horse'
const users = {
  'a phone': { phone_number: '+86 13800000000', email: 'li@example.com', password },
  'an e-mail': { email: 'li@example.com', password },
  'a name': { username: 'lihua', password },
  'a provider': { username: 'alex', identities: [{ provider_id: 'demo_idp', account: 'alex' }] },
}

type Facts = { contact?: object; proof?: object }

const modelOf = (
  note: string,
  names: (keyof typeof users)[],
  canHappen: Model['canHappen'],
): Model => ({
  note,
  cases: {
    'password.submit': [{ password }],
    'elevation.retry': ({ proof }: Facts) => [{ note: proof ? 'with a proof' : 'without a proof' }],
    'xstate.done.actor.getUser': names.map((name) => ({ output: users[name], note: name })),
    'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
    'xstate.done.actor.sudo': [{ output: { sudo_token: secret } }],
    'xstate.error.actor.getUser': [fails('internal')],
    'xstate.error.actor.verification': [fails('resource_exhausted')],
    'xstate.error.actor.sudo': ({ proof }: Facts) =>
      [proof ? 'invalid_password' : 'invalid_argument', 'internal'].map(fails),
  },
  facts: ({ contact = {}, proof = {} }: Facts) => [Object.keys(contact), Object.keys(proof)],
  canHappen,
})

testPaths({
  flows: { account },
  machine: elevation,
  models: [
    modelOf(
      'a user with a proof',
      ['a phone', 'an e-mail', 'a name'],
      (type, { proof }: Facts) => type !== 'xstate.done.actor.sudo' || !!proof,
    ),
    modelOf('a user without one', ['a provider'], (type, _context, value) =>
      value === 'elevating' ? type === 'xstate.done.actor.sudo' : true,
    ),
  ],
  async begin(driver, { steps }) {
    const user = steps[0]?.event.note as keyof typeof users | undefined
    await signInAs(driver, users[user ?? 'a phone'])
    // What fails is meant for the part.
    await driver.withoutInterruption(async () => {
      await driver.enter({ type: 'flow.start', flow: 'account' })
    })
    await driver.enter({ type: 'contact.replace', email: 'new@example.com' })
  },
  actions: {
    // The server rejects a wrong password without a fault.
    'password.submit': (_driver, { event }, answers) => ({
      ...event,
      password: answers.some((each) => codeOf(each) === 'invalid_password') ? 'wrong' : password,
    }),
  },
  losses: {
    'askingRetry on elevation.retry (with a proof)': ['signedIn: account.askingProof'],
  },
})
