import { createHash } from 'node:crypto'
import type { ProviderProfile } from '../state.ts'

/** An account that exists at every simulated identity provider. */
export interface ProviderAccount {
  /** Also the suffix of a mini-program's code: `wx-code-<id>`. */
  id: string
  name: string
}

/** The accounts offered on the consent page. Every other id is an account with its id as name. */
export const accounts: readonly ProviderAccount[] = [
  { id: 'lilei', name: '李雷' },
  { id: 'hanmeimei', name: '韩梅梅' },
  { id: 'alex', name: 'Alex Doe' },
]

const idPattern = /^[\w-]{1,32}$/

/**
 * Checks the form of an account id.
 *
 * @param text The id.
 * @returns Whether it has 1 to 32 letters, digits, `-` or `_`.
 */
export const isAccountId = (text: string): boolean => idPattern.test(text)

/**
 * Creates the profile of an account at a provider. Equal arguments give equal profiles.
 *
 * @param providerId The provider.
 * @param account The account id.
 * @returns The profile.
 */
export function profileOf(providerId: string, account: string): ProviderProfile {
  const name = accounts.find(({ id }) => id === account)?.name ?? account
  const sub = subjectOf('openid', providerId, account)
  return { provider_id: providerId, sub, name, picture: drawAvatar(account, name) }
}

/**
 * Creates the WeChat union id of an account, which is the same in all apps.
 *
 * @param account The account id.
 * @returns The union id.
 */
export const unionIdOf = (account: string): string => subjectOf('unionid', account)

function subjectOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest('base64url')
  return `o${hash.slice(0, 27)}`
}

/** Draws the initial on a coloured square. */
function drawAvatar(account: string, name: string): string {
  const hue = createHash('sha256').update(account).digest().readUInt16BE() % 360
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" ` +
    `fill="hsl(${hue} 60% 40%)"/><text x="4" y="6" font-size="5" fill="#fff" ` +
    `text-anchor="middle">${name.charAt(0)}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
