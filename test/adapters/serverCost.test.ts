import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

interface Cost {
  clientBytes: number
  createMs: number
  leftBytes: number
}

test('server: 1,500 requests leave nothing behind', async () => {
  // A process of its own has no other garbage in its heap.
  const args = ['--expose-gc', 'test/support/measureServer.ts']
  const { stdout } = await promisify(execFile)('node_modules/.bin/node', args)
  const { clientBytes, createMs, leftBytes } = JSON.parse(stdout) as Cost
  console.log(
    [
      `heap per request while it is answered: ${(clientBytes / 1000).toFixed(1)} kB`,
      `createServerAuth: ${createMs.toFixed(2)} ms`,
      `bytes left per request: ${leftBytes.toFixed(0)}`,
    ].join('\n'),
  )
  expect(leftBytes).toBeLessThan(clientBytes / 20)
})
