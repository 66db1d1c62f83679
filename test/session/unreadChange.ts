/**
 * What the app or the official client has done to the mirror, until a client of ours can have taken it over: a page
 * gets no event of what happens in it. What the app writes over before that, no client can know.
 */
export class UnreadChange {
  readonly #takeOverMs: number
  #change: { text: string | null; readAt?: number; onErased(): void } | undefined

  /** @param takeOverMs milliseconds from when a client has read a change until it has taken it over */
  constructor(takeOverMs: number) {
    this.#takeOverMs = takeOverMs
  }

  /**
   * Notes what the mirror shows now.
   *
   * @param text of the app or the official client; null for a removal
   * @param onErased is called when the app damages it before a client has taken it over
   */
  write(text: string | null, onErased: () => void): void {
    this.#change = { text, onErased }
  }

  /**
   * A client reads the mirror, which may be an older copy.
   *
   * @param now in milliseconds
   */
  read(text: string | null, now: number): void {
    if (this.#change?.text === text) this.#change.readAt ??= now
  }

  /** A client has written the mirror, which then shows nothing unread. */
  forget(): void {
    this.#change = undefined
  }

  /**
   * The app damages what the mirror shows.
   *
   * @param now in milliseconds
   */
  damage(now: number): void {
    const { readAt = now, onErased } = this.#change ?? {}
    if (now - readAt < this.#takeOverMs) onErased?.()
    this.#change = undefined
  }
}
