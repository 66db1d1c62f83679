import type { AnyActorRef, AnyMachineSnapshot, SnapshotFrom } from 'xstate'
import type { AuthError } from '../../services/error.ts'
import { isRecord } from '../../services/record.ts'
import type { Unwrapped } from '../../services/secret.ts'
import type { Contact } from '../../services/http/wire.ts'
import type { captcha } from '../../machines/core/captcha.ts'
import type { Flows, SessionEvent } from '../../machines/core/session.ts'
import type { verification } from '../../machines/parts/verification.ts'

type Named<C> = keyof { [K in keyof C as string extends K ? never : K]: true }

/** The children a journey is handed to: those that bear the name of the state that invokes them. */
type Handed<V, C> = V & Named<C> & keyof C

/** The steps a person can be shown. A state that hands the journey over shows its child's step. */
type StepOf<S> = S extends { value: infer V; children: infer C }
  ? | Exclude<V, Named<C>>
    | { [K in Handed<V, C>]: StepOf<SnapshotFrom<NonNullable<C[K]>>> }[Handed<V, C>]
  : never

type HandedEvent<S> = S extends { value: infer V; children: infer C }
  ? {
      [K in Handed<V, C>]:
        | (NonNullable<C[K]> extends { send(event: infer E): void } ? E : never)
        | HandedEvent<SnapshotFrom<NonNullable<C[K]>>>
    }[Handed<V, C>]
  : never

type MachineOf<F extends Flows, K extends keyof F> = F[K]

/** Without those of a machine that has not declared its own: it would take anything. */
type Declared<E> = E extends { type: string } ? (string extends E['type'] ? never : E) : never

type FlowEvent<F extends Flows> = Declared<
  {
    [K in keyof F]:
      Parameters<MachineOf<F, K>['transition']>[1] | HandedEvent<SnapshotFrom<MachineOf<F, K>>>
  }[keyof F]
>

type RunningFlow<F extends Flows> = {
  [K in keyof F & string]: { flow: K; step: StepOf<SnapshotFrom<MachineOf<F, K>>> }
}[keyof F & string]

/** What a person answers to the captcha dialog: the picture's text, or the address the page led back to. */
export type CaptchaEvent =
  | { type: 'captcha.answer'; text: string }
  | { type: 'captcha.replace' }
  | { type: 'captcha.cancel' }

/** Everything `auth.send` takes: what the flows given to `createAuth` listen to, and what every app can say. */
export type AuthEvent<F extends Flows> =
  Unwrapped<FlowEvent<F>> | SessionEvent<keyof F & string> | CaptchaEvent

/** What a UI needs to draw; a plain object, the same one until something in it changes. */
export type View<F extends Flows> = {
  /** `unknown` until the stored session has been read. */
  status: 'unknown' | 'signedOut' | 'anonymous' | 'signedIn'
  user?: { uid?: string }
  /** The machine is at work; what a person could do now waits. */
  busy: boolean
  /** Why the last step failed, or why the session ended. */
  error?: AuthError
  /**
   * The code under way. Times in milliseconds since the epoch. No `resendAt`: it can be sent again;
   * no `expiresAt`: there is none to type in.
   */
  code?: { contact: Contact; resendAt?: number; expiresAt?: number }
  /**
   * The captcha dialog, whoever asked for it: an `image` to read, or a page to visit at `url`, whose
   * address after the visit is the answer. Neither: it is on its way.
   */
  captcha?: { image?: string; url?: string; busy: boolean; error?: AuthError }
  /** Whether sending this event now would do anything. */
  can(event: AuthEvent<F>): boolean
} & (RunningFlow<F> | { flow?: undefined; step?: undefined })

/** The running flow and the machines it has handed the journey to, innermost last. */
export function flowActors(system: AnyActorRef['system']): AnyActorRef[] {
  const path: AnyActorRef[] = []
  for (let actor: AnyActorRef | undefined = system.get('flow'); actor;) {
    path.push(actor)
    const { value, children } = actor.getSnapshot() as AnyMachineSnapshot
    actor = typeof value === 'string' ? children[value] : undefined
  }
  return path
}

type Captcha = SnapshotFrom<typeof captcha>
type Verification = SnapshotFrom<typeof verification>

/** The actor tree as a UI sees it. Reads, never keeps. */
export function viewOf(root: AnyActorRef): Omit<View<Flows>, 'can'> {
  const { value, context } = root.getSnapshot()
  const flows = flowActors(root.system).map((actor) => actor.getSnapshot() as AnyMachineSnapshot)
  const leaf = flows.at(-1)
  const dialog: Captcha = root.system.get('captcha').getSnapshot()
  const isOpen = dialog.hasTag('asking') || dialog.hasTag('busy')
  return {
    status: value.who,
    user: value.who === 'signedIn' || value.who === 'anonymous' ? { uid: context.uid } : undefined,
    flow: leaf && value.flow,
    step: leaf?.value as string | undefined,
    busy: !!leaf?.hasTag('busy'),
    error: flows.map(({ context }) => context.error).findLast(Boolean) ?? context.error,
    code: codeOf(flows.find(({ machine }) => machine.id === 'verification')),
    captcha: isOpen
      ? {
          image: dialog.context.question?.image,
          url: dialog.context.question?.url,
          busy: dialog.hasTag('busy'),
          error: dialog.context.error,
        }
      : undefined,
  }
}

function codeOf(snapshot?: AnyMachineSnapshot): View<Flows>['code'] {
  if (!snapshot) return undefined
  const { contact, resendAt, expiresAt } = (snapshot as Verification).context
  return { contact, resendAt, expiresAt: expiresAt || undefined }
}

/** The same to look at, two levels deep. */
export function isSame(a: object, b: object, depth = 2): boolean {
  return Object.entries(b).every(([name, after]) => {
    const before: unknown = a[name as never]
    if (Object.is(before, after)) return true
    const isNested = depth > 1 && isRecord(before) && isRecord(after)
    return isNested && isSame(before, after, depth - 1)
  })
}
