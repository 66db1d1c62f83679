/** What the page of each SDK offers to the trials. */
export interface PageClient {
  /** Opens a client of an environment; the same one may be opened twice under two names. */
  open(name: string, env: string, endpoint: string): void
  close(name: string): void
  getToken(name: string): Promise<string>
  signIn(name: string, ticket: string): Promise<void>
  signOut(name: string): Promise<void> | void
  stop(name: string): void
  start(name: string): void
  /** The id of the user, `unknown` for a user without one, or nothing when no user is signed in. */
  user(name: string): string | undefined
}

/** What callers got. */
export interface Answers {
  tokens: string[]
  /** How often each error came. */
  errors: Record<string, number>
  ms: number
}

declare global {
  var client: PageClient
  /** Changes of the page's clock in milliseconds, and the moments of real time from which they count. */
  var moves: { at: number; ms: number }[]
  /** How much faster than real time the page's clock runs. */
  var speed: number
  /** Lets some callers ask at a moment of real time. */
  var ask: (name: string, callers: number, at?: number) => Promise<Answers>
}

globalThis.moves = []
globalThis.speed = Number(new URLSearchParams(location.search).get('speed') ?? 1)

const nameOf = (thrown: unknown) => {
  const { code, error, message } = (thrown ?? {}) as Record<string, unknown>
  return String(code ?? error ?? message ?? thrown)
}

globalThis.ask = async (name, callers, at = 0) => {
  while (Date.now() < at) await new Promise((resolve) => setTimeout(resolve, 1))
  const since = performance.now()
  const results = await Promise.allSettled(
    Array.from({ length: callers }, () => client.getToken(name)),
  )
  const errors: Record<string, number> = {}
  const tokens = new Set<string>()
  for (const result of results) {
    if (result.status === 'fulfilled') tokens.add(result.value)
    else errors[nameOf(result.reason)] = (errors[nameOf(result.reason)] ?? 0) + 1
  }
  return { tokens: [...tokens], errors, ms: Math.round(performance.now() - since) }
}
