import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import type { Fault } from '../../sandbox/index.ts'
import { openWorld, type World } from '../support/world.ts'

type Refusal = 'captcha_required' | 'captcha_invalid'
interface Outcome {
  requests: number
  dialogs: number
  outcome: 'sent' | Refusal
}

/**
 * The policy, written independently. On `captcha_required` without a token a local token is used, else
 * the user is asked. On `captcha_invalid`, or on `captcha_required` with a token, the local token is
 * forgotten and the user is asked again, once; after that the call fails.
 */
function policy(refusals: Refusal[], hasToken: boolean): Outcome {
  let dialogs = 0
  let hasSent = false
  let hasRetried = false
  for (const [index, refusal] of refusals.entries()) {
    if (refusal === 'captcha_required' && !hasSent) {
      if (!hasToken) dialogs++
    } else if (hasRetried) {
      return { requests: index + 1, dialogs, outcome: refusal }
    } else {
      hasRetried = true
      dialogs++
    }
    hasSent = true
  }
  return { requests: refusals.length + 1, dialogs, outcome: 'sent' }
}

const sequences = (length: number): Refusal[][] =>
  length === 0
    ? [[]]
    : sequences(length - 1).flatMap((start) => [
        [...start, 'captcha_required' as const],
        [...start, 'captcha_invalid' as const],
      ])
const all = [1, 2, 3, 4].flatMap(sequences)

const endpoint = { method: 'POST', path: '/auth/v1/verification' }
const phone_number = '+86 13800000000'
const refuse = (...codes: string[]): Fault[] =>
  codes.map((error) => ({ ...endpoint, status: 400, body: { error } }))

/** Opens a world that records the captcha token of each request to the endpoint. */
async function openRecordedWorld(rewrite = (body: string) => body) {
  const tokens: (string | null)[] = []
  const urls: string[] = []
  const world = await openWorld({
    async wire(input, init) {
      const url = input as string
      if (new URL(url).pathname === endpoint.path) {
        urls.push(url)
        tokens.push(new URL(url).searchParams.get('captcha_token'))
      }
      const response = await fetch(input, init)
      return new Response(rewrite(await response.text()), response)
    },
  })
  return { world, tokens, urls }
}

/** Requests a code; every captcha is answered correctly. */
async function requestCode(world: World): Promise<Outcome['outcome']> {
  try {
    await world.call('sendVerification', { phone_number })
    return 'sent'
  } catch (error) {
    return (error as AuthError).code as Refusal
  }
}

/** Lets a call fail after its captcha was answered, so that the token is left. */
async function leaveToken({ world, tokens }: Awaited<ReturnType<typeof openRecordedWorld>>) {
  world.sandbox.faults(refuse('captcha_required', 'internal'))
  expect(await requestCode(world)).toBe('internal')
  world.dialogs.clear()
  return tokens.splice(0).at(-1)!
}

describe.each([
  ['without a local token', false],
  ['with an unused local token', true],
])('captcha policy %s', (title, hasToken) => {
  test.each(all.map((refusals) => [refusals.join(', '), refusals] as const))(
    `captcha: ${title} a call follows the policy for %s`,
    async (_name, refusals) => {
      const recorded = await openRecordedWorld()
      const { world, tokens } = recorded
      const localToken = hasToken ? await leaveToken(recorded) : undefined
      world.sandbox.faults(refuse(...refusals))

      const outcome = await requestCode(world)
      const observed = { requests: tokens.length, dialogs: world.dialogs.size, outcome }
      expect(observed).toEqual(policy(refusals, hasToken))
      expect(observed.requests).toBeLessThanOrEqual(3)
      expect(tokens[1] === localToken).toBe(hasToken && refusals[0] === 'captcha_required')

      // A rejected token is never sent again, not even by the next call.
      const refused = tokens.filter((token, index) => token && refusals[index])
      if (localToken && refusals[0] === 'captcha_invalid') refused.push(localToken)
      const before = tokens.length
      world.sandbox.faults(refuse('captcha_required'))
      expect(await requestCode(world)).toBe('sent')
      expect(tokens[before]).toBeNull()
      expect(refused).not.toContain(tokens[before + 1])
      expect(new Set(refused).size).toBe(refused.length)
      await world.close()
    },
  )
})

test('captcha: a local token is used until it expires', async () => {
  for (const [seconds, dialogs] of [
    [590, 0],
    [600, 1],
  ] as const) {
    const recorded = await openRecordedWorld()
    const { world, tokens } = recorded
    const localToken = await leaveToken(recorded)
    world.advance(seconds)
    world.sandbox.faults(refuse('captcha_required'))
    expect(await requestCode(world)).toBe('sent')
    expect(world.dialogs.size).toBe(dialogs)
    expect(tokens[1] === localToken).toBe(dialogs === 0)
    await world.close()
  }
})

test('captcha: a token that was accepted is tried again until it expires', async () => {
  const { world, tokens } = await openRecordedWorld()
  for (const [seconds, dialogs] of [
    [0, 1],
    [590, 1],
    [10, 2],
  ] as const) {
    world.advance(seconds)
    world.sandbox.faults(refuse('captcha_required'))
    expect(await requestCode(world)).toBe('sent')
    expect(world.dialogs.size).toBe(dialogs)
  }
  expect(tokens[1]).toBe(tokens[3])
  await world.close()
})

test('captcha: a refused reuse asks once, is no retry, and is not tried again', async () => {
  const { world, tokens } = await openRecordedWorld()
  world.sandbox.faults(refuse('captcha_required'))
  expect(await requestCode(world)).toBe('sent')

  // The reuse is refused, then the first answer: the retry is still there.
  world.sandbox.faults(refuse('captcha_required', 'captcha_invalid', 'captcha_invalid'))
  expect(await requestCode(world)).toBe('sent')
  expect(world.dialogs.size).toBe(3)
  expect(tokens.slice(2)).toEqual([null, tokens[1], expect.any(String), expect.any(String)])
  expect(new Set(tokens.slice(2)).size).toBe(4)

  world.sandbox.faults(refuse('captcha_required'))
  expect(await requestCode(world)).toBe('sent')
  expect(world.dialogs.size).toBe(4)
  expect(tokens).toHaveLength(8)
  await world.close()
})

test('captcha: two refusals after a refused reuse fail the call', async () => {
  const { world, tokens } = await openRecordedWorld()
  world.sandbox.faults(refuse('captcha_required'))
  expect(await requestCode(world)).toBe('sent')
  const twice = ['captcha_invalid', 'captcha_invalid']
  world.sandbox.faults(refuse('captcha_required', 'captcha_required', ...twice))
  expect(await requestCode(world)).toBe('captcha_invalid')
  expect(tokens).toHaveLength(6)
  await world.close()
})

test('captcha: the token is URL-encoded in the query', async () => {
  const odd = 'a+b/c=d&e?f#g%20h i'
  const { world, tokens, urls } = await openRecordedWorld((body) =>
    body.replace(/"captcha_token":"[^"]*"/, `"captcha_token":"${odd}"`),
  )
  world.sandbox.faults(refuse('captcha_required'))
  expect(await requestCode(world)).toBe('sent')
  expect(tokens).toEqual([null, odd])
  const raw = /captcha_token=([^&]*)/.exec(urls[1]!)![1]!
  expect(raw).toContain('a%2Bb%2Fc')
  expect(raw).toContain('%26')
  await world.close()
})

describe('captcha: three calls at once', () => {
  const contacts = [1, 2, 3].map((digit) => ({ phone_number: `+86 1380000000${digit}` }))
  const open = async () => {
    const recorded = await openRecordedWorld()
    recorded.world.sandbox.faults(refuse(...contacts.map(() => 'captcha_required')))
    const calls = Promise.allSettled(
      contacts.map((contact) => recorded.world.auth.call(endpoints.sendVerification, contact)),
    )
    await recorded.world.settle({ answering: false })
    return { ...recorded, calls }
  }

  test('captcha: three calls at once share one dialog and its token', async () => {
    const { world, tokens, calls } = await open()
    expect(world.dialogs.size).toBe(1)
    await world.settle()
    expect((await calls).map(({ status }) => status)).toEqual(contacts.map(() => 'fulfilled'))
    expect(world.dialogs.size).toBe(1)
    expect(tokens).toHaveLength(6)
    expect(tokens.slice(0, 3)).toEqual([null, null, null])
    expect(new Set(tokens.slice(3)).size).toBe(1)
    const sentTo = world.sandbox.inbox().map(({ to }) => to)
    expect(sentTo.toSorted()).toEqual(contacts.map((contact) => contact.phone_number))
    await world.close()
  })

  test('captcha: one cancel fails all waiting calls with `cancelled`', async () => {
    const { world, tokens, calls } = await open()
    world.auth.send({ type: 'captcha.cancel' })
    const reasons = (await calls).map((call) => (call as PromiseRejectedResult).reason)
    for (const reason of reasons) {
      expect(reason).toBeInstanceOf(AuthError)
      expect(reason).toMatchObject({ code: 'cancelled', operation: 'captcha' })
    }
    expect(tokens).toHaveLength(3)
    expect(world.auth.get().captcha).toBeUndefined()
    expect(world.countMessages()).toBe(0)
    await world.close()
  })
})

test('captcha: a wrong answer shows its error and another picture', async () => {
  const { world } = await openRecordedWorld()
  world.sandbox.faults(refuse('captcha_required'))
  const call = world.auth.call(endpoints.sendVerification, { phone_number })
  await world.settle({ answering: false })
  const first = world.auth.get().captcha
  expect(first).toMatchObject({ busy: false, error: undefined })

  world.answerCaptcha('wrong')
  await world.settle({ answering: false })
  const second = world.auth.get().captcha
  expect(second).toMatchObject({ busy: false, error: { code: 'invalid_argument' } })
  expect(second!.image).not.toBe(first!.image)
  expect(world.dialogs.size).toBe(2)

  world.answerCaptcha()
  await call
  expect(world.auth.get().captcha).toBeUndefined()
  expect(world.countMessages()).toBe(1)
  await world.close()
})
