import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

/** What one sign-in takes. */
interface Counts {
  requests: number
  /** Of a trace: events, snapshots and actors. */
  entries: number
  promises: number
}
interface Cost {
  byCode: Counts
  byPassword: Counts
  clientBytes: number
  stoppedBytes: number
  callBytes: number
  startMs: number
  tokenRatio: number
}
let cost: Cost

/** A process of its own has no other garbage in its heap. */
beforeAll(async () => {
  const args = ['--expose-gc', 'test/support/measureCost.ts']
  const { stdout } = await promisify(execFile)('node_modules/.bin/node', args)
  cost = JSON.parse(stdout) as Cost
  const { clientBytes, stoppedBytes, callBytes, startMs, tokenRatio } = cost
  console.log(
    [
      `heap per started client: ${(clientBytes / 1000).toFixed(1)} kB`,
      `heap left of a client that was stopped: ${(stoppedBytes / 1000).toFixed(1)} kB`,
      `bytes left per call: ${callBytes.toFixed(0)}`,
      `createAuth and start: ${startMs.toFixed(2)} ms`,
      `getAccessToken over an async field: ${tokenRatio.toFixed(1)} ×`,
      `sign-in by code: ${JSON.stringify(cost.byCode)}`,
      `sign-in by password: ${JSON.stringify(cost.byPassword)}`,
    ].join('\n'),
  )
})

test('cost: a started client takes at most 15.9 kB of the heap', () => {
  expect(cost.clientBytes).toBeLessThanOrEqual(15_900)
})

test('cost: a call leaves at most 100 bytes behind', () => {
  expect(cost.callBytes).toBeLessThanOrEqual(100)
})

test('cost: a client that is stopped and dropped leaves at most 2 kB behind', () => {
  expect(cost.stoppedBytes).toBeLessThanOrEqual(2000)
})

test('cost: a sign-in by code takes three requests, and one by password one', () => {
  expect([cost.byCode.requests, cost.byPassword.requests]).toEqual([3, 1])
})

test('cost: a sign-in takes no more steps of its machines and no more promises than before', () => {
  const { byCode, byPassword } = cost
  expect(byCode.entries).toBeLessThanOrEqual(112)
  expect(byCode.promises).toBeLessThanOrEqual(145)
  expect(byPassword.entries).toBeLessThanOrEqual(46)
  expect(byPassword.promises).toBeLessThanOrEqual(64)
})
