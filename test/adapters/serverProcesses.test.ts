import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, openCluster } from '../session/redis.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
})
afterAll(() => cluster.close())

/** `EVERY_CALLER=1` runs the form of 250 requests in each process, which a busy machine cannot compute in time. */
const callers = process.env['EVERY_CALLER'] ? 250 : 40

test(`server: 8 processes with ${callers} requests each refresh a session once`, async () => {
  expect(await cluster.attempt({ name: 'all alive' }, callers)).toMatchObject({
    answers: 8 * callers,
    tokens: 1,
    errors: {},
    refreshes: 1,
    isSignedIn: true,
  })
})

test('server: a process that dies before it has sent the refresh is succeeded by another', async () => {
  const scenario = { name: 'killed', at: 'lockTaken', signal: 'SIGKILL' } as const
  expect(await cluster.attempt(scenario, 20)).toMatchObject({
    answers: 140,
    tokens: 1,
    errors: {},
    refreshes: 1,
    isSignedIn: true,
  })
})

test('server: a process that wakes after its lease does not undo a sign-out', async () => {
  const scenario = {
    name: 'frozen',
    at: 'storing',
    signal: 'SIGSTOP',
    meanwhile: 'sign-out',
  } as const
  expect(await cluster.attempt(scenario, 20)).toMatchObject({ isSignedIn: false })
})
