import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { AnyActorRef, AnyStateMachine, EventObject, InspectionEvent } from 'xstate'
import { flowActors } from '../../adapters/client/view.ts'
import type { Flows } from '../../machines/core/session.ts'
import type { AuthError } from '../../services/error.ts'
import type { Config, Fault, NewUser } from '../../sandbox/index.ts'
import { consentAt } from './idp.ts'
import {
  edgePaths,
  edgesOf,
  keyIn,
  labelOf,
  type Model,
  nameOf,
  paperApi,
  type Path,
  type Step,
  transitionsOf,
} from './paths.ts'
import { type Interruption, interruptions, openWorld, type World } from './world.ts'

type Event = EventObject & Record<string, unknown>

/** How the paths of one machine are walked through the door. */
export interface Tour {
  flows: Flows
  machine: AnyStateMachine
  /** One for every way the machine can begin. */
  models: Model[]
  config?: Partial<Config>
  /** Brings the person to where the machine begins. */
  begin(person: Person, path: TourPath): Promise<void>
  /**
   * Makes the world such that a step can be done and its answers come; tells which of the answers
   * come true thereby and need not be planned as faults.
   */
  arrange?(person: Person, step: Step, answers: Step[], later: Step[]): Promise<Step[] | void>
  /** A step as the real event, or how else it is done. */
  deeds?: Record<
    string,
    (person: Person, step: Step, answers: Step[]) => Deed | void | Promise<Deed | void>
  >
  /** Where the machine is. Default: its state, if the running flow has it. */
  position?(world: World): string | undefined
  /** Where the machine waits after a step. Default: where it asks, or its child does. */
  rests?(step: Step): string | undefined
  /** What there is to see in the end. */
  view?(world: World): string
  /** The operation an answer is about, where its name does not say so. */
  operationOf?(answer: Step, before: Step | undefined, path: TourPath): string
  /** What befalls its paths. Default: everything. */
  interruptions?: Interruption[]
  /** What else there is to say of the end. */
  end?(world: World): Promise<object>
  /** Where a reload loses a secret (from, event), and where that leads instead. */
  losses?: Record<string, string[]>
}

export interface TourPath extends Path {
  model: Model
}

type Deed = Event | (() => void)

/** Who sits in front, and what befalls them. */
export interface Person {
  world: World
  interruption: Interruption
  /**
   * Does something, and again for as long as the line is broken. Answers whether what was under way
   * had to be begun anew for that.
   */
  act(deed: Deed): Promise<boolean>
  /** The same with what can be begun anew if the line breaks on the way. */
  enter(event: Event): Promise<boolean>
  /**
   * Answers what is asked until the machine's child has ended. What is planned for after it is
   * planned before its first question that can be the last.
   */
  goThrough(child: string, planned?: Fault[]): Promise<void>
  /** Does what a step of a path says. */
  do(event: Event): Promise<boolean>
  /** Does what came before the journey: nothing befalls it. */
  calmly(deeds: () => Promise<void>): Promise<void>
  /** What they know by heart. */
  password?: string
}

const RETRIES = ['signIn.retry', 'upgrade.retry', 'provider.retry', 'elevation.retry', 'edit.retry']

/** Questions that need nothing more once they are answered. */
const LAST = new Set(['askingCode', 'askingProof', 'askingReturn', 'askingPopup'])

/** Machines that ask a person something on behalf of the one that invokes them. */
const COMPOSITES = ['verification', 'consent', 'elevation', 'gatedEdit']
const DONE = new RegExp(`^xstate\\.done\\.actor\\.(${COMPOSITES.join('|')})$`)

/** An event the server causes once a person has done something. */
const isAnswer = ({ deeds }: Tour, { event: { type } }: Step) =>
  type.startsWith('xstate.') &&
  !DONE.test(type) &&
  !/\.(until.*|openPopup|consent)$/.test(type) &&
  !deeds?.[type]

export const codeOf = ({ event }: Step) => (event.error as AuthError | undefined)?.code

/** The endpoint that fails when this machine's child does. */
const endpointOf: Record<string, string> = {
  verification: 'sendVerification',
  elevation: 'getUser',
}

/** The server's answer that makes a child fail. */
export function toFault(child: string, code = 'internal'): Fault {
  const { method, path } = paperApi[(endpointOf[child] ?? child) as 'verify']
  const where = { method, path: `/auth${path.replace(/{.*}/, '*')}`, times: 1 }
  if (code === 'unreachable') return { ...where, drop: 'before' }
  return { ...where, status: 400, body: { error: code } }
}

function createPerson(
  tour: Tour,
  world: World,
  interruption: Interruption,
  heard: string[],
  reloads: () => boolean,
) {
  let entered: Event = { type: 'nothing' }
  let isCalm = false
  const can = (event: Event) => world.auth.can(event as never)
  const send = (event: Event) => world.auth.send(event as never)
  const isBroken = () =>
    interruption === 'broken line' && world.auth.get().error?.code === 'unreachable'

  const person: Person = {
    world,
    interruption,
    async act(deed) {
      if (interruption === 'expiry') world.pass(3)
      if (typeof deed === 'function') deed()
      else send(deed)
      await world.settle()
      let isAnew = false
      for (let times = 0; isBroken(); times++) {
        if (times > 20) throw new Error(`the line stays broken: ${world.end()}`)
        world.pass(1)
        const retry = RETRIES.map((type) => ({ type })).find(can)
        const isPossible = !retry && typeof deed === 'object' && can(deed)
        send(retry ?? (isPossible ? deed : entered))
        isAnew ||= !isPossible && (!retry || retry.type === 'provider.retry')
        await world.settle()
      }
      if (reloads() && !isCalm) await world.reload()
      return isAnew
    },
    async enter(event) {
      entered = event
      return person.act(event)
    },
    async do({ type, ...payload }) {
      if (!type.startsWith('xstate.')) return person.enter({ type, ...payload })
      const child = type.split('.').at(-1)!
      if (type === 'xstate.error.actor.consent') {
        const url = await consentAt(world.left.at(-1)!, null)
        return person.act({ type: 'provider.return', url })
      }
      if (!child.startsWith('until')) throw new Error(`nobody knows how to do ${type}`)
      const isLast = child === 'untilExpiry'
      if (type.includes('.done.')) return person.act(() => world.pass(isLast ? 600 : 60))
      // Before time can end it.
      world.clock.breakWait(isLast ? 'last' : 'first')
      return person.act(() => undefined)
    },
    async calmly(deeds) {
      const faults = world.sandbox.faults()
      const sequence = world.sequence.splice(0)
      world.sandbox.faults([])
      isCalm = true
      await deeds()
      isCalm = false
      world.sandbox.faults(faults)
      world.sequence.push(...sequence)
    },
    async goThrough(child, planned = []) {
      let isPlanned = false
      const done = `xstate.done.actor.${child}`
      const count = () => heard.filter((type) => type === done).length
      let before = count()
      for (let turn = 0; count() === before && position(tour, world) === child; turn++) {
        if (turn > 25) throw new Error(`${child} does not end: ${world.end()}`)
        if (!isPlanned && LAST.has(world.auth.get().step as string)) {
          world.sequence.push(...planned)
          isPlanned = true
        }
        if (await person.act(await answerTo(person))) before = count()
      }
    },
  }
  return person
}

/** What a person does about the question on the screen. */
async function answerTo({ world, password }: Person): Promise<Deed> {
  const { step, code } = world.auth.get() as { step?: string; code?: { contact: object } }
  switch (step) {
    case 'askingCode': {
      const [to] = Object.values(code!.contact).filter(Boolean) as string[]
      return { type: 'code.submit', code: world.sandbox.inbox(to)[0]!.code }
    }
    case 'askingResend':
      return { type: 'code.resend' }
    case 'askingCodeRequest':
      return { type: 'code.request' }
    case 'askingProof':
      return password ? { type: 'password.submit', password } : { type: 'code.request' }
    case 'askingReturn':
      return { type: 'provider.return', url: await consentAt(world.left.at(-1)!) }
    case 'askingPopup': {
      const { uri, resolve } = world.visits.at(-1)!
      const address = await consentAt(uri)
      return () => resolve(address)
    }
    default:
      throw new Error(`nobody knows the answer: ${world.end()}`)
  }
}

/** The state of the machine, `ended` where the running flow does not have it. */
function position(tour: Tour, world: World): string {
  if (tour.position) return tour.position(world) ?? 'ended'
  const path: AnyActorRef[] = flowActors(world.peer('session').system)
  const actor = path.find((each) => each.getSnapshot().machine.id === tour.machine.id)
  return actor ? nameOf(actor.getSnapshot()) : 'ended'
}

/** What a model calls a state, as `position` tells it; undefined where the machine is at work. */
function resting({ machine, rests }: Tour, step: Step): string | undefined {
  if (rests) return rests(step)
  const { to } = step
  const node = machine.root.states[to]!
  if (node.type === 'final' || node.entry.includes('fail' as never)) return 'ended'
  return to.startsWith('asking') || node.invoke.some(({ id }) => id === to) ? to : undefined
}

/** What the server knows in the end, but for what differs from one server to the next. */
const usersOf = ({ sandbox }: World) =>
  sandbox.users().map((user) => ({ ...user, sub: '', createdAt: 0 }))

/** @param calmUntil the number of the deed up to which there is no reload */
async function walk(tour: Tour, path: TourPath, interruption: Interruption, calmUntil = -1) {
  const heard: string[] = []
  const inspect = (event: InspectionEvent) => {
    if (event.type === '@xstate.event') heard.push(event.event.type)
  }
  const { flows, config } = tour
  const world = await openWorld(interruption, { flows, config, inspect })
  const reloads = () => interruption === 'reload' && number > calmUntil
  const person = createPerson(tour, world, interruption, heard, reloads)
  const astray: string[] = []
  let at = 'the beginning'
  let number = 0

  async function perform(step: Step | undefined, answers: Step[], later: Step[]) {
    world.sandbox.faults([])
    world.sequence.length = 0
    const isTrue = (step && (await tour.arrange?.(person, step, answers, later))) || []
    const faults = answers.flatMap((each, index) => {
      if (!each.event.type.includes('.error.') || isTrue.includes(each)) return []
      const before = answers[index - 1] ?? step
      const name = tour.operationOf?.(each, before, path) ?? each.event.type.split('.').at(-1)!
      return [toFault(name, codeOf(each))]
    })
    const deed = step && (await tour.deeds?.[step.event.type]?.(person, step, answers))
    if (step && !deed && DONE.test(step.event.type)) {
      return person.goThrough(step.event.type.split('.').at(-1)!, faults)
    }
    world.sequence.push(...faults)
    if (!step) return tour.begin(person, path)
    const isAnew = await (deed ? person.act(deed) : person.do(step.event))
    // Begun anew it has come to the same question once more.
    if (isAnew && deed && position(tour, world) === step.from) {
      await person.act((await tour.deeds![step.event.type]!(person, step, answers))!)
    }
  }

  const { steps } = path
  const isLost = () => interruption === 'reload' && astray.length > 0
  for (let index = -1; index < steps.length && !isLost();) {
    let next = index + 1
    while (next < steps.length && isAnswer(tour, steps[next]!)) next++
    const step = steps[index]
    await perform(step, steps.slice(index + 1, next), steps.slice(next))
    if (interruption === 'reload' && number === calmUntil) await world.reload()
    const last = steps[next - 1]
    const expected = last && resting(tour, last)
    const actual = position(tour, world)
    if (step) at = `${step.from} on ${labelOf(step.event)}`
    if (expected && actual !== expected) {
      astray.push(`${at}: ${actual} instead of ${expected}, ${world.end()}`)
    }
    index = next
    if (!isLost()) number++
  }
  const end = {
    ...(await tour.end?.(world)),
    view: tour.view?.(world) ?? world.end(),
    users: usersOf(world),
  }
  const walked = { astray, at, number, end, messages: world.messages(), taken: world.taken }
  await world.close()
  return walked
}

/** Walks one path for every edge of a machine, plain and interrupted in every way. */
export function describeTour(tour: Tour) {
  const { machine, models, losses = {} } = tour
  const names = new Set<string>()
  const paths = models
    .flatMap((model) => edgePaths(machine, model).map((path) => ({ ...path, model })))
    .map((path): [string, TourPath] => [
      [path.model.note, path.name].filter(Boolean).join(': '),
      path,
    ])
    .filter(([name]) => !names.has(name) && names.add(name))

  describe(`${machine.id}`, () => {
    const taken = new Set<string>()
    const lost = new Set<string>()
    const note = (walked: { taken: Set<string> }) => {
      for (const transition of walked.taken) taken.add(transition)
    }

    const plainly = new Map<TourPath, ReturnType<typeof walk>>()
    const plain = (path: TourPath) => {
      const walked = plainly.get(path) ?? walk(tour, path, 'nothing')
      plainly.set(path, walked)
      return walked
    }

    describe.for(paths)('%s', ([, path]) => {
      test.concurrent('plain', async ({ expect }) => {
        const walked = await plain(path)
        note(walked)
        expect(walked.astray).toEqual([])
      })

      test.concurrent.for(tour.interruptions ?? interruptions.slice(1))(
        '%s',
        async (interruption, { expect }) => {
          const asPlain = await plain(path)
          let walked = await walk(tour, path, interruption)
          // Past what a reload loses, which must be named, the path is walked on.
          for (let number = -1; interruption === 'reload' && number < walked.number;) {
            const { astray, at, end, taken } = walked
            const isSame = astray.length === 0 && isDeepStrictEqual(end, asPlain.end)
            if (isSame || !losses[at]?.includes(end.view)) break
            lost.add(`${at}: ${end.view}`)
            note({ taken })
            number = walked.number
            walked = await walk(tour, path, interruption, number)
          }
          note(walked)
          const { astray, end, messages } = walked
          expect({ astray, end, messages }).toEqual({
            astray: [],
            end: asPlain.end,
            messages: asPlain.messages,
          })
        },
      )
    })

    test('from wherever it stands it can end', () => {
      if (!Object.values(machine.root.states).some(({ type }) => type === 'final')) return
      for (const model of models) expect(deadEnds(machine, model)).toEqual([])
    })

    test('every transition has been taken', () => {
      expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
    })

    test('every loss by a reload that is named is one', () => {
      const named = Object.entries(losses).flatMap(([at, ends]) =>
        ends.map((end) => `${at}: ${end}`),
      )
      expect([...lost].toSorted()).toEqual(named.toSorted())
    })
  })
}

/** Where a machine cannot end from, whatever is said and answered. */
function deadEnds(machine: AnyStateMachine, model: Model): string[] {
  const key = keyIn(model)
  const edges = edgesOf(machine, model)
  const ending = new Set(edges.filter(({ to }) => to.status !== 'active').map(({ to }) => key(to)))
  for (let before = -1; before < ending.size;) {
    before = ending.size
    for (const { from, to } of edges) if (ending.has(key(to))) ending.add(key(from))
  }
  return [...new Set(edges.map(({ from }) => key(from)))].filter((each) => !ending.has(each))
}

/** The person is a user now, whatever the user can otherwise sign in with. */
export async function signInAs({ world }: Person, user: NewUser) {
  const { sub } = await world.sandbox.addUser({ sub: 'li.hua', username: undefined, ...user })
  const ticket = await world.sandbox.mintTicket(sub)
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}
