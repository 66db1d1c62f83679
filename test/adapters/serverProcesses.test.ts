import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, openCluster } from '../session/redis.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await openCluster()
})
afterAll(() => cluster.close())

test('server: 8 processes with 250 requests each refresh a session once', async () => {
  expect(await cluster.attempt({ name: 'all alive' })).toMatchObject({
    answers: 2000,
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
