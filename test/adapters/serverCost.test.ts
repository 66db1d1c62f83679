import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

interface Cost {
  clientBytes: number
  startedBytes: number
  createMs: number
  leftBytes: number
}

test('server: a request takes at most 10 kB of the heap, 20 kB with a call, and leaves nothing behind', async () => {
  // A process of its own has no other garbage in its heap.
  const args = ['--expose-gc', 'test/support/measureServer.ts']
  const { stdout } = await promisify(execFile)('node_modules/.bin/node', args)
  const { clientBytes, startedBytes, createMs, leftBytes } = JSON.parse(stdout) as Cost
  console.log(
    [
      `heap per request that knows who is signed in: ${(clientBytes / 1000).toFixed(1)} kB`,
      `heap per request that makes calls: ${(startedBytes / 1000).toFixed(1)} kB`,
      `createServerAuth: ${createMs.toFixed(2)} ms`,
      `bytes left per request: ${leftBytes.toFixed(0)}`,
    ].join('\n'),
  )
  expect(clientBytes).toBeLessThanOrEqual(10_000)
  expect(startedBytes).toBeLessThanOrEqual(20_000)
  expect(leftBytes).toBeLessThan(900)
})
