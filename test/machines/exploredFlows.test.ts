/** `EXPLORE=all` also runs what takes long; see `test/support/explorations.ts`. */
import { provider, resetPassword, upgrade } from '../../adapters/client/index.ts'
import { outcomes as documented } from '../../adapters/testing/outcomes.ts'
import { consent } from '../../machines/parts/consent.ts'
import {
  contacts,
  explorations,
  popup,
  redirect,
  refused,
  withFailures,
  withSecondFactor,
} from '../support/explorations.ts'

const { cover, explore } = explorations()

const startWith = (input: object) => ({ 'flow.start': [{ flow: 'provider', input }] })
const noCode = { 'contact.submit': false as const }

explore([
  [
    'refused calls',
    'resetPassword',
    { outcomes: withFailures(documented, ...refused('unauthenticated', 'unreachable')) },
  ],
  [
    'a reload and another tab',
    'resetPassword',
    {
      reloads: 1,
      otherTabs: 1,
      outcomes: withFailures(documented, 'internal'),
      events: { 'contact.submit': contacts },
    },
  ],
  [
    'refused calls',
    'upgrade',
    { outcomes: withFailures(documented, ...refused('unauthenticated', 'unreachable')) },
  ],
  ['a reload', 'upgrade', { reloads: 1, outcomes: withFailures(documented, 'internal') }],
  ['another tab', 'upgrade', { otherTabs: 1, events: { 'contact.submit': contacts } }],
  [
    'a popup, a reload and another tab',
    'upgrade',
    { reloads: 1, otherTabs: 1, events: { ...noCode, 'provider.choose': [popup] } },
  ],
  [
    'a popup and two failures',
    'upgrade',
    { faults: 2, outcomes: withSecondFactor, events: { ...noCode, 'provider.choose': [popup] } },
  ],
  [
    'a redirect, any failure, a reload and another tab',
    'provider',
    { hostile: true, reloads: 1, otherTabs: 1, outcomes: withSecondFactor },
  ],
  [
    'a popup, a reload and another tab',
    'provider',
    { reloads: 1, otherTabs: 1, events: startWith(popup) },
  ],
  [
    'a provider to bind, any failure',
    'provider',
    { status: 'signedIn', hostile: true, events: startWith({ ...redirect, purpose: 'bind' }) },
  ],
])

cover([consent, resetPassword, upgrade, provider], {
  'consent.askingPopup on provider.return #0': 'the answer comes from the popup, not from the page',
})
