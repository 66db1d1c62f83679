import type { Store } from '../../../services/session/store.ts'
import { CloudbaseError } from '../errors.ts'

/** What a journey leaves behind under its `state`, where the official client leaves it. */
export interface Journey {
  provider: string
  /** Where the provider leads back to; the official client takes it for the page itself. */
  redirect?: string
  search: string
  hash: string
  type: 'sign_in' | 'bind_identity'
}

/** 128 random bits (RFC 9700 §2.1), which double as the name the journey is kept under. */
export function newState(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `prd-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** Leaves a journey behind. */
export async function keepJourney(tab: Store, state: string, journey: Journey) {
  await tab.set(state, JSON.stringify(journey))
}

/**
 * The journey that went out with this state. Each comes back once.
 *
 * @throws CloudbaseError `permission_denied` when none went out, or it has come back before
 */
export async function takeJourney(tab: Store, state: string): Promise<Journey> {
  const journey = parse(await tab.get(state))
  if (journey) {
    await tab.remove(state)
    return journey
  }
  throw new CloudbaseError('permission_denied', {
    operation: 'verifyOAuth',
    description: 'state belongs to no journey that went out from here, or has come back before',
  })
}

/** Puts back what was there before the journey, without what the provider added. */
export function restoreAddress({ search, hash }: Journey) {
  if (typeof location === 'undefined') return
  const url = Object.assign(new URL(location.href), { search, hash })
  history.replaceState(history.state, '', url)
}

function parse(text: string | null | undefined): Journey | undefined {
  try {
    const journey = JSON.parse(text ?? '') as Journey
    return journey.provider ? journey : undefined
  } catch {
    return undefined
  }
}
