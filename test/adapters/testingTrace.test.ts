import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { regressionTest } from '../../adapters/cli/generated/regression.ts'
import { main } from '../../adapters/cli/main.ts'
import {
  account,
  AuthError,
  createAuth,
  memoryStore,
  provider,
  signIn,
} from '../../adapters/client/index.ts'
import { recorder } from '../../adapters/inspect/index.ts'
import type { Trace } from '../../adapters/inspect/trace.ts'
import { type Choice, invariants, model, rerun, storyOf } from '../../adapters/testing/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { getUser } from '../../services/endpoints.ts'
import { readCallback } from '../../services/platform/platform.ts'
import { manualClock } from '../support/clock.ts'
import { mutate } from '../support/mutate.ts'
import '../support/preload.ts'

const sandbox = createSandbox()
let server: Awaited<ReturnType<typeof sandbox.listen>>
beforeAll(async () => void (server = await sandbox.listen({ port: 0 })))
afterAll(() => server.close())

/** A busy machine needs long. */
const TIMEOUT_MS = 15_000

/** A profile form without a way on. */
const faulty = mutate(signIn, ({ states }) => (states['askingProfile']!.on = {}))

/** Inside `test/`, where imports of the package resolve as in other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))
const own = join(temp, 'own.ts')
const paths = ['test/support/mutate.ts', 'adapters/client/index.ts'].map((path) =>
  JSON.stringify(resolve(path)),
)
writeFileSync(
  own,
  `import { mutate } from ${paths[0]}
import { signIn } from ${paths[1]}
export const faulty = mutate(signIn, ({ states }) => (states['askingProfile']!.on = {}))
`,
)
let count = 0

/** Records a sign-up on the sandbox: a wrong code first, then a minute passes, then the right one. */
async function record(flow: typeof signIn, phone_number: string): Promise<Trace> {
  const clock = manualClock()
  const log = recorder()
  const auth = createAuth({
    env: 'demo',
    endpoint: server.url,
    flows: { signIn: flow },
    inspect: log,
    clock,
    storage: { shared: memoryStore(), tab: memoryStore() },
  })
  const reaches = (step: string, code?: string) =>
    vi.waitFor(() => {
      const { step: at, error } = auth.get()
      expect([at, error?.code]).toEqual([step, code])
    }, TIMEOUT_MS)
  auth.start()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  await reaches('askingAccount')
  auth.send({ type: 'contact.submit', phone_number })
  await reaches('askingCode')
  auth.send({ type: 'code.submit', code: '000000' })
  await reaches('askingCode', 'invalid_argument')
  clock.advance(60_000)
  await vi.waitFor(() => expect(auth.can({ type: 'code.resend' })).toBe(true), TIMEOUT_MS)
  auth.send({ type: 'code.submit', code: sandbox.inbox()[0]!.code })
  await reaches('askingProfile')
  const trace = log.trace()
  auth.stop()
  return trace
}

test('testing: a recorded trace is read as a story that goes as recorded', async () => {
  const { story, difference } = await storyOf(
    await record(signIn, '+86 13800000001'),
    model({ signIn }),
  )
  expect(difference).toBeUndefined()
  expect(story.steps.map(({ action, answers }) => [action, answers])).toMatchObject([
    [{ event: 'flow.start' }, []],
    [{ event: 'contact.submit' }, [{ outcome: 'ok, a new contact' }]],
    [{ event: 'code.submit' }, [{ outcome: 'invalid_argument' }]],
    [{ type: 'wait' }, []],
    [{ event: 'code.submit' }, [{ operation: 'verify' }, { operation: 'signUp' }]],
  ])
})

test('testing: the trace of a fault fails on the flow with the fault and passes on the fixed one', async () => {
  const trace = await record(faulty, '+86 13800000002')
  const { story, model: world, difference } = await storyOf(trace, model({ signIn: faulty }))
  expect(difference).toBeUndefined()
  const { violations } = await rerun(story.choices, world)
  expect(violations.map(({ invariant }) => invariant)).toEqual([invariants.hasExit.title])
  const fixed = await rerun(story.choices, { ...world, flows: { signIn } })
  expect(fixed.violations).toEqual([])
})

test.each([
  ['signIn', 0, 'It goes as recorded.'],
  [`${own}#faulty`, 1, '✗ there is a way on wherever the user moves next'],
  ['resetPassword', 1, '✗ flow.start (signIn) is not possible at signedOut'],
])('cli: replay runs a trace again on %s and exits with %i', async (flow, code, text) => {
  const file = join(temp, 'trace.json')
  writeFileSync(file, JSON.stringify(await record(signIn, `+86 1390000000${++count}`)))
  const out: string[] = []
  const write = (line: unknown) => !!out.push(String(line))
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(write),
  )
  const exit = await main(['replay', file, '--flow', flow]).finally(() => {
    for (const spy of spies) spy.mockRestore()
  })
  expect(out.join('')).toContain(text)
  expect(exit).toBe(code)
})

/** Records a sign-in by a provider, whose popup is blocked, denied and answered; then the app calls the server. */
async function recordPopups(): Promise<Trace> {
  const log = recorder()
  const shared = memoryStore()
  const popups: ((url: string) => Promise<string>)[] = [
    () => Promise.reject(new AuthError('failed_precondition', { operation: 'openPopup' })),
    (url) => Promise.resolve(sandbox.consent(url)),
    (url) => Promise.resolve(sandbox.consent(url, 'ada')),
  ]
  const options = {
    env: 'demo',
    endpoint: server.url,
    flows: { provider },
    returnOrigins: ['https://app.example'],
    platform: { openPopup: (url: string) => popups.shift()!(url), readCallback },
  }
  const auth = createAuth({ ...options, inspect: log, storage: { shared, tab: memoryStore() } })
  const reaches = (step: string | undefined, status = 'signedOut') =>
    vi.waitFor(() => expect(auth.get()).toMatchObject({ step, status }), TIMEOUT_MS)
  auth.start()
  await reaches(undefined)
  const input = {
    provider_id: 'demo_idp',
    redirect_uri: 'https://app.example/back',
    isPopup: true,
  }
  auth.send({ type: 'flow.start', flow: 'provider', input })
  await reaches('askingClick')
  auth.send({ type: 'provider.retry' })
  await reaches('askingRetry')
  auth.send({ type: 'provider.retry' })
  await reaches(undefined, 'signedIn')
  await auth.call(getUser)
  const other = createAuth({ ...options, storage: { shared, tab: memoryStore() } })
  other.start()
  await other.signOut()
  await reaches(undefined)
  const trace = log.trace()
  auth.stop()
  other.stop()
  return trace
}

test('testing: popups, calls of the app and what another tab has done are read from a trace', async () => {
  const world = model({ provider })
  const { story, model: recorded, difference } = await storyOf(await recordPopups(), world)
  expect(difference).toBeUndefined()
  const names = { flow: 'provider', title: 'provider', exported: 'provider', isModel: false }
  const written = { file: 'bug.test.ts', runner: 'vitest', command: 'replay' }
  const code = regressionTest({ story, recorded, world, ...names, ...written })
  expect(code).toContain('calls: [...base.calls, { endpoint: endpoints.getUser }],')
  expect(code).toContain("'flow.start': [...(base.events['flow.start'] || []), {")
  expect(story.steps.map(({ action }) => action)).toMatchObject([
    { event: 'flow.start', note: 'popup' },
    { type: 'popup', outcome: 'blocked' },
    { event: 'provider.retry' },
    { type: 'popup', outcome: 'denied' },
    { event: 'provider.retry' },
    { type: 'popup', outcome: 'answered' },
    { type: 'call', operation: 'getUser' },
    { type: 'otherTab', action: 'signOut' },
  ])
})

test('testing: a popup that the flow closes, and a call of the app before the flow rests, are read from a trace', async () => {
  const log = recorder()
  let opened = 0
  const auth = createAuth({
    env: 'demo',
    endpoint: server.url,
    flows: { provider },
    returnOrigins: ['https://app.example'],
    platform: {
      readCallback,
      openPopup: (url, _state, signal) =>
        opened++ > 0
          ? Promise.resolve(sandbox.consent(url, 'ada'))
          : new Promise((_, reject) => signal?.addEventListener('abort', reject)),
    },
    inspect: log,
    storage: { shared: memoryStore(), tab: memoryStore() },
  })
  auth.subscribe(({ step }) => {
    if (step === 'readingCallback') void auth.call(getUser).catch(() => undefined)
  })
  const reaches = (view: object) =>
    vi.waitFor(() => expect(auth.get()).toMatchObject(view), TIMEOUT_MS)
  auth.start()
  await reaches({ status: 'signedOut' })
  const redirect_uri = 'https://app.example/back'
  const input = { provider_id: 'demo_idp', redirect_uri, isPopup: true }
  auth.send({ type: 'flow.start', flow: 'provider', input })
  await reaches({ step: 'askingPopup' })
  const ofClosed = log.trace()
  auth.send({ type: 'provider.retry' })
  await reaches({ status: 'signedIn' })
  const ofCall = log.trace()
  auth.stop()
  for (const trace of [ofClosed, ofCall]) {
    const { story, difference } = await storyOf(trace, model({ provider }))
    expect(difference).toBeUndefined()
    expect(story.choices[0]).toMatchObject({ event: 'flow.start', note: 'popup' })
  }
})

test('testing: a story in which another user signs in runs again, although no other answer is offered for them', async () => {
  const read = (outcome: string): Choice[] => [
    { type: 'send', event: 'flow.start' },
    { type: 'answer', operation: 'getUser', outcome },
    { type: 'send', event: 'account.close' },
  ]
  const choices = [...read('ok, with a phone'), ...read('ok, with an e-mail')]
  const { stopped, story } = await rerun(choices, model({ account }))
  expect(stopped).toBeUndefined()
  expect(story.choices).toEqual(choices)
})

test('testing: a trace of flows that go another way now says where', async () => {
  const changed = mutate(signIn, ({ states }) => {
    states['signingUp']!.invoke['onDone'] = 'done'
  })
  const trace = await record(signIn, '+86 13800000003')
  const { difference } = await storyOf(trace, model({ signIn: changed }))
  expect(difference).toBe('signUp → ok leads to signedIn; recorded was signIn.askingProfile')
})
