import { expect, test } from 'vitest'
import { check } from './check.ts'
import { type Place, places, play, type Round, type Schedule } from './schedule.ts'
import { UnreadChange } from './unreadChange.ts'

const seed = Number(process.env['SEED'] ?? 1)

test.each(places)('session: no generated schedule breaks a promise in %s', async (place) => {
  const { failure, schedules } = await check(place, 100, seed)
  expect(failure?.log.join('\n')).toBe(undefined)
  expect(schedules).toBe(100)
})

type Story = [title: string, place: Place, rounds: Round[], rest?: Partial<Schedule>]

const round = (...happenings: Round['happenings']): Round => ({ gap: 105, happenings })
const soon = (...happenings: Round['happenings']): Round => ({ gap: 1, happenings })

const stories: Story[] = [
  [
    'session: a page that hangs with the lock holds up the callers of other pages for a lease at most',
    'local+locks',
    [round({ at: 60, client: 0, what: { type: 'freeze', ms: 25_000 } })],
    { clients: 3 },
  ],
  [
    'session: two clients of a page whose storage is full do not wake each other without end',
    'local+locks',
    [soon({ at: 0, client: 0, what: { type: 'full', ms: 25_000 } }), round()],
    { hasTwin: true },
  ],
  [
    'session: a sign-in of the official client during a refresh in its page is kept',
    'local+locks',
    [round({ at: 6, client: 0, what: { type: 'officialSignIn', user: 'bob' } })],
  ],
  [
    'session: a sign-in of the official client is kept while a refresh of the session before is rejected',
    'local+locks',
    [
      round(
        { at: 70, client: 1, what: { type: 'officialSignIn', user: 'bob' } },
        { at: 0, client: 0, what: { type: 'revoked' } },
      ),
    ],
  ],
  [
    'session: a refresh of the official client is kept that comes while a refresh is stored',
    'database+locks',
    [
      { gap: 75, happenings: [] },
      { gap: 75, happenings: [{ at: 73, client: 0, what: { type: 'officialRefresh' } }] },
    ],
    { hasTwin: true, seed: 655_091 },
  ],
  [
    'session: a sign-in of the official client is kept although the session before was refreshed',
    'database',
    [
      round(),
      {
        gap: 75,
        happenings: [{ at: 9, client: 2, what: { type: 'officialSignIn', user: 'bob' } }],
      },
    ],
    { clients: 3, seed: 838_132 },
  ],
  [
    'session: two tabs do not correct the mirror of each other without end',
    'local+locks',
    [soon({ at: 0, client: 0, what: { type: 'signIn', user: 'cleo' } })],
  ],
  [
    'session: a removal of the mirror by a tab that has not seen a sign-in does not end it',
    'database+locks',
    [
      soon(
        { at: 0, client: 0, what: { type: 'signOut', revokes: false } },
        { at: 20, client: 1, what: { type: 'signIn', user: 'bob' } },
      ),
    ],
  ],
  [
    'session: a sign-in is kept while another tab repairs the mirror of the session before',
    'local+locks',
    [
      soon({ at: 0, client: 0, what: { type: 'signOut', revokes: false } }),
      soon(
        { at: 0, client: 0, what: { type: 'signIn', user: 'bob' } },
        { at: 0, client: 1, what: { type: 'damageMirror' } },
      ),
    ],
    { seed: 94_594 },
  ],
  [
    'session: a sign-in after a cleared database is kept while a tab repairs the mirror',
    'database+locks',
    [
      round({ at: 110, client: 0, what: { type: 'clearDatabase' } }),
      soon(
        { at: 76, client: 0, what: { type: 'damageMirror' } },
        { at: 18, client: 0, what: { type: 'signIn', user: 'bob' } },
      ),
      soon(),
    ],
    { clients: 3, seed: 3_096 },
  ],
  [
    'session: a clock that is set back does not prolong the wait after damaged data',
    'local',
    [
      soon({ at: 0, client: 0, what: { type: 'damage' } }),
      round({ at: 0, client: 0, what: { type: 'jump', hours: -24 } }),
    ],
  ],
  [
    'session: a client that has lost the lock before it could use it does not wait for itself',
    'local',
    [soon({ at: 0, client: 0, what: { type: 'damage' } }), soon()],
    { hasTwin: true, timeout: 15_000 },
  ],
  [
    'session: the callers after a page that died with a claim wait until its lease is over',
    'local',
    [
      round({ at: 12, client: 0, what: { type: 'clear' } }),
      soon({ at: 0, client: 0, what: { type: 'signOutAndLeave' } }),
      soon({ at: 0, client: 1, what: { type: 'officialSignIn', user: 'bob' } }),
    ],
    { seed: 602_467, timeout: 15_000 },
  ],
  [
    'session: a page that stood still while it asked for the lock looks at the store before it sends',
    'database',
    [round({ at: 100, client: 0, what: { type: 'freeze', ms: 9_000 } }), round(), soon()],
    { hasTwin: true, seed: 848_878 },
  ],
  [
    'session: a sign-out of a page that dies is seen by its storage event where a write of the own page hides it',
    'local+locks',
    [
      round(
        { at: 40, client: 0, what: { type: 'signOutAndLeave' } },
        { at: 21, client: 0, what: { type: 'damageMirror' } },
      ),
    ],
    { clients: 3, hasTwin: true, seed: 13 },
  ],
]

const playRounds = (place: Place, rounds: Round[], rest?: Partial<Schedule>) => {
  const schedule = { place, policy: 'strict', seed: 0, clients: 2, hasTwin: false, timeout: 3_000 }
  return play({ ...schedule, rounds, ...rest } as Schedule, true)
}

test.each(stories)('%s', async (_, place, rounds, rest) => {
  const outcome = await playRounds(place, rounds, rest)
  if (outcome.broken.length > 0) console.log(outcome.log.join('\n'))
  expect(outcome.broken).toEqual([])
})

test('session: a lock that cannot be released leaves no unhandled rejection', async () => {
  const { failure } = await check('redis', 60, 1)
  expect(failure?.broken).toBe(undefined)
})

const erased = 'a change of the mirror was erased before a client had taken it over'
const damage = round({ at: 19, client: 0, what: { type: 'damageMirror' } })
const wake = soon({ at: 0, client: 0, what: { type: 'wake' } })

test.each([
  ['a refresh of the official client', { type: 'officialRefresh' }],
  ['a sign-in of the official client', { type: 'officialSignIn', user: 'bob' }],
  ['a removal by the app', { type: 'clear' }],
] as const)(
  'schedules: %s counts as erased only if no client had read it before the app damaged it',
  async (_, what) => {
    const change = soon({ at: 0, client: 0, what })
    const unread = await playRounds('database', [change, damage], { hasTwin: true })
    expect(unread.broken).toEqual([])
    expect(unread.inevitable).toContain(erased)
    const read = await playRounds('database', [change, wake, damage], { hasTwin: true })
    expect(read.broken).toEqual([])
    expect(read.inevitable).toEqual([])
  },
)

test('schedules: damage to a change that a client has taken over or written over excuses nothing', () => {
  const unread = new UnreadChange(1000)
  let count = 0
  const write = () => unread.write('new', () => count++)
  write()
  unread.read('new', 0)
  unread.read('new', 900)
  unread.damage(1000)
  write()
  unread.forget()
  unread.damage(1000)
  expect(count).toBe(0)
  write()
  unread.read('old', 0)
  unread.damage(5000)
  unread.damage(5000)
  expect(count).toBe(1)
  write()
  unread.read('new', 0)
  unread.damage(999)
  expect(count).toBe(2)
})
