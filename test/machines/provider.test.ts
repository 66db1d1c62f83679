import { provider } from '../../machines/flows/provider.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signInAs } from '../support/driver.ts'
import type { Model } from '../support/paths.ts'
import { providerInput } from '../support/providerWorld.ts'
import { testPaths } from '../support/testPaths.ts'

const fails = (code: string) => ({ error: new AuthError(code) })

const modelOf = (purpose: string): Model => ({
  note: purpose,
  input: { ...providerInput, purpose },
  cases: {
    'xstate.done.actor.consent': [{ output: { providerToken: new Secret('a secret') } }],
    'xstate.error.actor.consent': [fails('access_denied')],
    'xstate.error.actor.signInWithProvider': ['internal', 'not_found', 'mfa_phone_required'].map(
      fails,
    ),
    'xstate.error.actor.bindProvider': ['internal', 'failed_precondition'].map(fails),
  },
  facts: ({ providerToken }: { providerToken?: Secret }) => [!!providerToken],
})

testPaths({
  flows: { provider },
  machine: provider,
  models: [modelOf('signIn'), modelOf('bind')],
  async begin(driver, { model }) {
    const purpose = model.note
    if (purpose === 'bind') await signInAs(driver, { phone_number: '+86 13800000000' })
    await driver.enter({
      type: 'flow.start',
      flow: 'provider',
      input: { ...providerInput, purpose },
    })
  },
  losses: {
    // The provider token.
    'askingRetry on provider.retry': [
      'signedOut: provider.askingReturn',
      'signedIn: provider.askingReturn',
    ],
  },
})
