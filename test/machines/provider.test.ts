import { provider as flow } from '../../adapters/flows.ts'
import { provider } from '../../machines/provider.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Model, paperApi } from '../support/paths.ts'
import { describeTour, signInAs } from '../support/walk.ts'

const fails = (code: string) => ({ error: new AuthError(code) })
const journey = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

const modelOf = (purpose: string): Model => ({
  note: purpose,
  input: { ...journey, purpose },
  cases: {
    'xstate.done.actor.consent': [{ output: { providerToken: new Secret('sealed') } }],
    'xstate.error.actor.consent': [fails('access_denied')],
    'xstate.error.actor.signInWithProvider': ['internal', 'not_found'].map(fails),
    'xstate.error.actor.bindProvider': ['internal', 'failed_precondition'].map(fails),
  },
  facts: ({ providerToken }: { providerToken?: Secret }) => [!!providerToken],
})

describeTour({
  flows: { provider: flow },
  machine: provider(paperApi),
  models: [modelOf('signIn'), modelOf('bind')],
  async begin(person, { model }) {
    const purpose = model.note
    if (purpose === 'bind') await signInAs(person, { phone_number: '+86 13800000000' })
    await person.enter({ type: 'flow.start', flow: 'provider', input: { ...journey, purpose } })
  },
  losses: {
    // What the provider vouched for: it is asked again.
    'askingRetry on provider.retry': [
      'signedOut: provider.askingReturn',
      'signedIn: provider.askingReturn',
    ],
  },
})
