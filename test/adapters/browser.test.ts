import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openPopup } from '../../services/platform/popup.ts'
import { STATE_PREFIX } from '../../services/platform/stateMark.ts'

const minute = 60_000
let windows: { isOpen: boolean; close(): void }[]

beforeEach(() => {
  windows = []
  vi.useFakeTimers()
  vi.stubGlobal('window', {
    open() {
      const opened = { isOpen: true, close: () => (opened.isOpen = false) }
      windows.push(opened)
      return opened
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const begin = (signal = new AbortController().signal) =>
  openPopup('https://idp.example/', `${STATE_PREFIX}state`, signal).catch(
    (thrown: unknown) => thrown,
  )

test('a visit is given up after ten minutes', async () => {
  let end: unknown
  void begin().then((thrown) => (end = thrown))
  await vi.advanceTimersByTimeAsync(10 * minute - 1)
  expect(end).toBeUndefined()
  expect(windows).toMatchObject([{ isOpen: true }])
  await vi.advanceTimersByTimeAsync(1)
  expect(end).toMatchObject({ code: 'deadline_exceeded', operation: 'openPopup' })
  expect(windows).toMatchObject([{ isOpen: false }])
})

test('a visit that is over leaves no timer', async () => {
  const leaving = new AbortController()
  const end = begin(leaving.signal)
  expect(vi.getTimerCount()).toBe(1)
  leaving.abort()
  expect(await end).toMatchObject({ code: 'cancelled', operation: 'openPopup' })
  expect(vi.getTimerCount()).toBe(0)
  expect(windows).toMatchObject([{ isOpen: false }])
})

test('a page that may have no channel is left with no window', async () => {
  const refusal = new DOMException('The operation is insecure.', 'SecurityError')
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw refusal
  })
  expect(await begin()).toBe(refusal)
  expect(windows.filter(({ isOpen }) => isOpen)).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
