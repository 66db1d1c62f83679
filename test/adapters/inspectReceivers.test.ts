import { createInspector } from '@statelyai/inspect'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import {
  legacyInspector,
  recorder,
  several,
  statelyInspector,
  type TraceEntry,
} from '../../adapters/inspect/index.ts'
import { type Received, receiveOver } from '../legacy/receivers.ts'
import { openWorld } from '../support/world.ts'

const phone = '13800000000'

/** Serves the socket that the receiver of `@xstate/inspect` connects to. */
async function serveSocket(onMessage: (message: unknown) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  server.on('connection', (connection) =>
    connection.on('message', (data) => onMessage(JSON.parse(String(data as Buffer)))),
  )
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    send(message: object) {
      for (const client of server.clients) client.send(JSON.stringify(message))
    },
  }
}

/** The regions of a parallel state come in any order. */
const textOf = (value: unknown) =>
  typeof value === 'string' ? value : JSON.stringify(value, Object.keys(value as object).toSorted())

const withoutRepeats = (values: unknown[]) => {
  const texts = values.map(textOf)
  return texts.filter((text, index) => text !== texts[index - 1])
}

type Stately = { type: string; sessionId: string; snapshot?: { value?: unknown } }

test('the receivers of @xstate/inspect and @statelyai/inspect show the states of the trace', async () => {
  const log = recorder()
  const legacy = legacyInspector((message) => socket.send(message))
  const sent: Stately[] = []
  const stately = createInspector({ send: (event) => void sent.push(event as never) })
  const received: Received[] = []
  const socket = await serveSocket((message) => legacy.receive(message))
  const world = await openWorld({ inspector: several(log, legacy, statelyInspector(stately)) })
  onTestFinished(() => world.close())
  receiveOver(socket.address, (event) => received.push(event))
  // The receiver opens late, and gets the actors that run.
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(2))

  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.sandbox.config({ captchaOnEveryCall: 'on' })
  world.auth.send({ type: 'contact.submit', phone_number: phone })
  await world.settle({ answering: false })
  world.auth.send({ type: 'captcha.cancel' })
  await world.settle()
  world.auth.send({ type: 'contact.submit', phone_number: phone })
  await world.settle()
  const { code } = world.sandbox.inbox()[0]!
  world.auth.send({ type: 'code.submit', code })
  await world.settle()
  world.auth.send({ type: 'profile.skip' })
  world.advance(7201)
  await world.call('getUser')

  const { entries } = log.trace()
  const machines = new Map(
    entries.flatMap((entry) =>
      entry.type === 'actor' ? [[entry.actor.sessionId, entry.actor.machine]] : [],
    ),
  )
  const ofTrace = (machine: string) =>
    entries
      .filter((entry): entry is Extract<TraceEntry, { type: 'snapshot' }> => {
        return entry.type === 'snapshot' && entry.actor.machine === machine
      })
      .map(({ snapshot }) => snapshot.value)
  // Both receivers read their messages in later tasks.
  const compare = (machine: string) => {
    const inTrace = withoutRepeats(ofTrace(machine))
    expect(inTrace.length).toBeGreaterThan(1)
    const inStately = sent
      .filter(
        ({ type, sessionId }) => type === '@xstate.snapshot' && machines.get(sessionId) === machine,
      )
      .map(({ snapshot }) => snapshot!.value)
    expect(withoutRepeats(inStately)).toEqual(inTrace)
    const inLegacy = received
      .filter((event) => event.value !== undefined && event.machine === machine)
      .map(({ value }) => value)
    // The receiver has opened after the first states.
    expect(inTrace.slice(-withoutRepeats(inLegacy).length)).toEqual(withoutRepeats(inLegacy))
    expect(withoutRepeats(inLegacy).at(-1)).toBe(inTrace.at(-1))
    expect(inLegacy.length).toBeGreaterThan(1)
  }
  for (const machine of ['signIn', 'verification', 'request', 'session', 'captcha', 'tokens']) {
    await vi.waitFor(() => compare(machine), 10_000)
  }
  for (const secret of [code, phone]) {
    expect(JSON.stringify([received, sent])).not.toContain(secret)
  }
})

test('legacyInspector sends nothing before the receiver is ready', async () => {
  const sent: object[] = []
  const legacy = legacyInspector((message) => void sent.push(message))
  const world = await openWorld({ inspector: legacy })
  onTestFinished(() => world.close())
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  await world.settle()
  legacy.receive({ type: 'something else' })
  legacy.receive(null)
  expect(sent).toEqual([])
  legacy.receive({ type: 'xstate.inspecting' })
  expect(sent.map((message) => (message as { type: string }).type)).toEqual(
    sent.map(() => 'service.register'),
  )
  expect(sent.map((message) => (message as { id: string }).id)).toEqual(
    expect.arrayContaining(['session', 'captcha', 'tokens', 'flow']),
  )
})
