import { afterEach, beforeEach, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import {
  AuthError,
  createAuth,
  elevation,
  request,
  type Secret,
} from '../../adapters/client/index.ts'
import { signIn, signInWithCustomTicket, updateProfile } from 'cloudbase-authflow/endpoints'
import { naming } from '../../docs/examples/naming.ts'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { memoryStore } from '../../services/session/store.ts'
import '../support/preload.ts'

let sandbox: Sandbox
let server: Awaited<ReturnType<Sandbox['listen']>>
let tab = memoryStore()
const shared = memoryStore()
let auth: ReturnType<typeof open>

/** A flow that invokes a machine of the library and has a secret in an event of its own. */
const parting = setup({
  types: {
    context: {} as { error?: AuthError },
    events: {} as { type: 'parting.confirm'; username: string; oldPassword: Secret },
    children: {} as { elevation: 'elevation' },
    tags: {} as 'asking' | 'busy',
  },
  actors: { elevation, signIn: request(signIn) },
}).createMachine({
  id: 'parting',
  context: {},
  initial: 'elevation',
  states: {
    elevation: {
      invoke: { id: 'elevation', src: 'elevation', onDone: 'askingPassword' },
    },
    askingPassword: {
      tags: 'asking',
      on: { 'parting.confirm': 'signingIn' },
    },
    signingIn: {
      tags: 'busy',
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ event }) => {
          const { username, oldPassword } = event as Extract<typeof event, { username: string }>
          return { username, password: oldPassword }
        },
        onDone: 'done',
        onError: {
          target: 'askingPassword',
          actions: assign({ error: ({ event }) => AuthError.from(event.error) }),
        },
      },
    },
    done: { type: 'final' },
  },
})

function open() {
  const opened = createAuth({
    env: 'demo',
    endpoint: server.url,
    flows: { naming, parting },
    storage: { shared, tab },
  })
  opened.start()
  return opened
}

beforeEach(async () => {
  sandbox = createSandbox()
  server = await sandbox.listen()
  tab = memoryStore()
  auth = open()
  await sandbox.addUser({ sub: 'li.hua', phone_number: '+86 13800000000' })
})
afterEach(async () => {
  auth.stop()
  await server.close()
})

const start = { type: 'flow.start', flow: 'naming' } as const

async function signInUser() {
  const ticket = await sandbox.mintTicket('li.hua')
  await auth.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
}

const until = (isSo: (view: ReturnType<typeof auth.get>) => boolean) =>
  new Promise<void>((resolve) => {
    const unsubscribe = auth.subscribe((view) => {
      if (!isSo(view)) return
      resolve()
      queueMicrotask(() => unsubscribe())
    })
  })

test('own flow: naming asks for a name through an error, a captcha and a reload', async () => {
  expect(auth.can(start)).toBe(false)
  await signInUser()
  auth.send(start)
  await until(({ step }) => step === 'askingName')

  sandbox.faults([
    { method: 'PATCH', path: '/auth/v1/user/profile', status: 500, body: { error: 'internal' } },
  ])
  auth.send({ type: 'name.submit', name: 'Li' })
  await until(({ step, error }) => step === 'askingName' && error?.code === 'internal')

  auth.stop()
  auth = open()
  await until(({ step }) => step === 'askingName')

  sandbox.faults([
    {
      method: 'PATCH',
      path: '/auth/v1/user/profile',
      status: 400,
      body: { error: 'captcha_required' },
    },
  ])
  auth.send({ type: 'name.submit', name: 'Li Hua' })
  await until(({ captcha }) => captcha?.image !== undefined)
  auth.send({ type: 'captcha.cancel' })
  await until(({ captcha, step }) => !captcha && step === 'askingName')
  auth.send({ type: 'name.submit', name: 'Li Hua' })
  await until(({ flow }) => !flow)
  expect(sandbox.users()[0]).toMatchObject({ sub: 'li.hua', name: 'Li Hua' })
})

test('own flow: naming does not ask a user who has a name', async () => {
  await signInUser()
  await auth.call(updateProfile, { name: 'Li Hua' })
  auth.send(start)
  await until(({ busy }) => busy)
  await until(({ flow }) => !flow)
  expect(auth.get()).toMatchObject({ status: 'signedIn' })
})

test('own flow: it can invoke a machine of the library and take a password', async () => {
  await sandbox.addUser({ username: 'lovelace', password: 'Correct-horse-7', email: 'a@b.example' })
  await auth.call(signIn, { username: 'lovelace', password: 'Correct-horse-7' })
  auth.send({ type: 'flow.start', flow: 'parting' })
  await until(({ step }) => step === 'askingProof')
  auth.send({ type: 'password.submit', password: 'Correct-horse-7' })
  await until(({ step }) => step === 'askingPassword')
  auth.send({ type: 'parting.confirm', username: 'lovelace', oldPassword: 'wrong' })
  await until(({ step, error }) => step === 'askingPassword' && !!error)
  expect(auth.get().error).toMatchObject({ operation: 'signIn', code: 'invalid_password' })
  auth.send({ type: 'parting.confirm', username: 'lovelace', oldPassword: 'Correct-horse-7' })
  await until(({ flow }) => !flow)
})

test('own flow: it is stored when the app stops the client while it is notified', async () => {
  await signInUser()
  auth.send(start)
  await until(({ step }) => step === 'askingName')
  const stopping = auth.subscribe(({ busy }) => busy && auth.stop())
  auth.send({ type: 'name.submit', name: 'Li Hua' })
  await until(({ status }) => status === 'unknown')
  stopping()
  auth = open()
  await until(({ step }) => step === 'askingName')
  expect(auth.get()).toMatchObject({ status: 'signedIn', flow: expect.any(String) })
})
