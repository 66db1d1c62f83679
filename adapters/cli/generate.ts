import { hasOwn } from '../../services/record.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { paths, type Story } from '../testing/index.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { findModel, flowHelp, modelHelp, modelOptions } from './models.ts'

const help = `Usage: cloudbase-authflow generate <flow> --for RUNNER --out DIR [options]

Writes tests that take every way from one thing that a user can see to another:
  NAME.plan.md     the stories in words, written anew each time
  NAME.spec.ts     the tests, written anew each time
  NAME.driver.ts   how your app is used, written once; fill it in

${flowHelp}

Options:
  --for RUNNER       vitest, playwright or node
  --out DIR          where to write them
${modelHelp}
  -h, --help         show this text

Example:
  npx cloudbase-authflow generate signIn --for playwright --out e2e --without ticket.submit
`

/** What differs between test runners. */
interface Runner {
  /** Imports `test`. */
  head: string
  /** The parameter of a test, and of `openDriver`. */
  fixture: string
  argument: string
  driverHead: string
  parameter: string
}

const plain = (runner: string): Runner => ({
  head: `import { test } from '${runner}'`,
  fixture: '',
  argument: '',
  driverHead: '',
  parameter: '',
})

const runners: Record<string, Runner> = {
  vitest: plain('vitest'),
  node: plain('node:test'),
  playwright: {
    head: `import { test } from '@playwright/test'`,
    fixture: '{ page }',
    argument: 'page',
    driverHead: `import type { Page } from '@playwright/test'\n`,
    parameter: 'page: Page',
  },
}

/** Writes the tests of a flow. */
export async function generate(args: string[]): Promise<void> {
  const options = { ...modelOptions, for: { type: 'string' }, out: { type: 'string' } } as const
  const given = readArguments(args, options, help)
  if (!given) return
  const [flow, ...others] = given.positionals
  if (flow === undefined || others.length > 0) throw new UsageError('generate takes one flow')
  const { for: name, out } = given.values
  const runner = hasOwn(runners, String(name)) ? runners[String(name)] : undefined
  if (!runner) throw new UsageError(`--for must be ${Object.keys(runners).join(', ')}`)
  if (typeof out !== 'string') throw new UsageError('--out must name a folder')

  const { world, title } = await findModel(flow, given.values)
  const stories = await paths(world)
  const file = (kind: string) => join(out, `${title}.${kind}`)
  await mkdir(out, { recursive: true })
  const command = `cloudbase-authflow generate ${flow} --for ${name}`
  await writeFile(file('plan.md'), planOf(title, stories))
  await writeFile(file('spec.ts'), specOf(title, command, stories, runner))
  const events = eventsOf(stories)
  const driver = await readFile(file('driver.ts'), 'utf8').catch(() => undefined)
  if (driver === undefined) await writeFile(file('driver.ts'), driverOf(events, runner))
  const missing = driver === undefined ? [] : events.filter((event) => !driver.includes(event))
  process.stdout.write(`${stories.length} stories in ${file('spec.ts')}\n`)
  if (driver === undefined) process.stdout.write(`fill in ${file('driver.ts')}\n`)
  if (missing.length > 0)
    process.stdout.write(`${file('driver.ts')} does not mention ${missing.join(', ')}\n`)
}

const planOf = (title: string, stories: Story[]) =>
  `# ${title}\n\n${stories.length} stories.\n\n${stories
    .map((story) => `\`\`\`gherkin\n${String(story)}\n\`\`\`\n`)
    .join('\n')}`

function specOf(title: string, command: string, stories: Story[], runner: Runner): string {
  const counts = new Map<string, number>()
  const tests = stories.map((story) => {
    const count = (counts.get(story.title) ?? 0) + 1
    counts.set(story.title, count)
    // Runners want every title once.
    const name = count > 1 ? `${story.title} (${count})` : story.title
    const steps = story.steps.map((step) => `    ${JSON.stringify(step)},\n`).join('')
    const { fixture, argument } = runner
    return `test(${JSON.stringify(name)}, async (${fixture}) => {
  const steps: Step[] = [
${steps}  ]
  await replay({ steps }, await openDriver(${argument}))
})
`
  })
  return `// Written anew by \`${command}\`; what is yours is in ${title}.driver.ts.
import { replay, type Step } from 'cloudbase-authflow/testing'
${runner.head}
import { openDriver } from './${title}.driver.js'

${tests.join('\n')}`
}

/** The events of the stories, sorted. */
const eventsOf = (stories: Story[]): string[] => {
  const sent = stories.flatMap(({ choices }) =>
    choices.flatMap((choice) => (choice.type === 'send' ? [choice.event] : [])),
  )
  return [...new Set(sent)].sort()
}

function driverOf(events: string[], { driverHead, parameter }: Runner): string {
  const entries = events.map(
    (event) => `  async '${event}'() {
    throw new Error('write how a user sends ${event}')
  },
`,
  )
  return `// Yours: it is written once. Fill in how your app is used.
${driverHead}import type { Driver, Step } from 'cloudbase-authflow/testing'

/** What a user does for each event; \`step.payload\` has its fields. */
const events: Record<string, (step: Step) => Promise<void>> = {
${entries.join('')}}

/** Opens the app for one test. */
export async function openDriver(${parameter}): Promise<Driver> {
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
