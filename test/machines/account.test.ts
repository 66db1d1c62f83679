import { account as flow } from '../../adapters/client/index.ts'
import { account } from '../../machines/flows/account.ts'
import type { Edit } from '../../machines/parts/gatedEdit.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signInAs } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { toFault } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('a secret')
const provider_id = 'demo_idp'
const redirect_uri = 'https://app.example/back'
const GATED = 'xstate.done.actor.gatedEdit'
const sudo = { sudoToken: secret, expiresAt: 900_000 }

testPaths({
  flows: { account: flow },
  machine: account,
  models: [
    {
      cases: {
        'password.change': [{ password: 'a better horse' }],
        'contact.replace': [
          { email: 'new@example.com' },
          { email: 'new', note: 'without a domain' },
        ],
        'profile.submit': [{ profile: { name: 'Li Hua' } }],
        'provider.bind': [{ provider_id, redirect_uri }],
        'provider.unbind': [{ provider_id }],
        [GATED]: [
          { output: { isDone: true, sudo }, note: 'done' },
          { output: { isDone: false, sudo }, note: 'cancelled' },
          { output: { isDone: false, sudo, ...fails('failed_precondition') }, note: 'refused' },
        ],
        'xstate.error.actor.getUser': [fails('internal')],
        'xstate.done.actor.consent': [{ output: { providerToken: secret } }],
        'xstate.error.actor.consent': [fails('access_denied')],
        'xstate.error.actor.updateProfile': [fails('invalid_argument')],
        'xstate.error.actor.bindProvider': [fails('failed_precondition')],
        'xstate.error.actor.unbindProvider': [fails('failed_precondition')],
      },
      facts: ({ edit, sudo }: { edit?: Edit; sudo?: object }) => [edit?.type, !!sudo],
    },
  ],
  async begin(driver, { steps }) {
    const isBound = steps.some(({ event }) => event.type === 'provider.unbind')
    const identities = [{ provider_id, account: 'alex' }]
    const phone_number = '+86 13800000000'
    await signInAs(driver, { phone_number, ...(isBound && { identities }) })
    const start = { type: 'flow.start', flow: 'account' }
    const isAtOnce = steps[0] && !steps[0].event.type.startsWith('xstate.')
    // The first edit comes while the user is being read.
    if (isAtOnce) driver.world.auth.send(start as never)
    else await driver.enter(start)
  },
  async arrange({ world }, { event }) {
    if (event.type !== GATED || event.note !== 'refused') return
    const endpoints = ['setPassword', 'setContact', 'deleteUser']
    world.sandbox.faults(endpoints.map((name) => toFault(name, 'failed_precondition')))
  },
  actions: {
    [GATED]: (_driver, { event }) =>
      event.note === 'cancelled' ? { type: 'edit.cancel' } : undefined,
  },
  losses: {
    // The new password.
    'gatedEdit on gatedEdit done (done)': ['signedIn: account.askingEdit (setPassword: cancelled)'],
    'gatedEdit on gatedEdit done (refused)': [
      'signedIn: account.askingEdit (setPassword: cancelled)',
    ],
  },
})
