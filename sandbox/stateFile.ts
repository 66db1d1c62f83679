import { createPrivateKey } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { defaultConfig, mergeConfig } from './config.ts'
import type { Core } from './core.ts'
import { newId } from './secret.ts'
import { newKey, type State } from './state.ts'

/** The result of loading a state file. `keptAs` is the path a damaged file was moved to. */
export type LoadOutcome =
  { outcome: 'loaded' } | { outcome: 'missing' } | { outcome: 'damaged'; keptAs: string }

const version = 4

/** The version that introduced a map or changed its entries. Older files load with an empty one. */
const since: Record<string, number> = {
  sudoTokens: 2,
  providerTokens: 2,
  providerCodes: 3,
  uploads: 4,
  files: 4,
}

type Kind = 'string' | 'number' | 'boolean' | 'object'

/** Required fields of the entries of each map. */
const shapes = {
  users: { sub: 'string', status: 'string', groups: 'object', createdAt: 'number' },
  sessions: { id: 'string', sub: 'string', clientId: 'string', scope: 'string' },
  refreshTokens: { sessionId: 'string', expiresAt: 'number' },
  verifications: { code: 'string', address: 'string', wrongTries: 'number', expiresAt: 'number' },
  verificationTokens: { address: 'string', expiresAt: 'number' },
  sudoTokens: { sub: 'string', expiresAt: 'number' },
  providerCodes: { kind: 'string', providerId: 'string', redirectUri: 'string', account: 'string' },
  providerTokens: { profile: 'object', isPhone: 'boolean', expiresAt: 'number' },
  pictures: { answer: 'string', wrongTries: 'number', expiresAt: 'number' },
  captchaTokens: { expiresAt: 'number' },
  captchaPages: { redirectUri: 'string', state: 'string', expiresAt: 'number' },
  uploads: { path: 'string', owner: 'string', expiresAt: 'number' },
  files: { owner: 'string', type: 'string', content: 'string', changedAt: 'number' },
} as const satisfies Partial<Record<keyof State, Record<string, Kind>>>

const mapNames = Object.keys(shapes) as (keyof typeof shapes)[]

/**
 * Writes state and settings to a file that only its owner can read. The file is replaced as a
 * whole, so that a crash leaves the old one.
 *
 * @param core The server's core.
 * @param file Path of the file.
 */
export async function saveState(core: Core, file: string): Promise<void> {
  const { state, clock } = core
  const maps = Object.fromEntries(mapNames.map((name) => [name, [...state[name]]]))
  const { signingKey, ticketKey, providerKey, encryptionKey, messages } = state
  const head = { version, offsetSeconds: clock.offsetSeconds, config: core.config() }
  const whole = {
    ...head,
    signingKey,
    ticketKey,
    providerKey,
    encryptionKey,
    messages,
    counters: [...state.counters],
    collections: [...state.collections].map(([name, documents]) => [name, [...documents.values()]]),
    ...maps,
  }
  const temporary = `${file}.${newId()}.new`
  await writeFile(temporary, JSON.stringify(whole), { mode: 0o600 })
  await rename(temporary, file)
}

/**
 * Reads state and settings from a file. A damaged file is renamed and changes nothing.
 *
 * @param core The server's core.
 * @param file Path of the file.
 * @returns Whether the file was loaded, missing or damaged.
 */
export async function loadState(core: Core, file: string): Promise<LoadOutcome> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { outcome: 'missing' }
  const restored = parseState(text)
  if (!restored) {
    const keptAs = `${file}.damaged-${Date.now()}`
    await rename(file, keptAs)
    return { outcome: 'damaged', keptAs }
  }
  Object.assign(core.state, restored.state)
  core.configure(restored.config)
  core.clock.offsetSeconds = restored.offsetSeconds
  return { outcome: 'loaded' }
}

interface Restored {
  state: State
  config: object
  offsetSeconds: number
}

function parseState(text: string): Restored | undefined {
  try {
    const whole = toRecord(JSON.parse(text))
    const from = Number(whole['version'])
    if (!(Number.isInteger(from) && from >= 1 && from <= version)) return undefined
    const config = mergeConfig(defaultConfig, toRecord(whole['config']))
    const { offsetSeconds } = whole
    if (typeof offsetSeconds !== 'number') return undefined
    const maps = mapNames.map((name) => {
      const entries = from < (since[name] ?? 1) ? [] : whole[name]
      return [name, toMap(entries, shapes[name])] as const
    })
    const state = {
      ...Object.fromEntries(maps),
      signingKey: toKey(whole['signingKey']),
      ticketKey: from === 1 ? newKey() : toKey(whole['ticketKey']),
      providerKey: from < 4 ? newKey() : toKey(whole['providerKey']),
      collections: new Map(from < 4 ? [] : toList(whole['collections']).map(toCollection)),
      encryptionKey: toOptionalPem(whole['encryptionKey']),
      // Versions before 3 named the counters `tallies`.
      counters: new Map(toList(whole['counters'] ?? whole['tallies']).map(toCounter)),
      messages: toList(whole['messages']).map((each) => checkShape(each, messageShape)),
    }
    return { state: state as unknown as State, config, offsetSeconds }
  } catch {
    return undefined
  }
}

const messageShape = { to: 'string', code: 'string', verification_id: 'string' } as const

function toRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object')
  return value as Record<string, unknown>
}

function toList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return value
}

function checkShape(value: unknown, shape: Record<string, Kind>): Record<string, unknown> {
  const record = toRecord(value)
  for (const [name, kind] of Object.entries(shape)) {
    if (typeof record[name] !== kind) throw new TypeError(`${name} is damaged`)
  }
  return record
}

function toMap(value: unknown, shape: Record<string, Kind>): Map<string, unknown> {
  const entries = toList(value).map((entry): [string, unknown] => {
    const [key, record] = toList(entry)
    return [String(key), checkShape(record, shape)]
  })
  return new Map(entries)
}

function toCollection(entry: unknown): [string, Map<string, object>] {
  const [name, list] = toList(entry)
  const documents = toList(list).map((each) => checkShape(each, { _id: 'string' }))
  return [String(name), new Map(documents.map((each) => [String(each['_id']), each]))]
}

function toCounter(entry: unknown): [string, number[]] {
  const [key, times] = toList(entry)
  return [String(key), toList(times).map(Number)]
}

/** Throws if the value is not a private key. */
function toKey(value: unknown): JWK {
  const key = toRecord(value) as JWK
  createPrivateKey({ key, format: 'jwk' })
  return key
}

function toOptionalPem(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new TypeError('not a key')
  createPrivateKey(value)
  return value
}
