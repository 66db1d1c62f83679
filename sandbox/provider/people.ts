import { createHash } from 'node:crypto'
import type { ProviderProfile } from '../state.ts'

/** Somebody with an account at every third party. */
export interface Person {
  /** Also what comes after `wx-code-`. */
  id: string
  name: string
}

/** Those who can be picked on the page; any other id is a person named like it. */
export const people: readonly Person[] = [
  { id: 'lilei', name: '李雷' },
  { id: 'hanmeimei', name: '韩梅梅' },
  { id: 'alex', name: 'Alex Doe' },
]

const idPattern = /^[\w-]{1,32}$/

/** Whether `text` can be a person's id. */
export const isPersonId = (text: string): boolean => idPattern.test(text)

/** What a provider knows of a person: always the same. */
export function profileOf(providerId: string, person: string): ProviderProfile {
  const name = people.find(({ id }) => id === person)?.name ?? person
  const sub = subjectOf('openid', providerId, person)
  return { provider_id: providerId, sub, name, picture: draw(person, name) }
}

/** What WeChat calls a person across all its apps. */
export const unionIdOf = (person: string): string => subjectOf('unionid', person)

function subjectOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest('base64url')
  return `o${hash.slice(0, 27)}`
}

/** An initial on a colour. */
function draw(person: string, name: string): string {
  const hue = createHash('sha256').update(person).digest().readUInt16BE() % 360
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" ` +
    `fill="hsl(${hue} 60% 40%)"/><text x="4" y="6" font-size="5" fill="#fff" ` +
    `text-anchor="middle">${name.charAt(0)}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
