import { last } from '../../services/lists.ts'
import { AuthError } from '../../services/error.ts'
import { isRecord } from '../../services/record.ts'

/**
 * One thing that happens to the flows from outside: the user sends an event, the server answers an
 * operation with one of its outcomes, time passes until the next deadline, the page is reloaded, the
 * provider's popup ends, the app calls an endpoint beside the flow, or another tab of the origin acts.
 */
export type Choice =
  | { type: 'send'; event: string; note?: string }
  | { type: 'answer'; operation: string; outcome: string }
  | { type: 'wait' }
  | { type: 'reload' }
  | { type: 'popup'; outcome: PopupOutcome }
  | { type: 'call'; operation: string }
  | { type: 'otherTab'; action: TabAction }

/** How a popup of a provider can end. */
export const popupOutcomes = ['answered', 'denied', 'closed', 'blocked'] as const

/** One of {@link popupOutcomes}. */
export type PopupOutcome = (typeof popupOutcomes)[number]

/** What another tab can do: sign in as another user, sign out, or refresh the tokens. */
export const tabActions = ['signIn', 'signOut', 'refresh'] as const

/** One of {@link tabActions}. */
export type TabAction = (typeof tabActions)[number]

/** What a user can see. */
export interface Look {
  status: string
  flow?: string
  step?: string
  busy: boolean
  /** Whether the captcha dialog is open. */
  captcha: boolean
  /** The code of the error that is shown, of the dialog while one is open. */
  error?: string
  /** The events that can be sent, sorted. */
  can: readonly string[]
}

/** What the user does, or waits for, and what comes of it before it is their turn again. */
export interface Step {
  action: Exclude<Choice, { type: 'answer' }>
  /** The payload of the event that is sent. */
  payload?: object
  /** Milliseconds that pass, for `wait`. */
  ms?: number
  /** How the server answers, in order. */
  answers: Extract<Choice, { type: 'answer' }>[]
  /** The operations that are called, in order. */
  calls: string[]
  /** What is seen afterwards. */
  look: Look
}

/** The version of the format `authflow-story` that this package writes and reads. */
const VERSION = 1

/** A story as JSON. */
export interface StoryJson {
  format: 'authflow-story'
  version: typeof VERSION
  choices: Choice[]
}

/** A way through the flows: a list of choices, and what was seen on the way. */
export class Story {
  readonly choices: readonly Choice[]
  readonly steps: readonly Step[]

  constructor(choices: readonly Choice[], steps: readonly Step[]) {
    this.choices = choices
    this.steps = steps
  }

  /** What is different about it: the last step and where it leads. */
  get title(): string {
    const [step, from] = [...this.steps].reverse()
    if (!step) return 'nothing happens'
    const answers = step.answers.filter(isNotable).map(({ operation, outcome }) => {
      return `, ${operation} answers ${outcome}`
    })
    const start = from ? ` at ${lookLabelOf(from.look)}` : ''
    return `${labelOf(step.action)}${start}${answers.join('')} leads to ${lookLabelOf(step.look)}`
  }

  /** @returns the story as given/when/then */
  toString(): string {
    const end = last(this.steps)
    const lines = this.steps.flatMap(({ action, answers, look }) => {
      const planned = answers.filter(isNotable).map(({ operation, outcome }) => {
        return `${operation} with "${outcome}"`
      })
      return [
        ...(planned.length > 0
          ? [`  Given the server will answer ${planned.join(', then ')}`]
          : []),
        `  When ${sentenceOf(action)}`,
        `  Then they are at ${lookLabelOf(look)}`,
      ]
    })
    const rest = end && `  And they can send ${end.look.can.join(', ') || 'nothing'}`
    return [`Scenario: ${this.title}`, ...lines, ...(rest ? [rest] : [])].join('\n')
  }

  /** @returns the choices alone, which are enough to run the story again */
  toJSON(): StoryJson {
    return { format: 'authflow-story', version: VERSION, choices: [...this.choices] }
  }
}

/**
 * Reads the choices of a story.
 *
 * @param text what `JSON.stringify` has made of a story
 * @throws AuthError `invalid_argument` when it is none of this version
 */
export function readChoices(text: string): Choice[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const { format, version, choices } = isRecord(value) ? value : {}
  if (format !== 'authflow-story' || !Array.isArray(choices)) {
    throw unreadable('this is not an authflow-story')
  }
  if (version !== VERSION) {
    throw unreadable(`the story is of version ${String(version)}; this package reads ${VERSION}`)
  }
  if (!choices.every(isChoice)) throw unreadable('the story has a choice that is malformed')
  return choices
}

/** @returns where a look is: `signIn.askingCode`, or the status while no flow runs */
export const placeOf = ({ flow, step, status, captcha }: Look): string =>
  `${flow === undefined ? status : `${flow}.${step}`}${captcha ? ' with a captcha' : ''}`

/** @returns a look in a few words */
export const lookLabelOf = (look: Look): string =>
  `${placeOf(look)}${look.error === undefined ? '' : `, which shows ${look.error}`}`

/** @returns a choice in a few words */
export function labelOf(choice: Choice): string {
  if (choice.type === 'send') return choice.event + (choice.note ? ` (${choice.note})` : '')
  if (choice.type === 'answer') return `${choice.operation} → ${choice.outcome}`
  if (choice.type === 'popup') return `the popup is ${choice.outcome}`
  if (choice.type === 'call') return `the app calls ${choice.operation}`
  if (choice.type === 'otherTab') return `another tab ${tabSentences[choice.action]}`
  return choice.type === 'wait' ? 'time passes' : 'the page is reloaded'
}

const tabSentences: Record<TabAction, string> = {
  signIn: 'signs in as another user',
  signOut: 'signs out',
  refresh: 'refreshes the tokens',
}

function sentenceOf(action: Step['action']): string {
  return action.type === 'send' ? `they send ${labelOf(action)}` : labelOf(action)
}

/** An answer that needs a word: `ok` is what is expected. */
const isNotable = ({ outcome }: { outcome: string }) => outcome !== 'ok'

function isChoice(value: unknown): value is Choice {
  if (!isRecord(value)) return false
  const { type, event, note, operation, outcome, action } = value
  if (type === 'send') return isText(event) && (note === undefined || isText(note))
  if (type === 'answer') return isText(operation) && isText(outcome)
  if (type === 'popup') return popupOutcomes.includes(outcome as PopupOutcome)
  if (type === 'call') return isText(operation)
  if (type === 'otherTab') return tabActions.includes(action as TabAction)
  return type === 'wait' || type === 'reload'
}

const isText = (value: unknown) => typeof value === 'string'

const unreadable = (description: string) => new AuthError('invalid_argument', { description })
