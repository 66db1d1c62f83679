import { isRecord } from '../../../services/record.ts'
import type { Control as SandboxControl } from '../control.ts'
import { type Outcome, outcomes as documented } from '../outcomes.ts'
import type { Routes } from './routes.ts'

/** The operation, and the name of its outcome. */
export type PlannedAnswer = readonly [operation: string, outcome: string]

/** The user whom stories are about; the payloads of `model` name the same one. */
export const storyUser = {
  username: 'ada',
  password: 'correct horse battery',
  phone_number: '+86 13800000000',
}

/** The e-mail address of the user before a story changes it. */
const EMAIL = 'ada.lovelace@example.com'

/** How the server is to answer, and what decides whether it does so by itself. */
export interface Plan {
  answers: readonly PlannedAnswer[]
  /** The operations that get no answer. */
  held: readonly string[]
  /** The contact that the flow is about. */
  contact: { phone_number?: string; email?: string }
  /** Whether the event is a password. */
  isPassword: boolean
  /** The user who was signed in when the story began. */
  uid: string | undefined
}

/** A user as the control API shows it. */
interface User {
  sub: string
  username?: string
  phone_number?: string
  email?: string
}

/** Milliseconds for which an answer is held: longer than anything waits for it. */
const HELD_MS = 60_000

/**
 * Makes the sandbox answer as planned. What can come true does: users are added, changed and removed. The
 * rest are planned faults.
 */
export async function arrange(
  control: SandboxControl,
  routes: Routes,
  outcomeOf: (operation: string, name: string) => Outcome,
  plan: Plan,
): Promise<void> {
  /** Whether the user has to exist. */
  let exists: boolean | undefined
  const planned = plan.answers.map(([operation, name]) => {
    const outcome = outcomeOf(operation, name)
    const wanted = existenceFor(`${operation} ${name}`)
    const isTrue = wanted !== undefined && (exists ?? wanted) === wanted
    if (isTrue) exists = wanted
    const isNatural = isTrue || (outcome.error === undefined && routes.isShipped(operation))
    return { operation, outcome, fault: isNatural ? undefined : faultOf(outcome) }
  })
  await arrangeUser(control, plan, exists)
  const user = planned.find(({ operation }) => operation === 'getUser')?.outcome.output
  if (isRecord(user)) await arrangeFields(control, plan, user)
  // What needs no fault is passed by only where one for the same operation follows.
  const needed = planned.filter(({ operation }, at) =>
    planned.slice(at).some((later) => later.operation === operation && later.fault),
  )
  const faults = needed.map(({ operation, fault }) => ({
    ...routes.requestOf(operation),
    ...fault,
  }))
  const held = plan.held.map((operation) => ({
    ...routes.requestOf(operation),
    delayMs: HELD_MS,
    drop: 'before',
  }))
  await control('POST', 'faults', [...faults, ...held])
}

/**
 * Returns a function that finds outcomes by operation and name: those of the app, those that the protocol documents, and
 * codes of errors.
 */
export function outcomesBy(
  own: Record<string, readonly Outcome[]>,
): (operation: string, name: string) => Outcome {
  return (operation, name) => {
    const listed = [...(own[operation] ?? []), ...(documented[operation] ?? [])]
    const found = listed.find((each) => each.name === name)
    if (found) return found
    if (/^\w+$/.test(name)) return { name, error: name }
    throw new Error(`${operation} has no outcome "${name}": add it to \`outcomes\``)
  }
}

/** Whether an outcome comes about by itself when the user exists, or when there is none. */
const existenceFor = (answer: string): boolean | undefined =>
  existing.has(answer) ? true : missing.has(answer) ? false : undefined

const existing = new Set([
  'sendVerification ok, a user',
  'signIn ok',
  'signUp failed_precondition',
  'upgrade failed_precondition',
])
const missing = new Set([
  'sendVerification ok, a new contact',
  'signIn not_found',
  'signUp ok',
  'upgrade ok',
  'setContact ok',
])

function faultOf({ error, retryAfter, output = {} }: Outcome): object {
  if (error === 'unreachable') return { drop: 'before' }
  if (error === undefined) return { status: 200, body: output }
  const status = error === 'unauthenticated' ? 401 : 400
  return { status, body: { error, ...(retryAfter !== undefined && { retry_after: retryAfter }) } }
}

/** Adds or removes the user whom the flow is about. */
async function arrangeUser(
  control: SandboxControl,
  { contact, isPassword, uid }: Plan,
  exists: boolean | undefined,
): Promise<void> {
  if (exists === undefined) return
  const remove = ({ sub }: User) => control('DELETE', `users/${sub}`)
  const users = await control<User[]>('GET', 'users')
  const { phone_number, email } = contact
  const hasContact = (user: User) =>
    (phone_number !== undefined && user.phone_number === phone_number) ||
    (email !== undefined && user.email === email)
  const isNamed = ({ username }: User) => username === storyUser.username
  const found = users.filter((user) => (isPassword ? isNamed(user) : hasContact(user)))
  if (!exists) for (const user of found.filter(({ sub }) => sub !== uid)) await remove(user)
  if (!exists || found.length > 0) return
  if (isPassword) for (const user of users.filter(hasContact)) await remove(user)
  await control('POST', 'users', isPassword ? { ...storyUser, ...contact } : contact)
}

/** Gives the signed-in user the fields that `getUser` is to answer, and takes the others away. */
async function arrangeFields(
  control: SandboxControl,
  { uid }: Plan,
  { phone_number, email, name }: Record<string, unknown>,
): Promise<void> {
  if (uid === undefined) return
  const hasContact = (phone_number ?? email) !== undefined
  await control('PATCH', `users/${uid}`, {
    // Without a contact and a password, the server asks for no proof.
    password: hasContact ? storyUser.password : null,
    phone_number: phone_number === undefined ? null : storyUser.phone_number,
    email: email === undefined ? null : EMAIL,
    name: name ?? null,
  })
}
