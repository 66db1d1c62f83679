import type { Story } from '../../testing/index.ts'
import { literal, quote } from './literal.ts'
import { uniqueTitles } from './titles.ts'

/**
 * Writes tests for a runner without a browser, which play the stories on a driver.
 *
 * @param title the name of the files
 * @param command the command that writes the file
 * @param runner the module that exports \`test\`
 */
export function replayedSpec(
  stories: readonly Story[],
  { title, command, runner }: { title: string; command: string; runner: string },
): string {
  const unique = uniqueTitles()
  const tests = stories.map((story) => {
    const steps = story.steps.map((step) => `    ${literal(step)},\n`).join('')
    return `
test(${quote(unique(story.title))}, async () => {
  const steps: Step[] = [
${steps}  ]
  await replay({ steps }, await openDriver())
})
`
  })
  return `// Written anew by \`${command}\`; what is yours is in ${title}.driver.ts.
import { replay, type Step } from 'cloudbase-authflow/testing'
import { test } from '${runner}'
import { openDriver } from './${title}.driver.js'
${tests.join('')}`
}

/**
 * Writes the file that is the user's: how the app is used.
 *
 * @param events the events that are sent
 */
export function newDriver(events: readonly string[]): string {
  const entries = events.map(
    (event) => `  async '${event}'() {
    throw new Error('write how a user sends ${event}')
  },
`,
  )
  return `// Yours. \`generate\` writes it once. Fill in how your app is used.
import type { Driver, Step } from 'cloudbase-authflow/testing'

/** What a user does for each event; \`step.payload\` has its fields. */
const events: Record<string, (step: Step) => Promise<void>> = {
${entries.join('')}}

/** Opens the app for one test. */
export async function openDriver(): Promise<Driver> {
  return {
    async send(step) {
      // Prepare the server for \`step.answers\` first.
      const { action } = step
      if (action.type === 'send') await events[action.event]!(step)
      else throw new Error(\`write how to \${action.type}\`)
    },
    async read() {
      throw new Error('write how to read what the app shows: { step, error, can, … }')
    },
  }
}
`
}
