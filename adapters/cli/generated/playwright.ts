import { last } from '../../../services/lists.ts'
import type { Model, Outcome, Picture, Story } from '../../testing/index.ts'
import {
  consentIn,
  isAway,
  type PlayedStep,
  playableSteps,
  scriptOf,
} from '../../testing/playwright/script.ts'
import { outcomes as documented } from '../../testing/outcomes.ts'
import { literal, nameOf, quote } from './literal.ts'
import { uniqueTitles } from './titles.ts'

/** What a file of tests is made from. */
interface SpecOptions {
  /** The name of the files. */
  title: string
  /** The command that writes the file. */
  command: string
  world: Model
}

/**
 * Writes the tests of stories for Playwright.
 *
 * @param stories with the title of each test
 */
export function playwrightSpec(
  stories: readonly { name: string; story: Pick<Story, 'steps'> }[],
  { title, command, world }: SpecOptions,
): string {
  const unique = uniqueTitles()
  const tests = stories.map(({ name, story }) => {
    const lines = (playableSteps(story) ?? []).flatMap(linesOf).map((line) => `  ${line}\n`)
    return `
test(${quote(unique(name))}, async ({ page }) => {
  const flow = await open(page)
${lines.join('')}})
`
  })
  const outcomes = ownOutcomes(stories, world)
  const options = outcomes === '' ? 'app' : '{ ...app, outcomes }'
  return `// Written anew by \`${command}\`; what is yours is in ${title}.screens.ts.
import { type Page, test } from '@playwright/test'
import { createFlow } from 'cloudbase-authflow/testing/playwright'
import { app, screens } from './${title}.screens.js'
${outcomes}
async function open(page: Page) {
  const flow = createFlow(page, app.sandbox, screens, ${options})
  await flow.open(app.url, ${quote(world.status)})
  return flow
}
${tests.join('')}`
}

const isEqual = (one: Outcome, other: Outcome) => JSON.stringify(one) === JSON.stringify(other)

/** Writes the answers of the stories that the protocol does not document. */
function ownOutcomes(stories: readonly { story: Pick<Story, 'steps'> }[], world: Model): string {
  const own = new Map<string, Map<string, object>>()
  for (const { operation, outcome } of stories.flatMap(({ story }) =>
    story.steps.flatMap(({ answers }) => answers),
  ) as { operation: string; outcome: string }[]) {
    const isSame = ({ name }: Outcome) => name === outcome
    const found = world.outcomes[operation]?.find(isSame)
    if (!found || documented[operation]?.some((each) => isEqual(each, found))) continue
    const { name, error, retryAfter, output } = found
    // What an answer is made by cannot be written down.
    const written = { name, error, retryAfter, ...(typeof output !== 'function' && { output }) }
    own.set(operation, (own.get(operation) ?? new Map()).set(name, written))
  }
  const lines = [...own].map(
    ([operation, outcomes]) => `  ${nameOf(operation)}: ${literal([...outcomes.values()])},\n`,
  )
  return lines.length === 0
    ? ''
    : `\n/** The answers of the model that the protocol does not document. */\nconst outcomes = {\n${lines.join('')}}\n`
}

function linesOf(step: PlayedStep): string[] {
  const { name, given, look } = scriptOf(step)
  const { action } = step
  const more = Object.keys(given).length > 0 ? [literal(given)] : []
  const at = isAway(step.look) ? [] : [`await flow.at(${[quote(name), literal(look)].join(', ')})`]
  const line = (method: string, ...given: string[]) => [
    `await flow.${method}(${[...given, ...more].join(', ')})`,
    ...at,
  ]
  const consent = consentIn(step)
  if (consent) return line('consent', quote(consent))
  if (action.type === 'send') return line('say', quote(action.event))
  if (action.type === 'wait') return line('wait', String(step.ms ?? 0))
  if (action.type === 'call') return line('call', quote(action.operation))
  return action.type === 'otherTab' ? line('otherTab', quote(action.action)) : line('reload')
}

/** Selects the stories that a browser can play. */
export const playable = (stories: readonly Story[]): Story[] =>
  stories.filter((story) => playableSteps(story)?.length)

/** Selects the pictures that a browser can show. */
export const showable = (pictures: readonly Picture[]): Picture[] =>
  pictures.filter(({ look, story }) => {
    const end = last(playableSteps(story) ?? [])
    return end?.look === look
  })
