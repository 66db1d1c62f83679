import { provider } from '../../adapters/client/index.ts'
import { consent } from '../../machines/parts/consent.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { consentAt } from '../support/idp.ts'
import { type Model, type Step } from '../support/paths.ts'
import { type Driver } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import { codeOf } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const secret = new Secret('a secret')
const redirect_uri = 'https://app.example/back'
const providerInput = { provider_id: 'demo_idp', redirect_uri }

const modelOf = (note: string, input: object): Model => ({
  note,
  input: { ...providerInput, ...input },
  cases: {
    'provider.return': ({ state }: { state: string }) => [
      { url: new Secret(`${redirect_uri}?code=c&state=${state}`), note: 'own' },
      { url: new Secret(`${redirect_uri}?code=c&state=other`), note: 'foreign' },
    ],
    'xstate.done.actor.getProviderUri': [{ output: { uri: 'https://idp.example/' } }],
    'xstate.done.actor.openPopup': [{ output: secret }],
    'xstate.done.actor.readCallback': [{ output: { provider_code: secret } }],
    'xstate.done.actor.grantProviderToken': [{ output: { provider_token: secret } }],
    'xstate.error.actor.getProviderUri': [fails('provider_not_enabled')],
    'xstate.error.actor.openPopup': ['cancelled', 'failed_precondition'].map(fails),
    'xstate.error.actor.readCallback': [fails('access_denied')],
    'xstate.error.actor.grantProviderToken': [fails('failed_precondition')],
  },
  facts: () => [],
})

/** The callback: consent, or a denial where the path says so. */
async function callbackOf({ world }: Driver, answers: Step[]) {
  const uri = world.redirects.at(-1) ?? world.popups.at(-1)!.uri
  const isDenial = answers.some(({ event }) => event.type === 'xstate.error.actor.readCallback')
  return consentAt(uri, isDenial ? null : 'alex')
}

testPaths({
  flows: { provider },
  machine: consent,
  models: [modelOf('by redirect', {}), modelOf('in a popup', { isPopup: true })],
  async begin(driver, { model }) {
    await driver.enter({ type: 'flow.start', flow: 'provider', input: model.input })
  },
  arrange: async (_driver, _step, answers) =>
    answers.filter(({ event }) => event.type === 'xstate.error.actor.readCallback'),
  actions: {
    'provider.return': async (driver, { event }, answers) => ({
      type: 'provider.return',
      url:
        event.note === 'own'
          ? await callbackOf(driver, answers)
          : `${redirect_uri}?code=of+another&state=0123456789abcdef0123456789abcdef`,
    }),
    'xstate.done.actor.openPopup': async (driver, _step, answers) => {
      const address = await callbackOf(driver, answers)
      return () => driver.world.popups.at(-1)!.resolve(address)
    },
    'xstate.error.actor.openPopup':
      async ({ world }, step) =>
      () =>
        world.popups.at(-1)!.reject(new AuthError(codeOf(step)!, { operation: 'openPopup' })),
  },
})
