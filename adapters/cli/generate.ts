import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gallery, type Model, paths, type Story } from '../testing/index.ts'
import { hasOwn } from '../../services/record.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { playable, playwrightSpec, showable } from './generated/playwright.ts'
import { newDriver, replayedSpec } from './generated/replayed.ts'
import { addScreens, newScreens, screensOf } from './generated/screens.ts'
import { storybookRender, storybookStories } from './generated/storybook.ts'
import { findModel, flowHelp, modelHelp, modelOptions } from './models.ts'

const help = `Usage: cloudbase-authflow generate <flow> --for TOOL --out DIR [options]

Writes tests that take every way from one thing that a user can see to another. Written anew each
time are NAME.plan.md, the stories in words, and
  playwright   NAME.looks.spec.ts, everything that a user can see, to run first, and NAME.spec.ts
  vitest       NAME.spec.ts
  node         NAME.spec.ts, for node:test
  storybook    NAME.stories.ts, everything that a user can see
What is yours is written once: NAME.screens.ts with page objects, to which missing screens and events
are added later, NAME.driver.ts, or NAME.render.ts.

${flowHelp}

Options:
  --for TOOL         playwright, vitest, node or storybook
  --out DIR          where to write them
${modelHelp}
  -h, --help         show this text

Example:
  npx cloudbase-authflow generate signIn --for playwright --out e2e --without ticket.submit
`

/** What the files of one tool are written from. */
interface Task {
  world: Model
  /** The name of the files. */
  title: string
  command: string
  /** Returns the path of a file. */
  file(kind: string): string
}

/** Writes the files of each tool, and returns lines about them. */
const tools: Record<string, (task: Task) => Promise<string[]>> = {
  playwright: writePlaywright,
  storybook: writeStorybook,
  vitest: (task) => writeReplayed(task, 'vitest'),
  node: (task) => writeReplayed(task, 'node:test'),
}

/** Writes the tests of a flow. */
export async function generate(args: string[]): Promise<void> {
  const options = { ...modelOptions, for: { type: 'string' }, out: { type: 'string' } } as const
  const given = readArguments(args, options, help)
  if (!given) return
  const [flow, ...others] = given.positionals
  if (flow === undefined || others.length > 0) throw new UsageError('generate takes one flow')
  const { for: name, out } = given.values
  const write = hasOwn(tools, String(name)) ? tools[String(name)] : undefined
  if (!write) throw new UsageError(`--for must be ${Object.keys(tools).join(', ')}`)
  if (typeof out !== 'string') throw new UsageError('--out must name a folder')

  const { world, title } = await findModel(flow, given.values)
  const command = `cloudbase-authflow generate ${flow} --for ${String(name)}`
  await mkdir(out, { recursive: true })
  const file = (kind: string) => join(out, `${title}.${kind}`)
  const lines = await write({ world, title, command, file })
  const never = neverSent(world)
  if (never.length > 0) lines.push(`never sent by the app: ${never.join(', ')}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function writePlaywright({ world, title, command, file }: Task): Promise<string[]> {
  const stories = playable(await paths(world))
  const pictures = showable(await gallery(world))
  const spec = { title, command, world }
  const tests = stories.map((story) => ({ name: story.title, story }))
  await writeFile(file('plan.md'), planOf(title, stories, world))
  await writeFile(file('looks.spec.ts'), playwrightSpec(pictures, spec))
  await writeFile(file('spec.ts'), playwrightSpec(tests, spec))
  const lines = [
    `${pictures.length} looks in ${file('looks.spec.ts')}`,
    `${stories.length} stories in ${file('spec.ts')}`,
  ]
  const screens = screensOf(pictures)
  const path = file('screens.ts')
  const program = await readFile(path, 'utf8').catch(() => undefined)
  if (program === undefined) {
    await writeFile(path, newScreens(screens))
    return [...lines, `fill in ${path}: ${screens.size} screens`]
  }
  const addition = addScreens(program, screens)
  if (!addition) throw new Error(`${path} has no constant \`screens\` that is an object literal`)
  if (addition.added.length === 0) return lines
  await writeFile(path, addition.text)
  return [...lines, `fill in ${path}: added ${addition.added.join(', ')}`]
}

async function writeStorybook({ world, title, command, file }: Task): Promise<string[]> {
  const pictures = await gallery(world)
  await writeFile(file('stories.ts'), storybookStories(pictures, title, command))
  const lines = [`${pictures.length} looks in ${file('stories.ts')}`]
  const isNew = await writeOnce(file('render.ts'), storybookRender())
  return isNew ? [...lines, `fill in ${file('render.ts')}`] : lines
}

async function writeReplayed(
  { world, title, command, file }: Task,
  runner: string,
): Promise<string[]> {
  const stories = await paths(world)
  await writeFile(file('plan.md'), planOf(title, stories, world))
  await writeFile(file('spec.ts'), replayedSpec(stories, { title, command, runner }))
  const lines = [`${stories.length} stories in ${file('spec.ts')}`]
  const events = eventsOf(stories)
  const path = file('driver.ts')
  if (await writeOnce(path, newDriver(events))) return [...lines, `fill in ${path}`]
  const driver = await readFile(path, 'utf8')
  const missing = events.filter((event) => !driver.includes(event))
  return missing.length > 0 ? [...lines, `${path} does not mention ${missing.join(', ')}`] : lines
}

/** @returns whether the file is new */
async function writeOnce(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
}

/** The events of the flows that no story sends. */
const neverSent = ({ events, flows }: Model): string[] => {
  const taken = new Set(Object.values(flows).flatMap((flow) => flow.events as string[]))
  return Object.keys(events).filter((event) => events[event] === false && taken.has(event))
}

/** The events of the stories, sorted. */
const eventsOf = (stories: readonly Story[]): string[] => {
  const sent = stories.flatMap(({ choices }) =>
    choices.flatMap((choice) => (choice.type === 'send' ? [choice.event] : [])),
  )
  return [...new Set(sent)].sort()
}

function planOf(title: string, stories: readonly Story[], world: Model): string {
  const never = neverSent(world)
  const texts = stories.map((story) => `\n\`\`\`gherkin\n${String(story)}\n\`\`\`\n`)
  return `# ${title}

${stories.length} stories, each with at most ${world.faults} failures.
${never.length > 0 ? `\nNever sent by the app: ${never.join(', ')}.\n` : ''}${texts.join('')}`
}
