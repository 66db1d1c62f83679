import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import type { Fault } from '../../sandbox/index.ts'
import { openWorld, type World } from '../support/world.ts'

type Refusal = 'captcha_required' | 'captcha_invalid'
interface Course {
  requests: number
  dialogs: number
  outcome: 'sent' | Refusal
}

/**
 * The policy in its own words: what a call does about each refusal in turn. Required, and none was
 * sent: a token at hand will do, else a person is asked. Invalid, or required although one was
 * sent: whatever is at hand is forgotten and a person asked anew, once; then the call has failed.
 */
function policy(refusals: Refusal[], hasToken: boolean): Course {
  let dialogs = 0
  let hasSent = false
  let hasAskedAnew = false
  for (const [index, refusal] of refusals.entries()) {
    if (refusal === 'captcha_required' && !hasSent) {
      if (!hasToken) dialogs++
    } else if (hasAskedAnew) {
      return { requests: index + 1, dialogs, outcome: refusal }
    } else {
      hasAskedAnew = true
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

/** A world that notes which captcha token each call to the endpoint carried. */
async function openNotedWorld(rewrite = (body: string) => body) {
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

/** Asks for a code; the person answers every picture rightly. */
async function send(world: World): Promise<Course['outcome']> {
  try {
    await world.call('sendVerification', { phone_number })
    return 'sent'
  } catch (error) {
    return (error as AuthError).code as Refusal
  }
}

/** A person has answered, but then something else was wrong: the token was not spent. */
async function leaveToken({ world, tokens }: Awaited<ReturnType<typeof openNotedWorld>>) {
  world.sandbox.faults(refuse('captcha_required', 'internal'))
  expect(await send(world)).toBe('internal')
  world.dialogs.clear()
  return tokens.splice(0).at(-1)!
}

describe.each([
  ['no token at hand', false],
  ['an unspent token at hand', true],
])('with %s', (_name, hasToken) => {
  test.each(all.map((refusals) => [refusals.join(', '), refusals] as const))(
    '%s',
    async (_name, refusals) => {
      const noted = await openNotedWorld()
      const { world, tokens } = noted
      const atHand = hasToken ? await leaveToken(noted) : undefined
      world.sandbox.faults(refuse(...refusals))

      const outcome = await send(world)
      const course = { requests: tokens.length, dialogs: world.dialogs.size, outcome }
      expect(course).toEqual(policy(refusals, hasToken))
      expect(course.requests).toBeLessThanOrEqual(3)
      expect(tokens[1] === atHand).toBe(hasToken && refusals[0] === 'captcha_required')

      // Whatever was refused is never sent again, not even by the next call.
      const refused = tokens.filter((token, index) => token && refusals[index])
      if (atHand && refusals[0] === 'captcha_invalid') refused.push(atHand)
      const before = tokens.length
      world.sandbox.faults(refuse('captcha_required'))
      expect(await send(world)).toBe('sent')
      expect(tokens[before]).toBeNull()
      expect(refused).not.toContain(tokens[before + 1])
      expect(new Set(refused).size).toBe(refused.length)
      await world.close()
    },
  )
})

test('a token at hand is used until it expires, and not a moment longer', async () => {
  for (const [seconds, dialogs] of [
    [590, 0],
    [600, 1],
  ] as const) {
    const noted = await openNotedWorld()
    const { world, tokens } = noted
    const atHand = await leaveToken(noted)
    world.advance(seconds)
    world.sandbox.faults(refuse('captcha_required'))
    expect(await send(world)).toBe('sent')
    expect(world.dialogs.size).toBe(dialogs)
    expect(tokens[1] === atHand).toBe(dialogs === 0)
    await world.close()
  }
})

test('a token that did its work is spent', async () => {
  const { world, tokens } = await openNotedWorld()
  for (const dialogs of [1, 2]) {
    world.sandbox.faults(refuse('captcha_required'))
    expect(await send(world)).toBe('sent')
    expect(world.dialogs.size).toBe(dialogs)
  }
  expect(new Set(tokens.filter(Boolean)).size).toBe(2)
  await world.close()
})

test('the token goes out URL-encoded', async () => {
  const odd = 'a+b/c=d&e?f#g%20h i'
  const { world, tokens, urls } = await openNotedWorld((body) =>
    body.replace(/"captcha_token":"[^"]*"/, `"captcha_token":"${odd}"`),
  )
  world.sandbox.faults(refuse('captcha_required'))
  expect(await send(world)).toBe('sent')
  expect(tokens).toEqual([null, odd])
  const raw = /captcha_token=([^&]*)/.exec(urls[1]!)![1]!
  expect(raw).toContain('a%2Bb%2Fc')
  expect(raw).toContain('%26')
  await world.close()
})

describe('three calls at once', () => {
  const contacts = [1, 2, 3].map((digit) => ({ phone_number: `+86 1380000000${digit}` }))
  const open = async () => {
    const noted = await openNotedWorld()
    noted.world.sandbox.faults(refuse(...contacts.map(() => 'captcha_required')))
    const calls = Promise.allSettled(
      contacts.map((contact) => noted.world.auth.call(endpoints.sendVerification, contact)),
    )
    await noted.world.settle({ answering: false })
    return { ...noted, calls }
  }

  test('show one dialog, and each is made again with its answer', async () => {
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

  test('are all refused by one cancel, with one typed error', async () => {
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

test('a wrong answer shows why, and another picture', async () => {
  const { world } = await openNotedWorld()
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
