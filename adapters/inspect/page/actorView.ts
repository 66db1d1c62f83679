/** The tree of actors, the path to the one in focus, and its context. */
import { type ActorState, durationOf, kindOf, moodOf, nameOf, plain, textOf } from '../fold.ts'
import { h } from './dom.ts'
import type { Words } from './words.ts'

/** A moment of a trace. */
export interface Moment {
  actors: Map<string, ActorState>
  focus: ActorState | undefined
  /** The index of the entry that is shown. */
  index: number
  /** The time of the client, in ms since its trace began. */
  now: number
  /** When the trace began, in ms since the epoch. */
  startedAt: number
  words: Words
  language: string
}

/** How many entries an actor that has ended stays in the tree. */
const LINGERING = 6

/**
 * Creates the view.
 *
 * @param onChoose is called with the `sessionId` of an actor that the user chooses
 */
export function createActorView(onChoose: (sessionId: string) => void) {
  const tree = h('div', { class: 'tree', role: 'group' })
  const crumbs = h('nav', { class: 'crumbs' })
  const flows = h('p', { class: 'flows' })
  const facts = h('dl', { class: 'facts' })

  const attributesOf = (actor: ActorState, { focus }: Moment) => ({
    type: 'button',
    'data-id': actor.sessionId,
    'data-mood': moodOf(actor),
    'aria-current': actor === focus ? 'true' : undefined,
    onclick: () => onChoose(actor.sessionId),
  })

  function itemOf(actor: ActorState, depth: number, moment: Moment) {
    const isActive = actor.status === 'active'
    return h(
      'button',
      { ...attributesOf(actor, moment), style: `--depth:${depth}`, 'data-over': !isActive },
      h('b', {}, nameOf(actor), ' ', h('small', {}, moment.words.kinds[kindOf(actor) ?? 'part'])),
      h('span', {}, textOf(actor.value)),
      h('time', {}, isActive ? durationOf(moment.now - actor.since) : ''),
    )
  }

  function itemsOf(parent: string | undefined, depth: number, moment: Moment): HTMLElement[] {
    const { actors, index } = moment
    return [...actors.values()]
      .filter((actor) => actor.parent === parent)
      .flatMap((actor) => {
        const isMachine = actor.machine !== undefined
        const isShown =
          isMachine && (actor.endedAt === undefined || actor.endedAt > index - LINGERING)
        const inside = itemsOf(actor.sessionId, isMachine ? depth + 1 : depth, moment)
        return isShown ? [itemOf(actor, depth, moment), ...inside] : inside
      })
  }

  const crumbOf = (actor: ActorState, moment: Moment) =>
    h('button', attributesOf(actor, moment), h('b', {}, nameOf(actor)), ` ${textOf(actor.value)}`)

  function drawPath(moment: Moment) {
    const path: ActorState[] = []
    for (let actor = moment.focus; actor; actor = moment.actors.get(actor.parent ?? '')) {
      if (actor.machine !== undefined) path.unshift(actor)
    }
    const parts = path.flatMap((actor, depth) => [
      ...(depth > 0 ? [h('i', { 'aria-hidden': 'true' }, '›')] : []),
      crumbOf(actor, moment),
    ])
    replaceChildren(crumbs, parts)
    crumbs.scrollLeft = crumbs.scrollWidth
  }

  /** Names the flows of the app while the session is in focus, because its chart cannot. */
  function drawFlows({ focus, words }: Moment) {
    const { flows: names, flow } = (focus?.machine === 'session' ? (focus.context ?? {}) : {}) as {
      flows?: string[]
      flow?: string
    }
    flows.hidden = !names
    flows.replaceChildren(
      `${words.flows}: `,
      ...(names ?? []).flatMap((name) => [h('span', { 'data-running': name === flow }, name), ' ']),
    )
  }

  function drawFacts({ focus, startedAt, now, words, language }: Moment) {
    const known: Record<string, unknown> = { ...focus?.context }
    if (focus?.error) known['error'] ??= focus.error
    facts.replaceChildren(
      ...Object.entries(known).flatMap(([name, value]) => {
        // Times are in ms since the epoch.
        const isTime = typeof value === 'number' && value > 1e12
        const rest = isTime ? value - startedAt - now : 0
        const text = rest > 0 ? words.inTime(durationOf(rest)) : words.ago(durationOf(-rest))
        const title = isTime ? new Date(value).toLocaleTimeString(language) : undefined
        return [h('dt', {}, name), h('dd', { title }, isTime ? text : plain(value))]
      }),
    )
  }

  return {
    tree,
    crumbs,
    flows,
    facts,
    /** Shows a moment. */
    draw(moment: Moment) {
      tree.ariaLabel = moment.words.actors
      crumbs.ariaLabel = moment.words.path
      replaceChildren(tree, itemsOf(undefined, 0, moment))
      drawPath(moment)
      drawFlows(moment)
      drawFacts(moment)
    },
  }
}

/** Replaces the children of an element; a button keeps the focus of the one it replaces. */
function replaceChildren(element: HTMLElement, children: HTMLElement[]) {
  const focused = element.contains(document.activeElement)
    ? (document.activeElement as HTMLElement).dataset['id']
    : undefined
  element.replaceChildren(...children)
  const next = children.find(({ dataset }) => dataset['id'] && dataset['id'] === focused)
  next?.focus({ preventScroll: true })
}
