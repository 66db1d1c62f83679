import type { AnyActorRef, AnyStateMachine, InspectionEvent } from 'xstate'
import { flowActors } from '../../adapters/client/view.ts'
import type { Flows } from '../../machines/core/session.ts'
import type { Config, Fault } from '../../sandbox/index.ts'
import type { AuthError } from '../../services/error.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { createDriver, type Driver, type UserAction } from './driver.ts'
import type { Interruption } from './interruptions.ts'
import { labelOf, type Model, nameOf, type Path, type Step } from './paths.ts'
import { openWorld, type World } from './world.ts'

/** How the paths of one machine are walked through the client. */
export interface WalkOptions {
  flows: Flows
  machine: AnyStateMachine
  /** One for every way the machine can start. */
  models: Model[]
  config?: Partial<Config>
  /** Brings the world to where the machine starts. */
  begin(driver: Driver, path: ModelPath): Promise<void>
  /**
   * Prepares the world so that a step can be performed and its answers come.
   *
   * @returns the answers that come true by that and need no fault
   */
  arrange?(driver: Driver, step: Step, answers: Step[], later: Step[]): Promise<Step[] | void>
  /** How a step is performed, by event type. Default: its event is sent. */
  actions?: Record<
    string,
    (driver: Driver, step: Step, answers: Step[]) => UserAction | void | Promise<UserAction | void>
  >
  /** The state of the machine. Default: that of the running flow's actor of this machine. */
  stateOf?(world: World): string | undefined
  /** The state in which the machine waits after a step. Default: where it or its child asks. */
  restOf?(step: Step): string | undefined
  /** The view at the end of a path, in short. */
  view?(world: World): string
  /** The operation of an answer whose name is another. */
  operationOf?(answer: Step, before: Step | undefined, path: ModelPath): string
  /** Default: all. */
  interruptions?: Interruption[]
  /** What else is compared at the end of a path. */
  end?(world: World): Promise<object>
  /** Where a reload loses a secret (`state on event`), and the views that leads to. */
  losses?: Record<string, string[]>
}

/** A path with the model it comes from. */
export interface ModelPath extends Path {
  model: Model
}

/** Machines that ask the user for the machine that invokes them. */
const PARTS = ['verification', 'consent', 'elevation', 'gatedEdit']
const PART_DONE = new RegExp(`^xstate\\.done\\.actor\\.(${PARTS.join('|')})$`)

/** Whether the server causes the event, after what the user has done. */
const isAnswer = ({ actions }: WalkOptions, { event: { type } }: Step) =>
  type.startsWith('xstate.') &&
  !PART_DONE.test(type) &&
  !/\.(until.*|openPopup|consent)$/.test(type) &&
  !actions?.[type]

/** @returns the code of the error that a step brings */
export const codeOf = ({ event }: Step) => (event.error as AuthError | undefined)?.code

/** The endpoint that fails when this part does. */
const endpointOf: Record<string, string> = {
  verification: 'sendVerification',
  elevation: 'getUser',
}

/**
 * Makes the fault by which a child fails.
 *
 * @param child the endpoint, or the part
 * @param code the error code; default: `internal`
 * @returns the fault for the sandbox
 */
export function toFault(child: string, code = 'internal'): Fault {
  const { method, path } = endpoints[(endpointOf[child] ?? child) as 'verify']
  const where = { method, path: `/auth${path.replace(/{.*}/, '*')}`, times: 1 }
  if (code === 'unreachable') return { ...where, drop: 'before' }
  return { ...where, status: 400, body: { error: code } }
}

/** The state of the machine; `ended` where no running flow has an actor of it. */
function currentState(options: WalkOptions, world: World): string {
  if (options.stateOf) return options.stateOf(world) ?? 'ended'
  const path: AnyActorRef[] = flowActors(world.actor('session').system)
  const actor = path.find((each) => each.getSnapshot().machine.id === options.machine.id)
  return actor ? nameOf(actor.getSnapshot()) : 'ended'
}

/** The state after a step as `currentState` returns it; undefined while the machine is busy. */
function expectedState({ machine, restOf }: WalkOptions, step: Step): string | undefined {
  if (restOf) return restOf(step)
  const { to } = step
  const node = machine.root.states[to]!
  if (node.type === 'final' || node.entry.includes('fail' as never)) return 'ended'
  return to.startsWith('asking') || node.invoke.some(({ id }) => id === to) ? to : undefined
}

/** The users of the server, without what differs from one server to the next. */
const usersOf = ({ sandbox }: World) =>
  sandbox.users().map((user) => ({ ...user, sub: '', createdAt: 0 }))

/** How a walk has ended, and how it came there. */
export interface Walked {
  /** Where the machine was in another state than the path says. */
  mismatches: string[]
  /** The last step that was performed, as `state on event`. */
  at: string
  /** How many actions were performed. */
  actionCount: number
  end: { view: string }
  messages: number
  taken: Set<string>
}

/**
 * Walks a path through the client.
 *
 * @param options the machine and how its steps are performed
 * @param path one of its paths
 * @param interruption what happens on the way
 * @param reloadAfter the number of the action up to which the page does not reload
 * @returns how it has ended
 */
export async function walk(
  options: WalkOptions,
  path: ModelPath,
  interruption: Interruption,
  reloadAfter = -1,
): Promise<Walked> {
  const received: string[] = []
  const inspect = (event: InspectionEvent) => {
    if (event.type === '@xstate.event') received.push(event.event.type)
  }
  const { flows, config } = options
  const world = await openWorld({ interruption, flows, config, inspect })
  const stateOf = () => currentState(options, world)
  const shouldReload = () => interruption === 'reload' && actionCount > reloadAfter
  const driver = createDriver({ world, interruption, received, shouldReload, stateOf })
  const mismatches: string[] = []
  let at = 'the beginning'
  let actionCount = 0

  /** The faults by which the server gives these answers. */
  function faultsFor(step: Step | undefined, answers: Step[], trueAnswers: Step[]) {
    return answers.flatMap((each, index) => {
      if (!each.event.type.includes('.error.') || trueAnswers.includes(each)) return []
      const before = answers[index - 1] ?? step
      const operation =
        options.operationOf?.(each, before, path) ?? each.event.type.split('.').at(-1)!
      return [toFault(operation, codeOf(each))]
    })
  }

  async function perform(step: Step | undefined, answers: Step[], later: Step[]) {
    world.sandbox.faults([])
    world.faultQueue.length = 0
    const trueAnswers = (step && (await options.arrange?.(driver, step, answers, later))) || []
    const faults = faultsFor(step, answers, trueAnswers)
    const actionOf = step && options.actions?.[step.event.type]
    const action = await actionOf?.(driver, step!, answers)
    if (step && !action && PART_DONE.test(step.event.type)) {
      return driver.answerUntilDone(step.event.type.split('.').at(-1)!, faults)
    }
    world.faultQueue.push(...faults)
    if (!step) return options.begin(driver, path)
    const isStartedOver = await (action ? driver.act(action) : driver.perform(step.event))
    // A flow that was started over asks the same question once more.
    if (isStartedOver && action && stateOf() === step.from) {
      await driver.act((await actionOf!(driver, step, answers))!)
    }
  }

  const { steps } = path
  const isLost = () => interruption === 'reload' && mismatches.length > 0
  for (let index = -1; index < steps.length && !isLost();) {
    let next = index + 1
    while (next < steps.length && isAnswer(options, steps[next]!)) next++
    const step = steps[index]
    await perform(step, steps.slice(index + 1, next), steps.slice(next))
    if (interruption === 'reload' && actionCount === reloadAfter) await world.reload()
    const last = steps[next - 1]
    const expected = last && expectedState(options, last)
    const actual = stateOf()
    if (step) at = `${step.from} on ${labelOf(step.event)}`
    if (expected && actual !== expected) {
      mismatches.push(`${at}: ${actual} instead of ${expected}, ${world.summarize()}`)
    }
    index = next
    if (!isLost()) actionCount++
  }
  const end = {
    ...(await options.end?.(world)),
    view: options.view?.(world) ?? world.summarize(),
    users: usersOf(world),
  }
  const messages = world.countMessages()
  await world.close()
  return { mismatches, at, actionCount, end, messages, taken: world.taken }
}
