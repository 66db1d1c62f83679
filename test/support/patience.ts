/** Waits of `vi` end when what they wait for has happened; on a busy machine that may be late. */
import { vi } from 'vitest'

/** Milliseconds after which a wait has failed, unless a test says otherwise. */
const PATIENCE_MS = 30_000

const { waitFor, waitUntil } = vi
vi.waitFor = (run, options = PATIENCE_MS) => waitFor(run, options)
vi.waitUntil = (run, options = PATIENCE_MS) => waitUntil(run, options)
