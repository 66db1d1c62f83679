/** `Headers` for platforms that lack it: case-insensitive, without the restrictions of browsers. */
export class HeadersPolyfill implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>()

  constructor(init: Iterable<readonly [string, unknown]> | object = []) {
    const pairs = Symbol.iterator in init ? init : Object.entries(init)
    for (const [name, value] of pairs as Iterable<[string, unknown]>) this.append(name, value)
  }

  append(name: string, value: unknown): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${String(value)}`)
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase())
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  set(name: string, value: unknown): void {
    this.#values.set(name.toLowerCase(), String(value))
  }

  forEach(run: (value: string, name: string, headers: this) => void): void {
    for (const [name, value] of this) run(value, name, this)
  }

  keys(): IterableIterator<string> {
    return this.#values.keys()
  }

  values(): IterableIterator<string> {
    return this.#values.values()
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }
}
