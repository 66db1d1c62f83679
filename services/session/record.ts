import { isRecord } from '../record.ts'
import { read, type Shape } from '../http/shape.ts'
import type { Tokens } from '../http/wire.ts'
import { userIdOf } from '../jwt.ts'
import { unwrapSecrets } from '../secret.ts'
import type { Credentials } from './credentials.ts'

/** A token pair: generation `n` of the session that began with `epoch`. */
export interface PairRecord {
  kind: 'pair'
  epoch: number
  generation: number
  credentials: Credentials
  /** The official client's form of the session was stored beside it, so its absence means something. */
  isMirrored?: boolean
  /** Written back over damaged data, so a newer pair may have been there. */
  isRepaired?: boolean
}

/** The pair of this generation must not be presented again; a client that holds a newer one stores it. */
export interface SpentRecord {
  kind: 'spent'
  epoch: number
  generation: number
}

/** The session of this epoch has ended. */
export interface OutRecord {
  kind: 'out'
  epoch: number
  /** The entry was found missing: the app has cleared the store. */
  isCleared?: boolean
}

/**
 * What is known of a session. Records are totally ordered, and every client moves up in that order
 * only, in memory and in the store. A mark (`spent`, `out`) holds no secret.
 */
export type SessionRecord = PairRecord | SpentRecord | OutRecord

const rankOf = (record: SessionRecord) => {
  if (record.kind === 'out') return Infinity
  return record.kind === 'spent' ? record.generation + 0.5 : record.generation
}

/**
 * Orders records: by epoch, then `out` above all, then by generation, then `spent` above the pair of
 * its generation. No record is below every record.
 *
 * @returns a number above 0 when `a` is higher, 0 when they are equal
 */
export function compareRecords(a?: SessionRecord, b?: SessionRecord): number {
  if (!a || !b) return Number(!!a) - Number(!!b)
  const ranks = [rankOf(a), rankOf(b)] as const
  return a.epoch - b.epoch || (ranks[0] === ranks[1] ? 0 : ranks[0] - ranks[1])
}

/**
 * The same order, with ties between two pairs of one generation broken by their tokens: where two
 * copies of a store can exist at once, every client must choose the same pair.
 */
export function compareCopies(a?: SessionRecord, b?: SessionRecord): number {
  const order = compareRecords(a, b)
  if (order || a?.kind !== 'pair' || b?.kind !== 'pair') return order
  const texts = [a, b].map(({ credentials }) => credentials.access_token.reveal())
  return texts[0]! > texts[1]! ? 1 : texts[0] === texts[1] ? 0 : -1
}

/** @returns the record if it is a pair */
export const pairOf = (record: SessionRecord | undefined): PairRecord | undefined =>
  record?.kind === 'pair' ? record : undefined

/** @returns whether both records hold the same access token */
export const isSamePair = (a?: SessionRecord, b?: SessionRecord): boolean =>
  a?.kind === 'pair' &&
  b?.kind === 'pair' &&
  a.credentials.access_token.reveal() === b.credentials.access_token.reveal()

/** The token fields of the stored form, those of the official client. */
type StoredTokens = Omit<Tokens, 'expires_in'> & { version?: string }

const storedTokens: Shape<StoredTokens> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  token_type: 'string?',
  sub: 'string?',
  scope: 'string?',
  groups: 'list?',
  version: 'string?',
}

/** @returns the text under the session's own key */
export function formatRecord(record: SessionRecord): string {
  if (record.kind !== 'pair') return JSON.stringify(record)
  const { credentials, ...rest } = record
  return JSON.stringify({ ...rest, credentials: unwrapSecrets(credentials) })
}

/** @returns undefined for missing or malformed data */
export function parseRecord(text: string | null | undefined): SessionRecord | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (!isRecord(value) || !Number.isFinite(value['epoch'])) return undefined
    const { kind, epoch, generation } = value as unknown as PairRecord
    if (kind === ('out' as string))
      return { kind: 'out', epoch, ...(value['isCleared'] === true && { isCleared: true }) }
    if (!Number.isInteger(generation)) return undefined
    if (kind === ('spent' as string)) return { kind: 'spent', epoch, generation }
    const { credentials, isMirrored, isRepaired } = value as unknown as PairRecord
    const { expiresAt, lifetime } = credentials
    if (kind !== 'pair' || !Number.isFinite(expiresAt)) return undefined
    return {
      kind,
      epoch,
      generation,
      credentials: {
        ...read<StoredTokens>(credentials, storedTokens),
        expiresAt,
        ...(Number.isFinite(lifetime) && { lifetime }),
      },
      ...(isMirrored === true && { isMirrored }),
      ...(isRepaired === true && { isRepaired }),
    }
  } catch {
    return undefined
  }
}

/** A record's place, as the official client's form of a pair carries it beside its own fields. */
interface Place {
  epoch: number
  generation: number
  lifetime?: number
}

/** @returns the pair in the form of the official client, with the place of the record beside it */
export function formatMirror({ credentials, epoch, generation }: PairRecord): string {
  const { expiresAt, lifetime, ...tokens } = credentials
  return JSON.stringify({
    version: 'v1',
    ...unwrapSecrets(tokens),
    expires_at: new Date(expiresAt).toISOString(),
    authflow: { epoch, generation, lifetime } satisfies Place,
  })
}

/**
 * Reads the form of the official client.
 *
 * @returns the pair, with its place when this library wrote it; undefined for malformed data
 */
export function parseMirror(
  text: string,
): { credentials: Credentials; place?: Omit<Place, 'lifetime'> } | undefined {
  try {
    const value = JSON.parse(text) as { expires_at: unknown; authflow?: Partial<Place> }
    const tokens = read<StoredTokens>(value, storedTokens)
    const expiresAt = Date.parse(String(value.expires_at))
    if (!expiresAt) return undefined
    const { epoch, generation, lifetime } = value.authflow ?? {}
    const isOurs = Number.isFinite(epoch) && Number.isInteger(generation)
    return {
      credentials: {
        ...tokens,
        sub: userIdOf(tokens),
        expiresAt,
        ...(Number.isFinite(lifetime) && { lifetime: lifetime! }),
      },
      ...(isOurs && { place: { epoch: epoch!, generation: generation! } }),
    }
  } catch {
    return undefined
  }
}
