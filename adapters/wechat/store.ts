import type { Store } from '../../services/session/store.ts'
import { promised, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * WeChat's storage. One operation after the other, so that a late write never overtakes a removal.
 * What storage refuses is kept in memory instead; nothing throws.
 */
export function wxStore(): Store {
  const unwritten = new Map<string, string | undefined>()
  let work: Promise<unknown> = Promise.resolve()

  function queue<T>(run: () => Promise<T>): Promise<T> {
    const done = work.then(run)
    work = done
    return done
  }

  async function change(key: string, value: string | undefined, write: () => Promise<unknown>) {
    try {
      await write()
      unwritten.delete(key)
    } catch {
      unwritten.set(key, value)
    }
  }

  return {
    get: (key) =>
      queue(async () => {
        if (unwritten.has(key)) return unwritten.get(key)
        try {
          const { data } = await promised<{ data: unknown }>('storage', (callbacks) =>
            wx.getStorage({ key, ...callbacks }),
          )
          return typeof data === 'string' ? data : undefined
        } catch {
          // A key that is not there fails like storage that does not work.
          return undefined
        }
      }),
    set: (key, data) =>
      queue(() =>
        change(key, data, () =>
          promised('storage', (callbacks) => wx.setStorage({ key, data, ...callbacks })),
        ),
      ),
    remove: (key) =>
      queue(() =>
        change(key, undefined, () =>
          promised('storage', (callbacks) => wx.removeStorage({ key, ...callbacks })),
        ),
      ),
  }
}
