import type { Store } from '../../services/session/store.ts'
import type { Process, Simulation } from './simulation.ts'

/** Is called when a client or the app has changed a value, with the process that did it. */
export type OnWrite = (process: Process, key: string, text: string | null) => void

/** Texts longer than this do not fit into a storage that is full: marks do, token pairs do not. */
const SMALL = 120

/** The processes whose storage is full. */
export const full = new WeakSet<Process>()

const requireSpace = (process: Process, text: string) => {
  if (full.has(process) && text.length > SMALL)
    throw new DOMException('the quota has been exceeded', 'QuotaExceededError')
}

/** What `localStorage` holds, with a copy in each process that follows late. */
export class SimulatedLocalStorage {
  readonly values = new Map<string, string>()
  /** Is called when a client reads, with what its page shows. */
  onRead: ((key: string, text: string | null) => void) | undefined
  readonly #areas = new Map<Process, Area>()
  readonly #simulation: Simulation
  readonly #lag: (random: () => number) => number
  readonly #onWrite: OnWrite

  constructor(simulation: Simulation, lag: (random: () => number) => number, onWrite: OnWrite) {
    this.#simulation = simulation
    this.#lag = lag
    this.#onWrite = onWrite
  }

  /** Returns the copy of a process. */
  of(process: Process): Area {
    let area = this.#areas.get(process)
    if (!area) this.#areas.set(process, (area = new Area(this.values)))
    return area
  }

  /** Returns the storage as the page of a process sees it. */
  storageOf(process: Process): Storage {
    const area = this.of(process)
    const write = (key: string | null, text: string | null) => this.write(process, key, text)
    return {
      getItem: (key) => {
        const text = area.view.get(key) ?? null
        this.onRead?.(key, text)
        return text
      },
      setItem(key, text) {
        requireSpace(process, text)
        write(key, text)
      },
      removeItem: (key) => write(key, null),
      clear: () => write(null, null),
      key: () => null,
      length: 0,
    }
  }

  /** Writes one value, or clears the storage when there is no key. */
  write(process: Process, key: string | null, text: string | null): void {
    const area = this.of(process)
    if (key !== null && (area.view.get(key) ?? null) === text) return
    const keys = key === null ? [...area.view.keys()] : [key]
    for (const each of keys) {
      area.pending.set(each, (area.pending.get(each) ?? 0) + 1)
      if (text === null) area.view.delete(each)
      else area.view.set(each, text)
      this.#onWrite(process, each, text)
    }
    const { now } = this.#simulation
    area.outbox = Math.max(area.outbox, now + this.#lag(process.random) * 0.3)
    this.#simulation.after(area.outbox - now, () => {
      for (const each of key === null ? [...this.values.keys()] : [key]) {
        if (text === null) this.values.delete(each)
        else this.values.set(each, text)
      }
      for (const [other] of this.#areas) this.#deliver(other, other === process, key, keys, text)
    })
  }

  #deliver(
    to: Process,
    isOwn: boolean,
    key: string | null,
    keys: string[],
    text: string | null,
  ): void {
    const area = this.of(to)
    const { now } = this.#simulation
    area.inbox = Math.max(area.inbox, now + this.#lag(to.random))
    to.post(area.inbox - now, () => {
      if (isOwn) {
        for (const each of keys) area.pending.set(each, area.pending.get(each)! - 1)
        return
      }
      // An own change that the browser has not confirmed yet hides a foreign one.
      for (const each of key === null ? [...area.view.keys()] : [key]) {
        if (area.pending.get(each)) continue
        if (text === null) area.view.delete(each)
        else area.view.set(each, text)
      }
      for (const run of area.listeners) run({ key, newValue: text } as StorageEvent)
    })
  }
}

class Area {
  readonly view: Map<string, string>
  readonly pending = new Map<string, number>()
  readonly listeners = new Set<(event: StorageEvent) => void>()
  outbox = 0
  inbox = 0
  constructor(values: Map<string, string>) {
    this.view = new Map(values)
  }
}

/** A job of a database: it calls `done` when the next one may begin. */
interface Job {
  process: Process
  run(done: () => void): void
}

/**
 * A store in which an update is one step. `transaction`: as IndexedDB, where the page decides while
 * everything else waits. `compare`: as Redis, where an update is repeated when the value has changed.
 */
export class SimulatedDatabase {
  readonly values = new Map<string, string>()
  /** What a process has last read under a key. */
  readonly lastRead = new Map<Process, Map<string, string | null>>()
  readonly #busyUntil = new Map<Process, number>()
  readonly #simulation: Simulation
  readonly #how: 'transaction' | 'compare'
  readonly #onWrite: OnWrite
  #jobs: Job[] = []
  #isBusy = false
  #running: { process: Process; done: () => void } | undefined

  constructor(simulation: Simulation, how: 'transaction' | 'compare', onWrite: OnWrite) {
    this.#simulation = simulation
    this.#how = how
    this.#onWrite = onWrite
  }

  /** Frees the database from the transaction of a page that is gone. */
  abort(process: Process): void {
    this.#jobs = this.#jobs.filter((job) => job.process !== process)
    if (this.#running?.process === process) this.#running.done()
  }

  /** Removes everything, as the app or a user can. */
  clear(process: Process): void {
    for (const key of this.values.keys()) this.write(process, key, null)
  }

  write(process: Process, key: string, text: string | null): void {
    if (text === null) this.values.delete(key)
    else this.values.set(key, text)
    this.#onWrite(process, key, text)
  }

  #read(process: Process, key: string): string | null {
    const text = this.values.get(key) ?? null
    const reads = this.lastRead.get(process) ?? new Map<string, string | null>()
    this.lastRead.set(process, reads.set(key, text))
    return text
  }

  #next(): void {
    const job = this.#isBusy ? undefined : this.#jobs.shift()
    if (!job) return
    this.#isBusy = true
    const done = () => {
      if (this.#running?.done !== done) return
      this.#running = undefined
      this.#isBusy = false
      this.#next()
    }
    this.#running = { process: job.process, done }
    job.run(done)
  }

  /** Does something in the database and resolves with what it has returned. */
  #turn<T>(process: Process, inPage: boolean, act: () => T): Promise<T> {
    const { random } = process
    return new Promise((resolve, reject) => {
      const { now } = this.#simulation
      const begin = Math.max(now, this.#busyUntil.get(process) ?? 0) + random() * 5
      this.#busyUntil.set(process, begin)
      const run = (done: () => void) => {
        let settle: () => void
        try {
          const value = act()
          settle = () => resolve(value)
        } catch (thrown) {
          settle = () => reject(thrown as Error)
        }
        // The page sees the end of its transactions in their order.
        const end = Math.max(this.#simulation.now + random() * 5, this.#busyUntil.get(process) ?? 0)
        this.#busyUntil.set(process, end)
        process.post(end - this.#simulation.now, settle)
        done()
      }
      this.#simulation.after(begin - now, () => {
        if (process.isDead && inPage) return
        this.#jobs.push({
          process,
          run: inPage ? (done) => process.enter(() => run(done)) : run,
        })
        this.#next()
      })
    })
  }

  /** Returns the store as a process sees it. */
  storeOf(process: Process): Store {
    const set = (key: string, text: string) => {
      requireSpace(process, text)
      this.write(process, key, text)
    }
    const get = (key: string) => this.#turn(process, false, () => this.#read(process, key))
    const update: Store['update'] =
      this.#how === 'transaction'
        ? (key, decide) =>
            this.#turn(process, true, () => {
              const next = decide(this.#read(process, key))
              if (next !== undefined) set(key, next)
            })
        : async (key, decide) => {
            for (;;) {
              const text = await get(key)
              const next = decide(text)
              if (next === undefined) return
              const isDone = await this.#turn(process, false, () => {
                if ((this.values.get(key) ?? null) !== text) return false
                set(key, next)
                return true
              })
              if (isDone) return
            }
          }
    return {
      isAtomic: true,
      get,
      set: (key, text) => this.#turn(process, false, () => set(key, text)),
      remove: (key) => this.#turn(process, false, () => this.write(process, key, null)),
      update,
    }
  }
}

interface Request {
  process: Process
  callback: (lock: Lock | null) => unknown
  resolve(value: unknown): void
  reject(reason: unknown): void
  isOver?: boolean
}

/** Web Locks of one origin. */
export class SimulatedLocks {
  readonly #simulation: Simulation
  readonly #held = new Map<string, Request>()
  readonly #waiting = new Map<string, Request[]>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Frees what a process that is gone has held. */
  release(process: Process): void {
    for (const name of this.#waiting.keys()) {
      const queue = this.#waiting.get(name)!
      this.#waiting.set(
        name,
        queue.filter((request) => request.process !== process),
      )
      if (this.#held.get(name)?.process === process) this.#held.delete(name)
      this.#grant(name)
    }
  }

  #grant(name: string): void {
    if (this.#held.has(name)) return
    const request = this.#waiting.get(name)?.shift()
    if (!request) return
    this.#held.set(name, request)
    const over = () => {
      if (this.#held.get(name) !== request) return
      this.#held.delete(name)
      this.#grant(name)
    }
    request.process.post(request.process.random() * 5, () => {
      if (request.isOver) return
      void Promise.resolve(request.callback({ name, mode: 'exclusive' })).then(
        (value) => {
          over()
          request.resolve(value)
        },
        (thrown: unknown) => {
          over()
          request.reject(thrown)
        },
      )
    })
  }

  /** Returns the lock manager as a process sees it. */
  managerOf(process: Process): LockManager {
    const request = (
      name: string,
      options: LockOptions,
      callback: (lock: Lock | null) => unknown,
    ) =>
      new Promise<unknown>((resolve, reject) => {
        const own: Request = { process, callback, resolve, reject }
        options.signal?.addEventListener('abort', () => {
          const queue = this.#waiting.get(name) ?? []
          const index = queue.indexOf(own)
          if (index === -1 && this.#held.get(name) === own) return
          if (index >= 0) queue.splice(index, 1)
          own.isOver = true
          reject(options.signal!.reason)
        })
        this.#simulation.after(process.random() * 3, () => {
          if (process.isDead || own.isOver) return
          const queue = this.#waiting.get(name) ?? []
          this.#waiting.set(name, queue)
          const holder = this.#held.get(name)
          if (options.ifAvailable && (holder || queue.length > 0))
            return process.post(0, () => resolve(callback(null)))
          if (options.steal) {
            this.#held.delete(name)
            queue.unshift(own)
            if (holder) {
              this.#simulation.note(process.name, 'steals the lock of', holder.process.name)
              holder.isOver = true
              holder.process.post(0, () =>
                holder.reject(new DOMException('the lock was stolen', 'AbortError')),
              )
            }
          } else queue.push(own)
          this.#grant(name)
        })
      })
    return {
      request: request as LockManager['request'],
      query: () =>
        new Promise((resolve) => {
          process.post(process.random() * 3, () =>
            resolve({
              held: [...this.#held].map(([name, holder]) => ({
                name,
                mode: 'exclusive' as const,
                clientId: holder.process.name,
              })),
              pending: [],
            }),
          )
        }),
    }
  }
}

/** The channels between the pages of one origin. */
export class SimulatedChannels {
  readonly #open = new Set<{ process: Process; name: string; onmessage: (() => void) | null }>()
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Returns the class as pages use it: it belongs to the process that runs. */
  get Channel(): unknown {
    const open = this.#open
    const simulation = this.#simulation
    return class {
      process = simulation.current!
      name: string
      onmessage: (() => void) | null = null
      constructor(name: string) {
        this.name = name
        open.add(this)
      }
      postMessage() {
        for (const other of open) {
          if (other === this || other.name !== this.name) continue
          other.process.post(this.process.random() * 50, () => other.onmessage?.())
        }
      }
      close() {
        open.delete(this)
        this.onmessage = null
      }
    }
  }
}
