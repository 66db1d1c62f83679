import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

interface Cost {
  clientBytes: number
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
  const { clientBytes, callBytes, startMs, tokenRatio } = cost
  console.log(
    [
      `heap per started client: ${(clientBytes / 1000).toFixed(1)} kB`,
      `bytes left per call: ${callBytes.toFixed(0)}`,
      `createAuth and start: ${startMs.toFixed(2)} ms`,
      `getAccessToken over an async field: ${tokenRatio.toFixed(1)} ×`,
    ].join('\n'),
  )
})

test('cost: a started client takes at most 16.5 kB of the heap', () => {
  expect(cost.clientBytes).toBeLessThanOrEqual(16_500)
})

test('cost: a call leaves at most 100 bytes behind', () => {
  expect(cost.callBytes).toBeLessThanOrEqual(100)
})
