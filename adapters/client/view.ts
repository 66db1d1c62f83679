import type { AnyActorRef, AnyMachineSnapshot, SnapshotFrom } from 'xstate'
import type { CaptchaMachine } from '../../machines/core/captcha.ts'
import type { Flows, SessionEvent, SessionMachine } from '../../machines/core/session.ts'
import type { VerificationMachine } from '../../machines/parts/verification.ts'
import type { AuthError } from '../../services/error.ts'
import type { Contact } from '../../services/http/wire.ts'
import { isRecord } from '../../services/record.ts'
import type { Unwrapped } from '../../services/secret.ts'
import { last } from '../../services/lists.ts'

type DeclaredNames<C> = keyof { [K in keyof C as string extends K ? never : K]: true }

/** The parts of a flow that have steps of their own: a state with the name of the child it invokes. */
type PartNames<V, C> = V & DeclaredNames<C> & keyof C

type StepOf<S> = S extends { value: infer V; children: infer C }
  ? | Exclude<V, DeclaredNames<C>>
    | { [K in PartNames<V, C>]: StepOf<SnapshotFrom<NonNullable<C[K]>>> }[PartNames<V, C>]
  : never

type PartEvent<S> = S extends { value: infer V; children: infer C }
  ? {
      [K in PartNames<V, C>]:
        | (NonNullable<C[K]> extends { send(event: infer E): void } ? E : never)
        | PartEvent<SnapshotFrom<NonNullable<C[K]>>>
    }[PartNames<V, C>]
  : never

/** Leaves out the event type of a machine that declares none, which would allow any event. */
type Declared<E> = E extends { type: string } ? (string extends E['type'] ? never : E) : never

type FlowEvent<F extends Flows> = Declared<
  {
    [K in keyof F]: Parameters<F[K]['transition']>[1] | PartEvent<SnapshotFrom<F[K]>>
  }[keyof F]
>

type RunningFlow<F extends Flows> = {
  [K in keyof F & string]: { flow: K; step: StepOf<SnapshotFrom<F[K]>> }
}[keyof F & string]

/** The steps of these flows: their states, where a part such as `verification` shows its own states. */
export type Step<F extends Flows> = RunningFlow<F>['step']

/** The steps in which the user moves next. */
export type AskingStep<F extends Flows> = Extract<Step<F>, `asking${string}`>

/** The user's answer to the captcha dialog. */
export type CaptchaEvent =
  /** The text of the picture, or the address that the captcha page led back to. */
  | { type: 'captcha.answer'; text: string }
  /** Asks for another picture. */
  | { type: 'captcha.replace' }
  | { type: 'captcha.cancel' }

/** Everything `auth.send` takes: the events of the app's flows, of the session and of the captcha dialog. */
export type AuthEvent<F extends Flows> =
  Unwrapped<FlowEvent<F>> | SessionEvent<keyof F & string> | CaptchaEvent

interface ViewBase<F extends Flows> {
  /** `unknown` until the stored session has been read. */
  status: 'unknown' | 'signedOut' | 'anonymous' | 'signedIn'
  /**
   * `hasPassword` is known once `getUser` was called. The flow `account` does that in `readingUser`, before
   * it asks for an edit.
   */
  user?: { uid?: string; hasPassword?: boolean }
  /** The machine works and the user waits. */
  busy: boolean
  /** Why the last step failed, or why the session ended. */
  error?: AuthError
  /**
   * The code in use, with the contact in its normal form. Times in milliseconds since the epoch.
   * Without `resendAt` another code can be sent; without `expiresAt` there is no code to enter.
   */
  code?: { contact: Contact; resendAt?: number; expiresAt?: number }
  /**
   * The captcha dialog: an `image` to read, or a page to open at `url` whose final address is the
   * answer. With neither it is loading.
   */
  captcha?: { image?: string; url?: string; busy: boolean; error?: AuthError }
  /** Whether `auth.send` would do anything with this event now. */
  can(event: AuthEvent<F>): boolean
}

/** What a UI needs to render: a plain object, the same one while nothing in it changes. */
export type View<F extends Flows> = ViewBase<F> &
  (RunningFlow<F> | { flow?: undefined; step?: undefined })

/**
 * Checks whether the user moves next.
 *
 * @example
 *   if (isAsking(view)) view.step // 'askingAccount' | 'askingCode' | …
 */
export function isAsking<F extends Flows>(
  view: View<F>,
): view is View<F> & { step: AskingStep<F> } {
  return (view.step as string | undefined)?.startsWith('asking') === true
}

/** @returns the running flow and the parts it is in, innermost last */
export function flowActors(system: AnyActorRef['system']): AnyActorRef[] {
  const path: AnyActorRef[] = []
  for (let actor: AnyActorRef | undefined = system.get('flow'); actor;) {
    path.push(actor)
    const { value, children } = actor.getSnapshot() as AnyMachineSnapshot
    actor = typeof value === 'string' ? children[value] : undefined
  }
  return path
}

/** Reads the view from the actors. */
export function viewOf(root: AnyActorRef): Omit<View<Flows>, 'can'> {
  const { value, context } = root.getSnapshot() as SnapshotFrom<SessionMachine>
  const { status } = value
  const flows = flowActors(root.system).map((actor) => actor.getSnapshot() as AnyMachineSnapshot)
  const innermost = last(flows)
  return {
    status,
    user: status === 'signedIn' || status === 'anonymous' ? userOf(context) : undefined,
    flow: innermost && context.flow,
    step: innermost?.value as string | undefined,
    busy: !!innermost?.hasTag('busy'),
    error: last(flows.map(({ context }) => context.error).filter(Boolean)) ?? context.error,
    code: codeOf(flows.find(({ machine }) => machine.id === 'verification')),
    captcha: captchaOf(root.system.get('captcha').getSnapshot()),
  }
}

function userOf({ uid, userFact }: SnapshotFrom<SessionMachine>['context']): View<Flows>['user'] {
  return { uid, hasPassword: userFact?.uid === uid ? userFact?.hasPassword : undefined }
}

function codeOf(snapshot?: AnyMachineSnapshot): View<Flows>['code'] {
  if (!snapshot) return undefined
  const { contact, resendAt, expiresAt } = (snapshot as SnapshotFrom<VerificationMachine>).context
  return { contact, resendAt, expiresAt: expiresAt || undefined }
}

function captchaOf(snapshot: SnapshotFrom<CaptchaMachine>): View<Flows>['captcha'] {
  const busy = snapshot.hasTag('busy')
  if (!busy && !snapshot.hasTag('asking')) return undefined
  const { question, error } = snapshot.context
  return { image: question?.image, url: question?.url, busy, error }
}

/** Compares two views, two levels deep. */
export function isSame(a: object, b: object, depth = 2): boolean {
  return Object.entries(b).every(([name, after]) => {
    const before: unknown = a[name as never]
    if (Object.is(before, after)) return true
    const isNested = depth > 1 && isRecord(before) && isRecord(after)
    return isNested && isSame(before, after, depth - 1)
  })
}
