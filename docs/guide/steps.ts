/** Writes the pages about `view.step` from the machines; `test/project/steps.test.ts` keeps them. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { sections } from '../flows/machines.ts'
import { eventFields, pageTexts, stepTexts } from './stepTexts.ts'

/** The languages of the pages. */
export type Language = 'en' | 'zh'

/** What a UI shows in a step, and the events that the flow takes there. */
export interface Step {
  texts: string[]
  events: string[]
}

const flows = sections.find(({ folder }) => folder === 'flows')!.machines

/** Writes the page of all steps and events. */
export function stepsPage(language: Language): string {
  const { title, intro, unseen, events, outside } = pageTexts[language]
  const parts = Object.entries(flows).map(([name, flow]) => {
    const { seen, others } = stepsOf(flow, language)
    return `## ${name}\n\n${stepsTable(seen, language)}\n\n${unseen(code(others))}`
  })
  const fields = fieldsTable(Object.keys(eventFields), language)
  const tail = `## ${events.title}\n\n${fields}\n\n${outside}`
  return [`# ${title}`, intro, ...parts, tail].join('\n\n') + '\n'
}

/** Writes the table of steps, of what a UI shows in them, and of the events they take. */
export const stepsTable = (steps: Map<string, Step>, language: Language): string =>
  table(
    pageTexts[language].columns,
    [...steps].map(
      ([step, { texts, events }]) => `| \`${step}\` | ${texts.join('<br>')} | ${code(events)} |`,
    ),
  )

/** Writes the table of the fields of these events. */
export const fieldsTable = (events: string[], language: Language): string =>
  table(
    pageTexts[language].events.columns,
    events.map((event) => `| \`${event}\` | ${eventFields[event]![language === 'en' ? 0 : 1]} |`),
  )

/** Returns the steps of a flow by name, and the names of the states that no view shows. */
export function stepsOf(flow: AnyStateMachine, language: Language) {
  const seen = new Map<string, Step>()
  const others = new Set<string>()

  const add = (machine: AnyStateMachine, outerEvents: string[]) => {
    for (const state of Object.values(machine.root.states)) {
      const events = [...eventsIn(state), ...outerEvents]
      const part = partOf(machine, state)
      if (part) add(part, events)
      else if (isSeen(state)) addStep(textOf(machine.id, state.key, language), state.key, events)
      else others.add(state.key)
    }
  }
  const addStep = (text: string, name: string, events: string[]) => {
    const known = seen.get(name) ?? { texts: [], events: [] }
    seen.set(name, {
      texts: [...new Set([...known.texts, text])],
      events: [...new Set([...known.events, ...events])],
    })
  }

  add(flow, [])
  return { seen, others: [...others].filter((name) => !seen.has(name)) }
}

const eventsIn = (state: AnyStateNode) =>
  state.ownEvents.filter((type) => !type.startsWith('xstate.'))

/** A step shows in a view while the user moves or the machine works; other states end at once. */
const isSeen = ({ tags }: AnyStateNode) => tags.includes('asking') || tags.includes('busy')

/** The machine whose own steps the view shows in this state. */
function partOf({ implementations }: AnyStateMachine, { key, invoke }: AnyStateNode) {
  const src = invoke.find(({ id }) => id === key)?.src
  const logic = src === undefined ? undefined : implementations.actors[src as string]
  return logic && 'root' in logic ? (logic as AnyStateMachine) : undefined
}

function textOf(machine: string, state: string, language: Language): string {
  const texts = stepTexts[machine]?.[state]
  if (!texts) throw new Error(`docs/guide/stepTexts.ts has no text for ${machine}.${state}`)
  return texts[language === 'en' ? 0 : 1]
}

/** Writes names as code. */
export const code = (names: string[]): string => names.map((name) => `\`${name}\``).join(' ')

/** Writes a table of Markdown. */
export const table = (columns: readonly string[], rows: string[]): string =>
  [`| ${columns.join(' | ')} |`, `| ${columns.map(() => '---').join(' | ')} |`, ...rows].join('\n')
