/** The pages about the machines. */
import { anywhere, type Chart, type State, textOf } from './chart.ts'
import { endpointOf, floors, leansOn, machines, storyOf } from './machines.ts'
import { mermaidOf } from './mermaid.ts'

const NOTE = '<!-- Made from the machines by `npm run charts`; changes here are lost. -->'

export function pageOf(name: string, chart: Chart): string {
  const users = Object.keys(machines).filter((other) => leansOn(other).includes(name))
  return `${NOTE}

# ${name}

${storyOf(name)}

[![The chart of ${name}](${name}.svg)](${name}.svg)

| step | who moves | what leads where |
| --- | --- | --- |
${rowsOf(chart, chart.root).join('\n')}

${listOf('Leans on', leansOn(name))}${listOf('Used by', users)}Source: [machines/${name}.ts](../../machines/${name}.ts)

## The same as text

\`\`\`mermaid
${mermaidOf(chart)}
\`\`\`

[All charts, and how to read them](README.md)
`
}

const link = (name: string) => `[${name}](${name}.md)`

const listOf = (lead: string, names: string[]) =>
  names.length > 0 ? `${lead}: ${names.map(link).join(', ')}  \n` : ''

const code = (text: string) => `\`${text}\``

function rowsOf(chart: Chart, { states, ...group }: State, path = ''): string[] {
  const shown = states.filter(({ kind }) => kind !== 'anywhere')
  const rows = shown.flatMap((state) =>
    state.states.length > 0
      ? rowsOf(chart, state, `${path}${state.name}.`)
      : [rowOf(chart, state.id, code(path + state.name), moverOf(state, group.initial))],
  )
  const taken = waysOf(chart, anywhere(group.id))
  const where = path ? `anywhere in \`${path.slice(0, -1)}\`` : 'anywhere'
  return taken.length > 0 ? [...rows, rowOf(chart, anywhere(group.id), where, '')] : rows
}

const rowOf = (chart: Chart, id: string, step: string, mover: string) =>
  `| ${step} | ${mover} | ${waysOf(chart, id).join('<br>')} |`

function waysOf({ ways, stays, ignored }: Chart, id: string): string[] {
  const outcomes = [
    ...ways
      .filter(({ from }) => from === id)
      .flatMap(({ to, labels }) =>
        labels.map((label) => ({ label, outcome: `→ ${code(to.split('.').at(-1)!)}` })),
      ),
    ...stays.filter((each) => each.in === id).map((each) => ({ ...each, outcome: 'stays' })),
    ...ignored
      .filter((each) => each.in === id)
      .map((each) => ({ ...each, outcome: 'changes nothing' })),
  ]
  const lines = outcomes
    .toSorted((a, b) => a.label.order - b.label.order)
    .map(({ label, outcome }) => `${code(textOf(label))} ${outcome}`)
  return [...new Set(lines)]
}

function moverOf({ id, kind, runs, tags }: State, initial?: string): string {
  const calls = runs.map(({ src, id: run, machine }) => {
    if (machine) return link(machine)
    const endpoint = endpointOf(src)
    return endpoint ? `\`${src}\`, \`${endpoint}\`` : code(src === 'until' ? run : src)
  })
  const who = {
    asking: tags.includes('captcha') ? 'a person, at the captcha' : 'a person',
    busy: 'the machine',
    passing: 'decides at once',
    resting: runs.some(({ machine }) => machine) ? '' : 'at rest',
    final: 'the end',
    failed: 'the end, with an error',
    anywhere: '',
  }[kind]
  const begins = id === initial ? 'begins; ' : ''
  return begins + [who, calls.join(', ')].filter(Boolean).join(': ')
}

/** What a screen reader says in a picture's stead. */
export function aboutOf({ root, ways }: Chart): string {
  const nameOf = (id: string) => id.split('.').at(-1)!.replace('*', 'anywhere')
  const all = (state: State): State[] => [state, ...state.states.flatMap(all)]
  const starts = all(root).flatMap(({ initial }) => (initial ? [nameOf(initial)] : []))
  const steps = ways.map(
    ({ from, to, labels }) =>
      `${nameOf(from)} to ${nameOf(to)} on ${labels.map(textOf).join(', ')}.`,
  )
  return `State chart. Begins in ${starts.join(' and ')}. ${steps.join(' ')}`
}

/** The first sentence of a machine's story. */
const gistOf = (name: string) => /^.*?\.(?= |$)/.exec(storyOf(name))![0]

export function indexPage(): string {
  return `${NOTE}

# The charts

Every journey is a machine, drawn here from the code that runs. Who stands above leans on who stands
below.

${floors
  .map(
    (floor) => `## ${floor.name}

${floor.about}

| machine | |
| --- | --- |
${Object.keys(floor.machines)
  .map((name) => `| ${link(name)} | ${gistOf(name)} |`)
  .join('\n')}
`,
  )
  .join('\n')}
## Who leans on whom

\`\`\`mermaid
${overview()}
\`\`\`

## How to read them

| | |
| --- | --- |
| blue | a person moves next |
| yellow | the machine is at work; what it runs stands below the name |
| dashed pill | decides at once, by the guards in brackets; \`else\` is what is left |
| bars at both sides | goes on in a chart of its own |
| green, double | the end |
| red, double | the end, with an error |
| \`done\`, \`fails\` | how what runs in a state has ended |
| red dashes | nothing but failures lead this way |
| \`anywhere\` | taken in every state that does not say otherwise |

\`npm run charts\` draws them again; a test fails when they differ from the machines. Every state in
an SVG bears its id as \`data-state\`, every way its ends and events: give \`data-active\` to the state a
running actor is in, and it stands out.
`
}

function overview(): string {
  const lines = floors.flatMap((floor) => [
    `subgraph ${floor.name}`,
    ...Object.keys(floor.machines).map((name) => `  ${name}`),
    'end',
  ])
  const edges = Object.keys(machines).flatMap((name) =>
    leansOn(name).map((other) => `${name} --> ${other}`),
  )
  return ['flowchart TD', ...[...lines, ...edges].map((line) => `  ${line}`)].join('\n')
}
