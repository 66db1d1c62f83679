import { writeFile } from 'node:fs/promises'
import { explore as exploreModel } from '../testing/index.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { countOf, findModel, flowHelp, modelHelp, modelOptions } from './models.ts'

const help = `Usage: cloudbase-authflow explore <flow> [options]

Brings a flow to every state that the user, the server and time can bring it to, and checks what
must hold there. Exits with 1 when something does not, and prints the shortest story to it.

${flowHelp}

Options:
${modelHelp}
  --limit N          stop after so many states (default 20000)
  --save FILE        save the story of the first finding, for rerun(…)
  -h, --help         show this text

Example:
  npx cloudbase-authflow explore src/naming.js#naming --hostile
`

/** Explores a flow. */
export async function explore(args: string[]): Promise<void> {
  const options = { ...modelOptions, limit: { type: 'string' }, save: { type: 'string' } } as const
  const given = readArguments(args, options, help)
  if (!given) return
  const [flow, ...others] = given.positionals
  if (flow === undefined || others.length > 0) throw new UsageError('explore takes one flow')
  const { limit, save } = given.values
  const { world } = await findModel(flow, given.values)
  const bounds = limit === undefined ? {} : { limit: countOf('limit', limit) }
  const found = await exploreModel(world, bounds)
  const { states, edges, findings, deadEnds, isComplete, diverged, ms } = found
  const print = (text: string) => process.stdout.write(`${text}\n`)
  const end = isComplete ? '' : ', not complete'
  print(`${states.length} states, ${edges.length} edges, ${(ms / 1000).toFixed(1)} s${end}`)
  for (const { invariant, reason, story } of findings)
    print(`\n✗ ${invariant}: ${reason}\n${String(story)}`)
  for (const story of deadEnds) print(`\n✗ the flow cannot end any more\n${String(story)}`)
  for (const story of diverged) print(`\n✗ what happens is left to chance: ${story}`)
  const [first] = [...findings.map(({ story }) => story), ...deadEnds]
  if (first && typeof save === 'string') await writeFile(save, `${JSON.stringify(first)}\n`)
  const count = findings.length + deadEnds.length + diverged.length
  if (count > 0) throw new Error(`${count} ${count === 1 ? 'finding' : 'findings'}`)
}
