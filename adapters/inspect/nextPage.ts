import { isRecord } from '../../services/record.ts'
import { readTrace, type Trace } from './trace.ts'

/** A trace that goes on in the next page, and the id of its source. */
export interface LeftTrace {
  id: string
  trace: Trace
}

const KEY = 'authflow_trace'

/** Counts the traces of this page, by which those of the page before are found. */
let count = 0

/**
 * Takes the trace that the page before has left in this tab when it was left for another page, and
 * leaves that of this page in the same way. A page that the user loads again begins anew. Where there is
 * no storage, nothing is kept.
 *
 * @param leave returns the trace when the page is left
 */
export function fromPageBefore(leave: () => LeftTrace): LeftTrace | undefined {
  const key = `${KEY}_${count++}`
  const tab = tabStorage()
  if (!tab || typeof addEventListener !== 'function') return undefined
  addEventListener('pagehide', () => {
    try {
      tab.setItem(key, JSON.stringify(leave()))
    } catch {
      // It is too large: the next page begins anew.
    }
  })
  // The page was not left for good: it has its trace in memory.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) tab.removeItem(key)
  })
  const text = tab.getItem(key)
  tab.removeItem(key)
  const [navigation] = performance.getEntriesByType('navigation')
  const isReload = (navigation as PerformanceNavigationTiming | undefined)?.type === 'reload'
  return text === null || isReload ? undefined : parse(text)
}

function tabStorage(): Storage | undefined {
  try {
    return globalThis.sessionStorage
  } catch {
    // The user has blocked it.
    return undefined
  }
}

function parse(text: string): LeftTrace | undefined {
  try {
    const left: unknown = JSON.parse(text)
    if (!isRecord(left) || typeof left['id'] !== 'string') return undefined
    return { id: left['id'], trace: readTrace(left['trace']) }
  } catch {
    return undefined
  }
}
