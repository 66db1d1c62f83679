import { expect, onTestFinished, test, vi } from 'vitest'
import { reportError } from '../../services/reportError.ts'

test('reportError: the error is uncaught in a microtask, and the caller goes on', () => {
  const tasks: (() => void)[] = []
  vi.stubGlobal('queueMicrotask', (task: () => void) => tasks.push(task))
  onTestFinished(() => void vi.unstubAllGlobals())
  reportError(new Error('of a listener'))
  expect(tasks).toHaveLength(1)
  expect(tasks[0]).toThrow('of a listener')
})
