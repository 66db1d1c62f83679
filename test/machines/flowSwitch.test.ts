import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, resetPassword, signIn } from 'cloudbase-authflow'
import type { AnyActorRef } from 'xstate'
import { signInAs } from '../support/signInAs.ts'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'

let world: World
/** Paths of requests that were sent, and those that were aborted. */
let sent: string[]
let aborted: string[]

beforeEach(async () => {
  sent = []
  aborted = []
  world = await openWorld({
    flows: { signIn, resetPassword, account },
    wire(input, init) {
      const { pathname } = new URL(input as string)
      sent.push(pathname)
      init!.signal!.addEventListener('abort', () => aborted.push(pathname))
      return isSilent(pathname)
        ? new Promise((_, reject) => init!.signal!.addEventListener('abort', reject))
        : world.sandbox.fetch(input as string, init)
    },
  })
})
afterEach(() => world.close())

let silent: string | undefined
const isSilent = (pathname: string) => pathname === silent

/** Starts a flow and lets it send a request that is not answered. */
async function openAtRequest() {
  silent = '/auth/v1/verification'
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'contact.submit', phone_number })
  for (let turn = 0; turn < 50 && !sent.includes(silent); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(world.auth.get()).toMatchObject({ step: 'sendingCode', busy: true })
  return world.actor('flow')
}

async function settle() {
  silent = undefined
  await world.settle()
}

test('session: starting another flow stops the running one and aborts its request', async () => {
  const first: AnyActorRef = await openAtRequest()
  world.auth.send({ type: 'flow.start', flow: 'resetPassword' } as never)
  expect(first.getSnapshot().status).toBe('stopped')
  expect(aborted).toEqual(['/auth/v1/verification'])
  await settle()
  expect(world.summarize()).toBe('signedOut: resetPassword.askingContact')
  expect(world.actor('flow')).not.toBe(first)
  expect(world.countMessages()).toBe(0)
})

test('session: starting another flow keeps the status and the user', async () => {
  await signInAs(world, { phone_number })
  const { status, user } = world.auth.get()
  expect(status).toBe('signedIn')
  await openAtRequest()
  const lifeEvents: unknown[] = []
  for (const type of ['signedIn', 'signedOut', 'userChanged'] as const) {
    world.auth.on(type, (event) => lifeEvents.push(event))
  }
  world.auth.send({ type: 'flow.start', flow: 'account' } as never)
  expect(world.auth.get()).toMatchObject({ status, user, flow: 'account', step: 'readingUser' })
  await settle()
  expect(world.auth.get()).toMatchObject({ status, user, flow: 'account', step: 'askingEdit' })
  expect(lifeEvents).toEqual([])
})

test('session: a flow that cannot start leaves the running one alone', async () => {
  const first: AnyActorRef = await openAtRequest()
  for (const flow of ['account', 'signIn', 'unknown']) {
    world.auth.send({ type: 'flow.start', flow } as never)
    expect(world.actor('flow')).toBe(first)
    expect(first.getSnapshot().status).toBe('active')
  }
  expect(aborted).toEqual([])
  world.auth.send({ type: 'flow.cancel' })
  await settle()
})
