import { dirname, relative, resolve } from 'node:path'
import type { Model, Story } from '../../testing/index.ts'
import { literal, nameOf, quote } from './literal.ts'

/** What a test of a recorded story is written from. */
interface RegressionOptions {
  story: Story
  /** The model with what was recorded, as `storyOf` returns it. */
  recorded: Model
  /** The model without. */
  world: Model
  /** As on the command line: a flow of the package, or `file#export`. */
  flow: string
  /** The name of the flow. */
  title: string
  /** The name of the export. */
  exported: string
  /** Whether the export is a model. */
  isModel: boolean
  /** Where the test is written. */
  file: string
  /** The module that exports `test`. */
  runner: string
  command: string
}

/**
 * Writes a test of what was recorded. It asserts nothing about the steps: the invariants must hold, which they do not
 * as long as the fault is there.
 */
export function regressionTest(options: RegressionOptions): string {
  const { story, recorded, world, flow, title, exported, isModel, file, runner, command } = options
  const [path = ''] = flow.split('#')
  const isOwn = /\.\w+$/.test(path)
  const target = isOwn
    ? `./${relative(dirname(resolve(file)), resolve(path)).replaceAll('\\', '/')}`.replace(
        /^\.\/\.\./,
        '..',
      )
    : 'cloudbase-authflow'
  const testing = ['invariants', ...(isModel ? [] : ['model']), 'rerun'].join(', ')
  const local = exported === 'default' ? 'flow' : exported
  const base = isModel
    ? local
    : `model({ ${title === local ? local : `${nameOf(title)}: ${local}`} })`
  const added = [
    addedOutcomes(story, recorded, world),
    addedEvents(story, recorded, world),
    addedCalls(recorded, world),
  ].join('')
  const choices = story.choices.map((choice) => `  ${literal(choice)},\n`).join('')
  return `// Written by \`${command}\`. It fails while the fault is there.
import assert from 'node:assert/strict'
import { test } from '${runner}'
${added.includes('  calls: ') ? `import * as endpoints from 'cloudbase-authflow/endpoints'\n` : ''}import { ${testing} } from 'cloudbase-authflow/testing'
import { ${exported === local ? local : `${exported} as ${local}`} } from '${target}'

const base = ${base}
const world = {
  ...base,
  status: ${quote(recorded.status)} as const,
${added}}

test(${quote(story.title)}, async () => {
  const { violations } = await rerun(choices, world, Object.values(invariants))
  assert.deepEqual(violations, [])
})

/** What was recorded. */
const choices: Parameters<typeof rerun>[0] = [
${choices}]
`
}

/** The answers that were recorded and that the model lacks. */
function addedOutcomes(story: Story, recorded: Model, world: Model): string {
  const operations = new Set(
    story.choices.flatMap((choice) => (choice.type === 'answer' ? [choice.operation] : [])),
  )
  const lines = [...operations].flatMap((operation) => {
    const known = new Set(world.outcomes[operation]?.map(({ name }) => name))
    const added = recorded.outcomes[operation]?.filter(({ name }) => !known.has(name)) ?? []
    if (added.length === 0) return []
    const before = known.size > 0 ? `...base.outcomes[${quote(operation)}]!, ` : ''
    return [`    ${nameOf(operation)}: [${before}${added.map(literal).join(', ')}],\n`]
  })
  return lines.length > 0 ? `  outcomes: {\n    ...base.outcomes,\n${lines.join('')}  },\n` : ''
}

/** The payloads of the events of the story that the model lacks. */
function addedEvents(story: Story, recorded: Model, world: Model): string {
  const sent = new Set(
    story.choices.flatMap((choice) => (choice.type === 'send' ? [choice.event] : [])),
  )
  const lines = [...sent].flatMap((event) => {
    const known = world.events[event] || []
    const added = (recorded.events[event] || []).filter((payload) => !known.includes(payload))
    if (added.length === 0) return []
    const before = known.length > 0 ? `...(base.events[${quote(event)}] || []), ` : ''
    return [`    ${nameOf(event)}: [${before}${added.map(literal).join(', ')}],\n`]
  })
  return lines.length > 0 ? `  events: {\n    ...base.events,\n${lines.join('')}  },\n` : ''
}

/** The calls of the app that the model lacks. */
function addedCalls(recorded: Model, world: Model): string {
  const added = recorded.calls.slice(world.calls.length)
  const calls = added.map(({ endpoint }) => `{ endpoint: endpoints.${endpoint.operation} }`)
  return calls.length > 0 ? `  calls: [...base.calls, ${calls.join(', ')}],\n` : ''
}
