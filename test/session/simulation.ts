import type { Clock } from '../../services/clock.ts'

/** When a simulation begins, in milliseconds since the epoch. */
const START = Date.UTC(2026, 0, 1)

/** Milliseconds after which a wait looks at the system time again, as the timers of the library do. */
const CHECK_INTERVAL_MS = 60_000

/** More events than this are clients that write against each other without end. */
const MAX_EVENTS = 100_000

interface Item {
  time: number
  order: number
  run: () => void
  isCancelled?: boolean
}

/** Returns a generator of numbers from 0 to 1 that depend on the seed alone. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Lets every promise that can settle now do so. */
const drain = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Virtual time: events in order, and between two of them all promises settle. */
export class Simulation {
  /** Milliseconds since the beginning, which no change of the system time moves. */
  now = 0
  /** Milliseconds by which the system time was changed. */
  skew = 0
  /** The process whose code runs. */
  current: Process | undefined
  readonly processes: Process[] = []
  readonly log: string[] = []
  readonly random: () => number
  readonly seed: number
  /** Set when there were more events than a schedule can cause. */
  isStorm = false
  #heap: Item[] = []
  #order = 0
  #events = 0
  #isLogged: boolean

  constructor(seed: number, isLogged = false) {
    this.seed = seed
    this.random = randomFrom(seed * 7 + 1)
    this.#isLogged = isLogged
  }

  note(...words: unknown[]): void {
    if (this.#isLogged)
      this.log.push(`${String(Math.round(this.now)).padStart(7)} ${words.join(' ')}`)
  }

  /** Runs something after some milliseconds. Returns how to cancel it. */
  after(ms: number, run: () => void): () => void {
    const item: Item = { time: this.now + Math.max(0, ms), order: this.#order++, run }
    const heap = this.#heap
    let index = heap.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(item, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = item
    return () => void (item.isCancelled = true)
  }

  #pop(): Item {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
    return first
  }

  async runFor(ms: number): Promise<void> {
    await drain()
    const end = this.now + ms
    while (this.#heap.length > 0 && this.#heap[0]!.time <= end) {
      const { time, run, isCancelled } = this.#pop()
      if (isCancelled) continue
      if (++this.#events > MAX_EVENTS) {
        this.isStorm = true
        break
      }
      this.now = time
      run()
      await drain()
      this.current = undefined
    }
    this.now = end
  }
}

const isBefore = (a: Item, b: Item) => a.time < b.time || (a.time === b.time && a.order < b.order)

/** A page with its thread, or a process of Node.js. */
export class Process {
  isDead = false
  isFrozen = false
  /** Whether and until when it was last frozen. */
  thawedAt = -Infinity
  wasFrozen = false
  readonly name: string
  readonly random: () => number
  readonly clock: Clock
  readonly simulation: Simulation
  readonly onDeath: (() => void)[] = []
  #parked: (() => void)[] = []

  constructor(simulation: Simulation, name: string) {
    this.simulation = simulation
    this.name = name
    const index = simulation.processes.push(this)
    this.random = randomFrom(simulation.seed * 31 + index * 101)
    const now = () => Math.floor(START + simulation.now + simulation.skew)
    this.clock = {
      now,
      monotonic: () => simulation.now,
      until: async (deadline, signal) => {
        for (let left = deadline - now(); left > 0;) {
          signal?.throwIfAborted()
          const duration = Math.min(left, CHECK_INTERVAL_MS)
          await this.#sleep(duration, signal)
          left = Math.min(left - duration, deadline - now())
        }
      },
    }
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel()
        reject(signal!.reason as Error)
      }
      const cancel = this.post(ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort)
    })
  }

  /** Runs something in this process after some milliseconds. Returns how to cancel it. */
  post(ms: number, run: () => void): () => void {
    return this.simulation.after(ms, () => this.enter(run))
  }

  /** Runs something in this process: later while it is frozen, never when it is dead. */
  enter(run: () => void): void {
    if (this.isDead) return
    if (this.isFrozen) return void this.#parked.push(run)
    this.simulation.current = this
    run()
  }

  kill(): void {
    this.isDead = true
    for (const run of this.onDeath) run()
  }

  freeze(ms: number): void {
    this.isFrozen = this.wasFrozen = true
    this.simulation.after(ms, () => this.#thaw())
  }

  /** What has piled up comes first, and in order. */
  #thaw(): void {
    if (this.isDead) return
    this.thawedAt = this.simulation.now
    const run = this.#parked.shift()
    if (!run) return void (this.isFrozen = false)
    this.isFrozen = false
    this.enter(run)
    this.isFrozen = true
    this.simulation.after(this.random() * 5, () => this.#thaw())
  }
}
