import type { Store } from '../../services/session/store.ts'
import { callWx, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * Creates a store in WeChat's storage. It never throws: a value that cannot be written is kept in
 * memory. Operations run one after the other, so that a slow write never overtakes a later removal.
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
          const { data } = await callWx<{ data: unknown }>('storage', (callbacks) =>
            wx.getStorage({ key, ...callbacks }),
          )
          return typeof data === 'string' ? data : undefined
        } catch {
          // A missing key fails like broken storage.
          return undefined
        }
      }),
    set: (key, data) =>
      queue(() =>
        change(key, data, () =>
          callWx('storage', (callbacks) => wx.setStorage({ key, data, ...callbacks })),
        ),
      ),
    remove: (key) =>
      queue(() =>
        change(key, undefined, () =>
          callWx('storage', (callbacks) => wx.removeStorage({ key, ...callbacks })),
        ),
      ),
  }
}
