import { expect, onTestFinished, test, vi } from 'vitest'
import { nextRequestId, randomHex } from '../../services/randomHex.ts'

const sources = { randomHex, nextRequestId }

test.each(Object.entries(sources))('%s: ids are 32 hex digits and all different', (_, next) => {
  const ids = Array.from({ length: 1000 }, next)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(new Set(ids).size).toBe(1000)
  // A fixed digit, as in a UUID, would have one value.
  const digits = Array.from({ length: 32 }, (_, at) => new Set(ids.map((id) => id[at])).size)
  expect(digits).toEqual(Array(32).fill(16))
})

test('randomHex: every id is drawn when it is asked for', () => {
  const draw = vi.spyOn(crypto, 'getRandomValues')
  onTestFinished(() => draw.mockRestore())
  for (let count = 1; count <= 100; count++) {
    randomHex()
    expect(draw).toHaveBeenCalledTimes(count)
  }
})

test('nextRequestId: one draw serves 64 ids', () => {
  const draw = vi.spyOn(crypto, 'getRandomValues')
  onTestFinished(() => draw.mockRestore())
  for (let count = 0; count < 640; count++) nextRequestId()
  expect(draw).toHaveBeenCalledTimes(10)
})
