/**
 * What the app or the official client has done to the mirror, until a client of ours has read it: a page gets no
 * event of what happens in it. What the app writes over before that, no client can know.
 */
export class UnreadChange {
  #change: { text: string | null; onErased(): void } | undefined

  /**
   * Notes what the mirror shows now.
   *
   * @param text of the app or the official client; null for a removal
   * @param onErased is called when the app damages it before a client has read it
   */
  write(text: string | null, onErased: () => void): void {
    this.#change = { text, onErased }
  }

  /** A client has read this in the mirror, which may be an older copy. */
  read(text: string | null): void {
    if (this.#change?.text === text) this.#change = undefined
  }

  /** A client has written the mirror, which then shows nothing unread. */
  forget(): void {
    this.#change = undefined
  }

  /** The app damages what the mirror shows. */
  damage(): void {
    this.#change?.onErased()
    this.#change = undefined
  }
}
