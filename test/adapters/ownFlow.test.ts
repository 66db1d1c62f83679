import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAuth } from '../../adapters/index.ts'
import { naming } from '../../docs/examples/naming.ts'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { memoryStore } from '../../services/storage.ts'
// What is fetched when it is first needed is there at once.
import '../../adapters/flowKeeper.ts'
import '../../services/snapshot.ts'
import 'superjson'

let sandbox: Sandbox
let server: Awaited<ReturnType<Sandbox['listen']>>
let tab = memoryStore()
const shared = memoryStore()
let auth: ReturnType<typeof open>

function open() {
  const opened = createAuth({
    env: 'demo',
    endpoint: server.url,
    flows: { naming },
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

async function enter() {
  const ticket = await sandbox.mintTicket('li.hua')
  await auth.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}

const until = (isSo: (view: ReturnType<typeof auth.get>) => boolean) =>
  new Promise<void>((resolve) => {
    const unsubscribe = auth.subscribe((view) => {
      if (!isSo(view)) return
      resolve()
      queueMicrotask(() => unsubscribe())
    })
  })

test('asks a user without a name, through an error, a captcha and a reload', async () => {
  expect(auth.can(start)).toBe(false)
  await enter()
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

test('does not ask who has one', async () => {
  await enter()
  await auth.call('updateProfile', { name: 'Li Hua' })
  auth.send(start)
  await until(({ busy }) => busy)
  await until(({ flow }) => !flow)
  expect(auth.get()).toMatchObject({ status: 'signedIn' })
})

test('is kept by an app that stops as soon as it is told of a step', async () => {
  await enter()
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
