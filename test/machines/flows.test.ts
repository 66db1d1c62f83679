import { describe, expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { type Api, createApi } from '../../services/api.ts'
import { endpoints as core } from '../../services/endpoints.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { signIn } from '../../machines/signIn.ts'
import { verification } from '../../machines/verification.ts'
import { edgePaths, type Model, type Path, type Step, transitionsOf } from '../support/paths.ts'
import { type Interruption, interruptions, openWorld, type World } from '../support/world.ts'

const idle = { now: () => 0, until: () => new Promise<void>(() => undefined) }
const noHttp = () => Promise.reject(new Error('not called'))
const api: Api = createApi(noHttp, 'demo', idle, core)
const fails = (code: string) => ({ error: new AuthError(code) })

const phone_number = '+86 13800000000'
const account = { username: 'lihua', password: 'correct horse' }
const secret = new Secret('sealed')

const models: Record<string, { machine: AnyStateMachine; model: Model; begin: Step[] }> = {
  signIn: {
    machine: signIn(api),
    begin: [],
    model: {
      cases: {
        'contact.submit': [{ phone_number }],
        'password.submit': [account],
        'signUp.prepare': [{ profile: { name: 'Li Hua' } }],
        'profile.submit': [{ profile: { name: 'Li Hua' } }],
        'xstate.done.actor.verification': [true, false].map((isUser) => ({
          output: { isUser, verificationToken: secret },
        })),
        'xstate.done.actor.signIn': [{ output: {} }],
        'xstate.done.actor.signUp': [{ output: {} }],
        'xstate.error.actor.verification': [fails('resource_exhausted')],
        'xstate.error.actor.signIn': ['not_found', 'internal', 'user_blocked'].map(fails),
        'xstate.error.actor.signUp': ['failed_precondition', 'internal', 'user_blocked'].map(fails),
        'xstate.error.actor.updateProfile': [fails('invalid_argument')],
      },
      facts: (context: Record<string, unknown>) => [
        context.switched,
        context.isUser,
        !!context.verificationToken,
        !!context.newAccount,
      ],
    },
  },
  verification: {
    machine: verification(api),
    begin: [{ event: { type: 'contact.submit', phone_number }, from: '', to: '' }],
    model: {
      input: { contact: { phone_number } },
      cases: {
        'code.submit': [{ code: 'right' }],
        'xstate.done.actor.sendVerification': [
          { output: { verification_id: 'v', expires_in: 600, is_user: false } },
        ],
        'xstate.done.actor.verify': [{ output: { verification_token: secret } }],
        'xstate.error.actor.sendVerification': [fails('resource_exhausted')],
        'xstate.error.actor.verify': ['invalid_argument', 'aborted'].map(fails),
      },
      facts: (context: { verificationId?: string; resendAt?: number; expiresAt: number }) => [
        !!context.verificationId,
        !!context.resendAt,
        context.expiresAt > 0,
      ],
      // The deadline for a new code lies before the end of the old one.
      happens: (type, { resendAt }: { resendAt?: number }) =>
        type !== 'xstate.done.actor.untilExpiry' || !resendAt,
    },
  },
}

const endpoints: Record<string, { method: string; path: string }> = {
  sendVerification: { method: 'POST', path: '/auth/v1/verification' },
  verification: { method: 'POST', path: '/auth/v1/verification' },
  verify: { method: 'POST', path: '/auth/v1/verification/verify' },
  signIn: { method: 'POST', path: '/auth/v1/signin' },
  signUp: { method: 'POST', path: '/auth/v1/signup' },
  updateProfile: { method: 'PATCH', path: '/auth/v1/user/profile' },
}

/** The person in front, who does what a path says and lets the server answer as it says. */
async function walk({ steps }: Path, interruption: Interruption) {
  const world = await openWorld(interruption)
  const { sandbox, clock } = world
  const states: string[] = []
  await sandbox.addUser(account)

  /** Does something, and does it again for as long as the line is broken. */
  async function act(doIt: () => void) {
    if (interruption === 'expiry') world.pass(3)
    doIt()
    await world.settle()
    while (interruption === 'broken line' && world.auth.get().error?.code === 'unreachable') {
      world.pass(1)
      if (world.auth.get().step === 'askingRetry') world.auth.send({ type: 'signIn.retry' })
      else doIt()
      await world.settle()
    }
    if (interruption === 'reload') await world.reload()
  }

  async function perform(step: Step, answers: Step[], later: Step[]) {
    const real = await arrange(world, step, answers, later)
    sandbox.faults(
      answers.filter((each) => each !== real && each.event.type.includes('error')).map(toFault),
    )
    switch (step.event.type) {
      case 'xstate.done.actor.verification':
      case 'code.submit': {
        const code = answers.some(isWrongCode) ? 'wrong' : (sandbox.inbox()[0]?.code ?? 'none')
        return act(() => world.auth.send({ type: 'code.submit', code }))
      }
      case 'xstate.done.actor.untilResend':
        return act(() => world.pass(60))
      case 'xstate.done.actor.untilExpiry':
        return act(() => world.pass(600))
      case 'xstate.error.actor.untilResend':
        return act(() => clock.breakWait('first'))
      case 'xstate.error.actor.untilExpiry':
        return act(() => clock.breakWait('last'))
      default:
        return act(() => world.auth.send(step.event as never))
    }
  }

  await world.call('signInAnonymously')
  await act(() => world.auth.send({ type: 'flow.start', flow: 'signIn' }))
  for (let index = 0; index < steps.length;) {
    let next = index + 1
    while (next < steps.length && isAnswer(steps[next]!)) next++
    await perform(steps[index]!, steps.slice(index + 1, next), steps.slice(next))
    const { to } = steps[next - 1]!
    if (restsIn(to)) states.push(`${shown(to)} is ${stateOf(world)}`)
    index = next
  }
  const walked = { states, end: world.end(), messages: world.messages(), taken: world.taken }
  await world.close()
  return walked
}

/** An event the server causes once a person has done something. */
function isAnswer({ event: { type } }: Step): boolean {
  return type.startsWith('xstate.') && !/until|done\.actor\.verification/.test(type)
}

const codeOf = ({ error }: Step['event']) => (error as { code?: string } | undefined)?.code

const isWrongCode = ({ event }: Step) => codeOf(event) === 'invalid_argument'

function toFault({ event }: Step) {
  const { method, path } = endpoints[event.type.split('.').at(-1)!]!
  return { method, path, times: 1, status: 400, body: { error: codeOf(event) } }
}

/**
 * Accounts come and go as the path needs them. Answers the failure that thereby comes true by
 * itself, and need not be planned as a fault.
 */
async function arrange(world: World, { event }: Step, answers: Step[], later: Step[]) {
  const isProof = ({ event: { type } }: Step) => type === 'xstate.done.actor.verification'
  const isUser = (output: unknown) => (output as { isUser: boolean }).isUser
  const [first] = answers
  if (event.type === 'contact.submit') {
    const proof = later.find(isProof)
    if (proof) await setUser(world, isUser(proof.event.output))
  } else if (first && event.type === 'xstate.done.actor.verification') {
    const comesTrue =
      codeOf(first.event) === (isUser(event.output) ? 'not_found' : 'failed_precondition')
    if (comesTrue) await setUser(world, !isUser(event.output))
    return comesTrue ? first : undefined
  }
  return event.type === 'code.submit' ? answers.find(isWrongCode) : undefined
}

async function setUser({ sandbox }: World, exists: boolean) {
  const user = sandbox.users().find((each) => each.phone_number === phone_number)
  if (exists && !user) await sandbox.addUser({ phone_number })
  if (!exists && user) sandbox.removeUser(user.sub)
}

const restsIn = (to: string) => /^asking|^(verification|done|failed|verified)$/.test(to)

/** What the door shows where the model stands in one of its ends, or hands over. */
function shown(to: string): string {
  const doors: Record<string, string> = {
    verification: 'askingCode',
    failed: 'askingAccount',
    verified: 'askingProfile',
  }
  return doors[to] ?? to
}

/** The one end a reload changes: the proof of a contact is a secret, so it is not stored. */
const PROOF_LOST = 'anonymous: signIn.askingAccount (signIn: code_expired)'
const isRetry = ({ event }: Step) => event.type === 'signIn.retry'

function stateOf(world: World): string {
  const { flow, step } = world.auth.get()
  return flow ? step! : 'done'
}

describe.each(Object.entries(models))('%s', (_name, { machine, model, begin }) => {
  const paths = edgePaths(machine, model).map(({ name, steps }): [string, Path] => [
    name,
    { name, steps: [...begin, ...steps] },
  ])
  const taken = new Set<string>()

  test.each(paths)('%s', async (_name, path) => {
    const plain = await walk(path, 'nothing')
    for (const state of plain.states) expect(state).toMatch(/^(\w+) is \1$/)
    for (const interruption of interruptions) {
      const walked = await walk(path, interruption)
      for (const transition of walked.taken) taken.add(transition)
      const isProofLost = interruption === 'reload' && path.steps.some(isRetry)
      const end = isProofLost ? PROOF_LOST : plain.end
      expect.soft(walked, interruption).toMatchObject({ end, messages: plain.messages })
    }
  })

  test('every transition has been taken', () => {
    expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
  })
})
