import { createPrivateKey } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { defaultConfig, mergeConfig } from './config.ts'
import type { Core } from './core.ts'
import { newId } from './secret.ts'
import { newKey, type State } from './state.ts'

/** What became of a state file. `keptAs` is where a damaged one was moved. */
export type LoadOutcome =
  { outcome: 'loaded' } | { outcome: 'missing' } | { outcome: 'damaged'; keptAs: string }

const version = 2

/** What version 1 did not know yet. */
const sinceVersion2: readonly string[] = ['sudoTokens', 'providerCodes', 'providerTokens']

type Kind = 'string' | 'number' | 'boolean' | 'object'

/** Fields without which an entry is of no use, by map. */
const shapes = {
  users: { sub: 'string', status: 'string', groups: 'object', createdAt: 'number' },
  sessions: { id: 'string', sub: 'string', clientId: 'string', scope: 'string' },
  refreshTokens: { sessionId: 'string', expiresAt: 'number' },
  verifications: { code: 'string', address: 'string', wrongTries: 'number', expiresAt: 'number' },
  verificationTokens: { address: 'string', expiresAt: 'number' },
  sudoTokens: { sub: 'string', expiresAt: 'number' },
  providerCodes: { kind: 'string', providerId: 'string', redirectUri: 'string', person: 'string' },
  providerTokens: { profile: 'object', isPhone: 'boolean', expiresAt: 'number' },
  pictures: { answer: 'string', wrongTries: 'number', expiresAt: 'number' },
  captchaTokens: { expiresAt: 'number' },
  captchaPages: { redirectUri: 'string', state: 'string', expiresAt: 'number' },
} as const satisfies Partial<Record<keyof State, Record<string, Kind>>>

const mapNames = Object.keys(shapes) as (keyof typeof shapes)[]

/** Writes the state to `file`, readable by its owner only. */
export async function saveState(core: Core, file: string): Promise<void> {
  const { state, clock } = core
  const maps = Object.fromEntries(mapNames.map((name) => [name, [...state[name]]]))
  const { signingKey, ticketKey, encryptionKey, messages } = state
  const head = { version, offsetSeconds: clock.offsetSeconds, config: core.config() }
  const whole = {
    ...head,
    signingKey,
    ticketKey,
    encryptionKey,
    messages,
    tallies: [...state.tallies],
    ...maps,
  }
  const draft = `${file}.${newId()}.new`
  await writeFile(draft, JSON.stringify(whole), { mode: 0o600 })
  await rename(draft, file)
}

/** Reads the state from `file`; a damaged file is moved aside and nothing is changed. */
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
    const isOld = whole['version'] === 1
    if (!isOld && whole['version'] !== version) return undefined
    const config = mergeConfig(defaultConfig, toRecord(whole['config']))
    const { offsetSeconds } = whole
    if (typeof offsetSeconds !== 'number') return undefined
    const maps = mapNames.map((name) => {
      const entries = isOld && sinceVersion2.includes(name) ? [] : whole[name]
      return [name, toMap(entries, shapes[name])] as const
    })
    const state = {
      ...Object.fromEntries(maps),
      signingKey: toKey(whole['signingKey']),
      ticketKey: isOld ? newKey() : toKey(whole['ticketKey']),
      encryptionKey: toOptionalPem(whole['encryptionKey']),
      tallies: new Map(toList(whole['tallies']).map(toTally)),
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

function toTally(entry: unknown): [string, number[]] {
  const [key, times] = toList(entry)
  return [String(key), toList(times).map(Number)]
}

/** A key that can sign, else an error. */
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
