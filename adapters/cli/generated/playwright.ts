import type { Status } from '../../client/index.ts'
import type { Picture, Step, Story } from '../../testing/index.ts'
import { scriptOf } from '../../testing/playwright/script.ts'
import { literal, quote } from './literal.ts'
import { uniqueTitles } from './titles.ts'

/** What a file of tests is made from. */
interface SpecOptions {
  /** The name of the files. */
  title: string
  /** The command that writes the file. */
  command: string
  /** Who is signed in when a story begins. */
  status: Status
}

/**
 * Writes the tests of stories for Playwright.
 *
 * @param stories with the title of each test
 */
export function playwrightSpec(
  stories: readonly { name: string; story: Pick<Story, 'steps'> }[],
  { title, command, status }: SpecOptions,
): string {
  const unique = uniqueTitles()
  const tests = stories.map(({ name, story }) => {
    const lines = story.steps.flatMap(linesOf).map((line) => `  ${line}\n`)
    return `
test(${quote(unique(name))}, async ({ page }) => {
  const flow = await open(page)
${lines.join('')}})
`
  })
  return `// Written anew by \`${command}\`; what is yours is in ${title}.screens.ts.
import { type Page, test } from '@playwright/test'
import { createFlow } from 'cloudbase-authflow/testing/playwright'
import { app, screens } from './${title}.screens.js'

async function open(page: Page) {
  const flow = createFlow(page, app.sandbox, screens, app)
  await flow.open(app.url, ${quote(status)})
  return flow
}
${tests.join('')}`
}

function linesOf(step: Step): string[] {
  const { name, given, look } = scriptOf(step)
  const { action } = step
  const more = Object.keys(given).length > 0 ? [literal(given)] : []
  const at = `await flow.at(${[quote(name), literal(look)].join(', ')})`
  if (action.type === 'send')
    return [`await flow.say(${[quote(action.event), ...more].join(', ')})`, at]
  if (action.type === 'wait') return [`await flow.wait(${[step.ms ?? 0, ...more].join(', ')})`, at]
  return [`await flow.reload(${more.join('')})`, at]
}

/**
 * Selects the pictures that a browser can show: the server is prepared for each step before it happens, so that
 * nothing can be done between a call and its answer.
 */
export const showable = (pictures: readonly Picture[]): Picture[] =>
  pictures.filter(({ story: { steps } }) => {
    const isPlanned = ({ answers, calls }: Step) =>
      answers.every(({ operation }) => calls.includes(operation))
    const isInterrupted = steps.slice(0, -1).some(({ look }) => look.busy)
    return steps.length > 0 && !isInterrupted && steps.every(isPlanned)
  })
