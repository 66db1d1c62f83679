import type { EventObject } from 'xstate'
import type { Fault, NewUser } from '../../sandbox/index.ts'
import { consentAt } from './idp.ts'
import type { Interruption } from './interruptions.ts'
import type { World } from './world.ts'

/** An event as `auth.send` takes it. */
export type UserEvent = EventObject & Record<string, unknown>

/** What the user does: sends an event, or acts outside the client, as in a popup. */
export type UserAction = UserEvent | (() => void)

/** Does what the user does, through the client and under an interruption. */
export interface Driver {
  world: World
  interruption: Interruption
  /**
   * Performs an action, and performs it again for as long as the network fails.
   *
   * @returns whether the flow had to be started over for that
   */
  act(action: UserAction): Promise<boolean>
  /** Sends an event that is sent again when the network fails later on. */
  enter(event: UserEvent): Promise<boolean>
  /** Performs the event of a path's step. */
  perform(event: UserEvent): Promise<boolean>
  /**
   * Answers what is asked until the child has ended.
   *
   * @param planned faults for the time after the child, planned before its last question
   */
  answerUntilDone(child: string, planned?: Fault[]): Promise<void>
  /** Runs `prepare` without the interruption, as for what comes before the flow. */
  withoutInterruption(prepare: () => Promise<void>): Promise<void>
  /** Set for a user who answers with a password. */
  password?: string
}

/** What {@link createDriver} needs of a walk. */
export interface DriverOptions {
  world: World
  interruption: Interruption
  /** The types of all events that actors have received. */
  received: string[]
  /** Whether the page reloads after the current action. */
  shouldReload(): boolean
  /** @returns the state of the machine under test */
  stateOf(world: World): string
}

const RETRIES = ['signIn.retry', 'upgrade.retry', 'provider.retry', 'elevation.retry', 'edit.retry']

/** Steps whose answer can end a child. */
const LAST_STEPS = new Set(['askingCode', 'askingProof', 'askingReturn', 'askingPopup'])

/**
 * Creates a driver.
 *
 * @param options the world and what the walk knows of it
 * @returns the driver
 */
export function createDriver(options: DriverOptions): Driver {
  const { world, interruption, received, shouldReload, stateOf } = options
  let entered: UserEvent = { type: 'nothing' }
  let isUninterrupted = false
  const can = (event: UserEvent) => world.auth.can(event as never)
  const send = (event: UserEvent) => world.auth.send(event as never)
  const hasNetworkFailed = () =>
    interruption === 'network failure' && world.auth.get().error?.code === 'unreachable'

  /** @returns whether the flow was started over */
  function sendAgain(action: UserAction): boolean {
    const retry = RETRIES.map((type) => ({ type })).find(can)
    const isRepeatable = !retry && typeof action === 'object' && can(action)
    send(retry ?? (isRepeatable ? action : entered))
    return !isRepeatable && (!retry || retry.type === 'provider.retry')
  }

  const driver: Driver = {
    world,
    interruption,
    async act(action) {
      if (interruption === 'token expiry') world.advance(3)
      if (typeof action === 'function') action()
      else send(action)
      await world.settle()
      let isStartedOver = false
      for (let times = 0; hasNetworkFailed(); times++) {
        if (times > 20) throw new Error(`the network does not recover: ${world.summarize()}`)
        world.advance(1)
        if (sendAgain(action)) isStartedOver = true
        await world.settle()
      }
      if (shouldReload() && !isUninterrupted) await world.reload()
      return isStartedOver
    },
    async enter(event) {
      entered = event
      return driver.act(event)
    },
    async perform({ type, ...payload }) {
      if (!type.startsWith('xstate.')) return driver.enter({ type, ...payload })
      const child = type.split('.').at(-1)!
      if (type === 'xstate.error.actor.consent') {
        const url = await consentAt(world.redirects.at(-1)!, null)
        return driver.act({ type: 'provider.return', url })
      }
      if (!child.startsWith('until')) throw new Error(`no action is known for ${type}`)
      const isLast = child === 'untilExpiry'
      if (type.includes('.done.')) return driver.act(() => world.advance(isLast ? 600 : 60))
      // Now, because moving the clock would end the wait.
      world.clock.failWait(isLast ? 'last' : 'first')
      return driver.act(() => undefined)
    },
    async withoutInterruption(prepare) {
      const faults = world.sandbox.faults()
      const queued = world.faultQueue.splice(0)
      world.sandbox.faults([])
      isUninterrupted = true
      await prepare()
      isUninterrupted = false
      world.sandbox.faults(faults)
      world.faultQueue.push(...queued)
    },
    async answerUntilDone(child, planned = []) {
      let isPlanned = false
      const done = `xstate.done.actor.${child}`
      const count = () => received.filter((type) => type === done).length
      let before = count()
      for (let turn = 0; count() === before && stateOf(world) === child; turn++) {
        if (turn > 25) throw new Error(`${child} does not end: ${world.summarize()}`)
        if (!isPlanned && LAST_STEPS.has(world.auth.get().step as string)) {
          world.faultQueue.push(...planned)
          isPlanned = true
        }
        if (await driver.act(await answerTo(driver))) before = count()
      }
    },
  }
  return driver
}

/** Returns the answer to the current question. */
async function answerTo({ world, password }: Driver): Promise<UserAction> {
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
      return { type: 'provider.return', url: await consentAt(world.redirects.at(-1)!) }
    case 'askingPopup': {
      const { uri, resolve } = world.popups.at(-1)!
      const address = await consentAt(uri)
      return () => resolve(address)
    }
    default:
      throw new Error(`no answer is known: ${world.summarize()}`)
  }
}

/**
 * Signs in a new user.
 *
 * @param driver its world is used
 * @param user what the account has; a username only if it is given
 */
export async function signInAs({ world }: Pick<Driver, 'world'>, user: NewUser): Promise<void> {
  const { sub } = await world.sandbox.addUser({ sub: 'li.hua', username: undefined, ...user })
  const ticket = await world.sandbox.mintTicket(sub)
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}
