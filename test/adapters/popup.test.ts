import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openPopup } from '../../services/platform/popup.ts'
import { STATE_PREFIX } from '../../services/platform/stateMark.ts'

const minute = 60_000
let popups: { isOpen: boolean; close(): void }[]

beforeEach(() => {
  popups = []
  vi.useFakeTimers()
  const window = {
    parent: undefined as unknown,
    open() {
      const location = { replace: () => undefined }
      const popup = { isOpen: true, location, close: () => (popup.isOpen = false) }
      popups.push(popup)
      return popup
    },
  }
  window.parent = window
  vi.stubGlobal('window', window)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const open = (signal = new AbortController().signal) =>
  openPopup('https://idp.example/', `${STATE_PREFIX}state`, signal).catch(
    (thrown: unknown) => thrown,
  )

test('openPopup: the wait ends after ten minutes and closes the popup', async () => {
  let end: unknown
  void open().then((thrown) => (end = thrown))
  await vi.advanceTimersByTimeAsync(10 * minute - 1)
  expect(end).toBeUndefined()
  expect(popups).toMatchObject([{ isOpen: true }])
  await vi.advanceTimersByTimeAsync(1)
  expect(end).toMatchObject({ code: 'deadline_exceeded', operation: 'openPopup' })
  expect(popups).toMatchObject([{ isOpen: false }])
})

test('openPopup: an abort closes the popup and leaves no timer', async () => {
  const controller = new AbortController()
  const end = open(controller.signal)
  expect(vi.getTimerCount()).toBe(1)
  controller.abort()
  expect(await end).toMatchObject({ code: 'cancelled', operation: 'openPopup' })
  expect(vi.getTimerCount()).toBe(0)
  expect(popups).toMatchObject([{ isOpen: false }])
})

test('openPopup: a page that may not open a channel keeps no popup open', async () => {
  const refusal = new DOMException('The operation is insecure.', 'SecurityError')
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw refusal
  })
  expect(await open()).toBe(refusal)
  expect(popups.filter(({ isOpen }) => isOpen)).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
