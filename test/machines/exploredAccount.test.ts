/** `EXPLORE=all` also runs what takes long; see `test/support/explorations.ts`. */
import { account } from '../../adapters/client/index.ts'
import { outcomes as documented } from '../../adapters/testing/outcomes.ts'
import { elevation } from '../../machines/parts/elevation.ts'
import { gatedEdit } from '../../machines/parts/gatedEdit.ts'
import {
  callOutcomes,
  explorations,
  fails,
  only,
  type Outcomes,
  popup,
  refused,
  withFailures,
} from '../support/explorations.ts'

const { cover, explore } = explorations()

const userWith = (contact: object): Outcomes => {
  return { ...documented, getUser: [{ name: 'ok', output: { sub: 'user', ...contact } }] }
}
const withPhone = userWith({ phone_number: '+86 13800000000' })

explore([
  [
    'a new password, refused calls',
    'account',
    {
      outcomes: withFailures(withPhone, ...refused('unauthenticated', 'unreachable')),
      events: only('password.change'),
    },
  ],
  [
    'a new password, another tab',
    'account',
    {
      otherTabs: 1,
      outcomes: userWith({ email: 'ada@example.com' }),
      events: only('password.change'),
    },
  ],
  [
    'a new password, a reload',
    'account',
    { faults: 0, reloads: 1, outcomes: withPhone, events: only('password.change') },
  ],
  [
    'a new contact, failures',
    'account',
    {
      outcomes: withFailures(userWith({}), 'internal'),
      events: {
        ...only(),
        'contact.replace': [{ email: 'ada@example.com' }, { email: 'ada', note: 'wrong' }],
      },
    },
  ],
  [
    'a new contact whose answers are lost or refused',
    'account',
    {
      faults: 2,
      outcomes: {
        ...callOutcomes('sendVerification', 'permission_denied'),
        ...callOutcomes('verify'),
        ...callOutcomes('setContact', 'internal'),
        getUser: [
          { name: 'ok', output: { sub: 'user' } },
          { name: 'ok, with the contact', output: { sub: 'user', email: 'ada@example.com' } },
          ...fails('internal', 'permission_denied'),
        ],
      },
      events: only('contact.replace'),
    },
  ],
  [
    'its deletion, a reload and another tab',
    'account',
    {
      reloads: 1,
      otherTabs: 1,
      outcomes: {
        ...withFailures(userWith({}), 'internal'),
        deleteUser: callOutcomes(
          'deleteUser',
          'permission_denied',
          'internal',
          'failed_precondition',
        )['deleteUser']!,
      },
      events: only('account.delete'),
    },
  ],
  [
    'a provider by a popup, a reload and another tab',
    'account',
    {
      reloads: 1,
      otherTabs: 1,
      events: { ...only('provider.unbind', 'profile.submit'), 'provider.bind': [popup] },
    },
  ],
])

cover([elevation, gatedEdit, account], {})
