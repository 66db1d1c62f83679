import type { Edge } from './graph.ts'
import type { State } from './state.ts'
import { labelOf } from './story.ts'

/** What must always hold. Each function returns what is wrong, or undefined. */
export interface Invariant {
  /** A sentence that says what holds. */
  title: string
  /** Checks every state. */
  state?(state: State): string | undefined
  /** Checks every edge. */
  edge?(edge: Edge): string | undefined
  /**
   * Checks whole stories: `after` counts in `memory`, plain JSON, what has happened before.
   *
   * @returns the memory after the edge, or what is wrong as a text
   */
  story?: { start: Memory; after(memory: Memory, edge: Edge): Memory | string }
}

/** What an invariant remembers of a story. */
export type Memory = Readonly<Record<string, number>>

/** Operations that do something each time they are sent. */
const ONCE = new Set([
  'sendVerification',
  'verify',
  'signIn',
  'signUp',
  'upgrade',
  'signInAnonymously',
  'signInWithCustomTicket',
  'signInWithProvider',
  'resetPassword',
  'setPassword',
  'setContact',
  'deleteUser',
  'updateProfile',
  'bindProvider',
  'unbindProvider',
  'sudo',
])
const GATED = new Set(['setPassword', 'setContact', 'deleteUser'])
const LOST = new Set(['unreachable', 'internal', 'unavailable'])
const REJECTED = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

/** Calls that run behind what the user sees, or that only ask whether more is needed. */
const QUIET = new Set(['revoke', 'signOut', 'refresh', 'sudo', 'createCaptcha', 'verifyCaptcha'])

/** Calls whose failure ends a flow: the new password is set already, and cannot be set again. */
const ENDS = new Set(['resetPassword signIn'])

const answerOf = ({ choice }: Edge) => (choice.type === 'answer' ? choice : undefined)
const hasFailed = ({ outcome }: { outcome: string }) => !outcome.startsWith('ok')
const isForCaptcha = (event: string) => event.startsWith('captcha.')
const isIn = ({ look: { status } }: State) => status === 'signedIn' || status === 'anonymous'
const operationsOf = ({ calls }: Edge) => calls.map(({ operation }) => operation)
const isIdle = ({ pending, deadlines }: State) => pending.length === 0 && deadlines === 0
const repeated = (list: readonly string[]) => list.find((each, at) => list.indexOf(each) !== at)

/** What holds for the flows of this package and should hold for yours. */
export const invariants = {
  nothingThrows: {
    title: 'the session never throws',
    state: ({ thrown }) => thrown,
  },
  busyIsWork: {
    title: 'busy means that something is under way',
    state: (state) =>
      state.look.busy && isIdle(state) ? 'busy, with no call and no deadline' : undefined,
  },
  hasExit: {
    title: 'there is a way on wherever the user moves next',
    state: (state) => {
      const own = state.look.can.filter((type) => !/^(flow|session)\./.test(type))
      return state.look.flow !== undefined && isIdle(state) && own.length === 0
        ? 'no event is taken, no call runs and no time is waited for'
        : undefined
    },
  },
  flowGoesOn: {
    title: 'a failed call breaks off no flow',
    edge: (edge) => {
      const answer = answerOf(edge)
      const { from, to } = edge
      const isOver = from.look.flow !== undefined && to.look.flow === undefined
      const isMeant = ENDS.has(`${from.look.flow} ${answer?.operation}`)
      return answer &&
        hasFailed(answer) &&
        isOver &&
        !isMeant &&
        from.look.status === to.look.status
        ? `${answer.operation} fails with ${answer.outcome}, and ${from.look.flow} is gone`
        : undefined
    },
  },
  failureIsShown: {
    title: 'a failure that the user waits for is shown',
    edge: (edge) => {
      const answer = answerOf(edge)
      const { look, ...to } = edge.to
      if (!answer || !hasFailed(answer) || QUIET.has(answer.operation)) return undefined
      if (edge.from.appCalls.includes(answer.operation)) return undefined
      const isSettled = to.pending.length === 0 && look.flow !== undefined && !look.captcha
      return isSettled && !look.busy && look.error === undefined
        ? `${answer.operation} fails with ${answer.outcome}, and no error is shown`
        : undefined
    },
  },
  oneDialog: {
    title: 'one captcha is asked for at a time',
    state: ({ pending }) =>
      repeated(pending.filter((each) => each === 'createCaptcha')) && 'two captchas are fetched',
  },
  oneCaptchaRetry: {
    title: 'a call asks for at most one captcha after a rejected one',
    story: {
      start: {},
      after(rejections, edge) {
        const answer = answerOf(edge)
        const { choice } = edge
        if (choice.type === 'call' || (choice.type === 'send' && !isForCaptcha(choice.event)))
          return {}
        if (answer?.outcome !== 'captcha_invalid' || answer.operation === 'verifyCaptcha')
          return rejections
        const { operation } = answer
        const count = (rejections[operation] ?? 0) + 1
        const isAlone = edge.to.pending.every((pending) => pending === 'createCaptcha')
        return count > 1 && isAlone && edge.to.look.captcha
          ? `${operation} has rejected ${count} captchas, and another one is asked for`
          : { ...rejections, [operation]: count }
      },
    },
  },
  oneRefresh: {
    title: 'one refresh runs at a time',
    state: ({ pending }) =>
      repeated(pending.filter((each) => each === 'refresh')) && 'two refreshes run',
  },
  oneCall: {
    title: 'nothing that counts runs twice at a time',
    state: ({ pending, appCalls }) => {
      const twice = repeated(pending.filter((each) => ONCE.has(each) && !appCalls.includes(each)))
      return twice && `${twice} runs twice`
    },
  },
  notRepeated: {
    title: 'nothing that counts is repeated by itself',
    edge: (edge) => {
      const answer = answerOf(edge)
      const isRepeated = answer && operationsOf(edge).includes(answer.operation)
      return isRepeated && ONCE.has(answer.operation) && LOST.has(answer.outcome)
        ? `${answer.operation} is sent again after ${answer.outcome}`
        : undefined
    },
  },
  nothingUnasked: {
    title: 'nothing that counts is sent unless the user or an answer leads to it',
    edge: (edge) => {
      const { choice, from } = edge
      // A call that waits for fresh tokens is sent when the wait is over.
      const isAsked = choice.type === 'send' || choice.type === 'answer'
      if (isAsked || from.pending.includes('refresh')) return undefined
      const isOwn = (operation: string) => choice.type === 'call' && choice.operation === operation
      const sent = operationsOf(edge).find((each) => ONCE.has(each) && !isOwn(each))
      return sent && `${sent} is sent: ${labelOf(choice)}`
    },
  },
  callSettles: {
    title: 'a call of the app comes to an end',
    state: (state) =>
      isIdle(state) && !state.look.captcha && state.appCalls.length > 0
        ? `${state.appCalls[0]} waits for nothing`
        : undefined,
  },
  flowOfOneUser: {
    title: 'a flow goes on for no other user than the one it was started for',
    edge: ({ from, to, choice }) => {
      // A flow that a guest has started goes on for a user who is signed out.
      const isGuestGone = from.look.status === 'anonymous' && to.uid === undefined
      const isOther = from.uid !== to.uid && from.look.status !== 'unknown' && !isGuestGone
      const isFlow = choice.type === 'answer' && from.look.flow !== undefined
      return isOther && !isFlow && to.look.flow !== undefined && from.look.flow === to.look.flow
        ? `${to.look.flow} goes on: ${labelOf(choice)}`
        : undefined
    },
  },
  followsStore: {
    title: 'the user is signed in as long as a session is stored',
    state: (state) => {
      const { look, isStored } = state
      if (look.status === 'unknown' || isIn(state) === isStored) return undefined
      return `${look.status}, and ${isStored ? 'a' : 'no'} session is stored`
    },
  },
  signedInByServer: {
    title: 'only an answer of the server signs in, here or in another tab',
    edge: ({ from, to, choice }) => {
      const isByTab = choice.type === 'otherTab' && choice.action === 'signIn'
      const isMeant = choice.type === 'answer' || isByTab || from.look.status === 'unknown'
      return !isIn(from) && isIn(to) && !isMeant ? `signed in: ${labelOf(choice)}` : undefined
    },
  },
  signedOutByServerOrUser: {
    title: 'only the user, here or in another tab, or a rejected refresh token signs out',
    edge: (edge) => {
      const { from, to, choice } = edge
      if (!isIn(from) || isIn(to)) return undefined
      if (choice.type === 'send' && choice.event === 'session.end') return undefined
      if (choice.type === 'otherTab' && choice.action === 'signOut') return undefined
      const { operation = '', outcome = '' } = answerOf(edge) ?? {}
      if (operation === 'deleteUser' && outcome === 'ok') return undefined
      if (operation.startsWith('refresh') && REJECTED.has(outcome)) return undefined
      return `signed out: ${labelOf(choice)}`
    },
  },
  sudoFirst: {
    title: 'an edit that needs a proof is sent after one',
    story: {
      start: { proofs: 0 },
      after({ proofs = 0 }, edge) {
        const gated = operationsOf(edge).find((operation) => GATED.has(operation))
        const answer = answerOf(edge)
        const isProof = answer?.operation === 'sudo' && !hasFailed(answer)
        const count = isProof ? 1 : proofs
        return gated && count === 0 ? `${gated} is sent without a proof` : { proofs: count }
      },
    },
  },
  sameUserAfterUpgrade: {
    title: 'an upgrade keeps the user id',
    edge: (edge) => {
      const { from, to } = edge
      const isUpgrade = answerOf(edge)?.operation === 'upgrade' && to.look.status === 'signedIn'
      return isUpgrade && from.uid !== to.uid ? `${from.uid} has become ${to.uid}` : undefined
    },
  },
} satisfies Record<string, Invariant>
