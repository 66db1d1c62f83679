import { last } from '../../../services/lists.ts'
import type { Picture } from '../../testing/index.ts'
import { scriptOf } from '../../testing/playwright/script.ts'
import { nameOf, quote } from './literal.ts'
import { constantOf, objectOf, type ObjectLiteral, tokensOf } from './properties.ts'

/** What a screen has to offer: the fields of each event, by event. */
export type ScreenEvents = Map<string, Map<string, readonly string[]>>

/** Events that an app sends by itself, or from a menu around the flow. */
const isOfSession = (event: string) => /^(flow|session)\./.test(event)

/**
 * Lists the screens that an app needs, with the events of each.
 *
 * @param pictures everything that a user can see
 */
export function screensOf(pictures: readonly Picture[]): ScreenEvents {
  const fields = new Map<string, readonly string[]>()
  for (const { story } of pictures) {
    for (const { action, payload = {} } of story.steps) {
      if (action.type !== 'send') continue
      const { profile, ...others } = payload as { profile?: object }
      fields.set(action.event, Object.keys({ ...others, ...profile }))
    }
  }
  const screens: ScreenEvents = new Map()
  for (const { look, story } of pictures) {
    const step = last(story.steps)
    if (!step || look.busy) continue
    const { name } = scriptOf(step)
    const events = screens.get(name) ?? new Map<string, readonly string[]>()
    screens.set(name, events)
    for (const event of look.can) {
      if (!isOfSession(event)) events.set(event, fields.get(event) ?? [])
    }
  }
  return screens
}

/** Writes the page objects of an app that has none yet. */
export function newScreens(screens: ScreenEvents): string {
  return `// Yours. \`generate\` writes it once; later it adds the screens and events that are missing, and no more.
// Replace every 'fill in …' by what a user finds there.
import type { App, Screens } from 'cloudbase-authflow/testing/playwright'

/** Where your app runs, and the sandbox that it uses. */
export const app: App = {
  url: 'http://localhost:5173',
  sandbox: 'http://127.0.0.1:4871',
  env: 'your-env-id',
}

export const screens: Screens = {
${[...screens].map(([name, events]) => screenText(name, events)).join('')}}
`
}

/** What was added to page objects. */
export interface Addition {
  text: string
  /** The names of screens, and of events as `askingCode code.resend`. */
  added: string[]
}

/**
 * Adds to page objects what is missing; nothing that is there is touched.
 *
 * @param program the file
 * @returns undefined when it has no constant `screens` that could be read
 */
export function addScreens(program: string, screens: ScreenEvents): Addition | undefined {
  const found = constantOf(tokensOf(program), 'screens')
  if (!found) return undefined
  const added: string[] = []
  const pieces: { at: number; text: string }[] = []
  const insert = ({ close, comma }: ObjectLiteral, text: string, indent: string) => {
    // Behind the last property: the line of the closing brace stays as it is.
    const at = program.slice(0, close).trimEnd().length
    if (comma !== undefined) pieces.push({ at: comma, text: ',' })
    pieces.push({ at, text: `\n${text.trimEnd()}\n${indent}` })
  }
  const missing = [...screens].filter(([name]) => !found.properties.has(name))
  for (const [name, events] of screens) {
    const screen = objectOf(found.properties.get(name) ?? [])
    const known = screen && objectOf(screen.properties.get('events') ?? [])
    const isReadable = screen && (known || !screen.properties.has('events'))
    const more = [...events].filter(([event]) => !known?.properties.has(event))
    if (!isReadable || more.length === 0) continue
    added.push(...more.map(([event]) => `${name} ${event}`))
    const text = more.map(([event, fields]) => eventText(event, fields)).join('')
    if (known) insert(known, text, '    ')
    else insert(screen, `    events: {\n${text}    },`, '  ')
  }
  if (missing.length > 0) {
    added.push(...missing.map(([name]) => name))
    insert(found, missing.map(([name, events]) => screenText(name, events)).join(''), '')
  }
  // From the end on, so that the places before stay where they are; a comma comes before what it separates.
  pieces.reverse().sort((a, b) => b.at - a.at)
  const text = pieces.reduce((all, { at, text: piece }) => {
    const rest = all.slice(at)
    return all.slice(0, at) + piece + (piece === ',' ? rest : rest.trimStart())
  }, program)
  return { text, added }
}

function screenText(name: string, events: ReadonlyMap<string, readonly string[]>): string {
  const entries = [...events].map(([event, fields]) => eventText(event, fields)).join('')
  return `  ${nameOf(name)}: {
    find: (page) => page.getByRole('heading', { name: ${quote(`fill in ${name}`)} }),
${entries ? `    events: {\n${entries}    },\n` : ''}  },
`
}

function eventText(event: string, fields: readonly string[]): string {
  const find = (role: string, name: string) =>
    `(page) => page.getByRole('${role}', { name: ${quote(`fill in ${name}`)} })`
  const [first, ...others] = fields
  if (first === undefined) return `      ${nameOf(event)}: { find: ${find('button', event)} },\n`
  const more = others.map(
    (field) =>
      `          await page.getByRole('textbox', { name: ${quote(`fill in ${field}`)} }).fill(input.${field})\n`,
  )
  return `      ${nameOf(event)}: {
        find: ${find('textbox', first)},
        async use(field, input, page) {
          await field.fill(input.${first})
${more.join('')}          await page.keyboard.press('Enter')
        },
      },
`
}
