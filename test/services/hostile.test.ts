import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, test } from 'vitest'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { AuthError } from '../../services/error.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { answer, type Handler, serve } from './server.ts'

/**
 * A server with malformed answers to every operation, called by the client of a signed-in user. Each
 * call must end with a valid value or an AuthError, and the session must stay as it was.
 */

interface Described {
  shape: Record<string, string>
  signsIn?: boolean
  signsOut?: boolean
}

const described = { ...endpoints } as unknown as Record<string, Described>
const names = Object.keys(described) as (keyof typeof endpoints)[]

/** A valid value of each kind. */
const sound: Record<string, unknown> = {
  string: 'text',
  boolean: true,
  seconds: 7200,
  count: 1,
  record: {},
  list: [],
  secret: 'secret text',
}

const kindOf = (described: string) => described.replace('?', '')

const soundAnswer = ({ shape }: Described) =>
  Object.fromEntries(Object.entries(shape).map(([name, kind]) => [name, sound[kindOf(kind)]]))

/** Checks that a value, unwrapped, is of a kind. */
const isOf: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string' && value.length > 0,
  boolean: (value) => value === true || value === false,
  seconds: (value) => Number.isFinite(value) && Number(value) > 0 && Number(value) < 8e12,
  count: (value) =>
    typeof value === 'string' ? /^\d{1,15}$/.test(value) : isCount(value as number),
  record: (value) => Object(value) === value && !Array.isArray(value) && isShallow(value),
  list: (value) => Array.isArray(value) && isShallow(value),
  secret: (value) => typeof value === 'string' && /^[ -~]+$/.test(value),
}

/** Whether a value has at most 100 levels; those of this file are nested in their first field. */
function isShallow(value: unknown): boolean {
  for (let levels = 0; levels <= 100; levels++) {
    if (Object(value) !== value) return true
    value = Object.values(value as object)[0]
  }
  return false
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0 && value < 1e15

/** Checks that every required field is there, of its kind, and that there is no other field. */
function isSound(value: unknown, { shape }: Described): boolean {
  const fields = Object.entries(value as object)
  const needed = Object.keys(shape).filter((name) => !shape[name]!.endsWith('?'))
  return (
    fields.every(([name, field]) => name in shape && isOf[kindOf(shape[name]!)]!(field)) &&
    needed.every((name) => Object.hasOwn(value as object, name))
  )
}

/** JSON values to put where something else is expected. */
const values = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e308',
  '1e999',
  '9007199254740993',
  '""',
  '"text"',
  '"7200"',
  '"two\\r\\nlines"',
  '"口令"',
  '"NaN"',
  '[]',
  '{}',
  '{"toString":1,"length":-1}',
  '{"__proto__":{"polluted":true}}',
  JSON.stringify('x'.repeat(50_000)),
  nested(20_000, '[', ']'),
  nested(20_000, '{"a":', '}'),
]

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + 'null' + close.repeat(depth)
}

const letters = Buffer.alloc(10 * 2 ** 20, 'x')
const html = '<!doctype html><html><body>502 Bad Gateway</body></html>'

/**
 * Answers to any operation, by name.
 *
 * @param good the valid one
 * @param isLarge with one of 10 MB, which costs the most
 */
function hostileAnswers(good: object, isLarge = false): Record<string, Handler> {
  const text = JSON.stringify(good)
  const opened = text === '{}' ? '{' : `${text.slice(0, -1)},`
  const with_ = (more: string) => `${opened}${more}}`
  const bodies: Record<string, string | Buffer> = {
    'a page': html,
    'an array': `[${text}]`,
    'an empty array': '[]',
    'a null': 'null',
    'a number': '1',
    'a text': '"text"',
    'nothing at all': '',
    'a blank': ' ',
    'truncated JSON': text.slice(0, -1),
    'JSON and more': `${text}}`,
    'two answers': text + text,
    'a NaN': with_('"expires_in":NaN'),
    'a comment': `/**/${text}`,
    'no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0xc0, 0x7d]),
    'a NUL': `${text}\0`,
    ...(isLarge && {
      '10 MB in a field': Buffer.concat([
        Buffer.from(`${opened}"more":"`),
        letters,
        Buffer.from('"}'),
      ]),
    }),
    'extra fields': with_('"more":1,"access_token_":"x","user":{"sub":"other"},"__v":[]'),
    'fields twice': with_(text.slice(1, -1) || '"a":1'),
    'a __proto__': with_('"__proto__":{"polluted":true,"error":"x"}'),
    'a __proto__ alone': `{"__proto__":${text}}`,
    'a constructor': with_('"constructor":{"prototype":{"polluted":true}},"toString":1'),
    'a prototype': with_('"prototype":{"polluted":true},"hasOwnProperty":false,"then":1'),
    'an answer in the answer': `{"data":${text}}`,
    'a deep array': nested(20_000, '[', ']'),
    'a deep object': nested(20_000, '{"a":', '}'),
    'a deep extra field': with_(`"more":${nested(20_000, '[', ']')}`),
    'code and message': '{"code":"INVALID_ENV","message":"env not found"}',
    'code and message beside it': with_('"code":"INVALID_ENV","message":{}'),
    'a numeric code': with_('"code":404,"message":"x"'),
    'an error by number': with_('"error":5'),
    'an error by record': with_('"error":{"code":"invalid_grant"}'),
    'an error by array': with_('"error":["invalid_grant"]'),
    'an error by flag': with_('"error":true'),
    'an error of 100 kB': with_(`"error":"${'x'.repeat(100_000)}"`),
    'an error in HTML': with_('"error":"<b>invalid_grant</b>"'),
    'an error called like a method': with_('"error":"constructor"'),
    'an odd description': with_('"error":"internal","error_description":{"a":1},"retry_after":"x"'),
    'an endless wait': with_('"error":"internal","retry_after":1e999'),
  }
  const entries = Object.entries(bodies).map(([label, body]) => [label, answer(200, body)])
  const named: Record<string, Handler> = {
    'the type of HTML': answer(200, text, { 'content-type': 'text/html' }),
    'the type of a picture': answer(200, text, { 'content-type': 'image/png' }),
    'an odd charset': answer(200, text, { 'content-type': 'application/json; charset=utf-16' }),
    'no type': (_, response) => response.end(text),
    'a stream of events': answer(200, text, { 'content-type': 'text/event-stream' }),
    'gzip that is none': answer(200, text, { 'content-encoding': 'gzip' }),
    'fewer bytes than said': (_, response) => {
      response.writeHead(200, { 'content-length': '100000' })
      response.write(text, () => response.destroy())
    },
    'half an answer': (_, response) => {
      response.writeHead(200)
      response.write(text.slice(0, -1), () => response.destroy())
    },
    'no answer': (_, response) => response.destroy(),
    'no HTTP': (_, response) => {
      response.socket?.write('SSH-2.0-OpenSSH_9.9\r\n\r\n')
      response.socket?.destroy()
    },
    'a redirect': answer(307, text, { location: '/elsewhere' }),
    'no content': (_, response) => response.writeHead(204).end(),
    'a refusal that looks well': answer(400, text),
    'a failure that looks well': answer(500, text),
    'a failure without a word': answer(502),
    'a failure in an array': answer(500, `[${text}]`),
    'an unknown status': answer(599, text),
    'a network that wants its own sign-in': answer(401, html, { 'www-authenticate': 'Basic' }),
    'a firewall': answer(403, html),
    'a wrong address': answer(404, html),
    'a proxy': answer(407, html),
    'a limit': answer(429, html, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }),
    'a wait that is none': answer(503, text, { 'retry-after': 'never' }),
  }
  return { ...Object.fromEntries(entries), ...named }
}

const nameOf = (it: Described) => names.find((name) => described[name] === it)

/** An answer for each field and each value in its place, and for each field that is missing. */
function fieldAnswers(it: Described) {
  // A shape that was tried with another endpoint needs only a few values.
  const isFirst = names.find((name) => described[name]!.shape === it.shape) === nameOf(it)
  const tried = isFirst ? values : ['true', '""', '[]', '{"toString":1,"length":-1}']
  return Object.entries(it.shape).flatMap(([field, kind]) =>
    [undefined, ...tried].map((value) => {
      const { [field]: _, ...others } = soundAnswer(it)
      const rest = JSON.stringify(others).slice(1, -1)
      const own = value && `${JSON.stringify(field)}:${value}`
      const parsed: unknown = JSON.parse(value ?? 'null')
      const isMissing = parsed === null || parsed === ''
      return {
        label: `${field}: ${value?.slice(0, 60)}`,
        text: `{${[rest, own].filter(Boolean).join()}}`,
        isRefused: isMissing ? !kind.endsWith('?') : !isOf[kindOf(kind)]!(parsed),
      }
    }),
  )
}

const tokens = {
  access_token: 'access canary',
  refresh_token: 'refresh canary',
  expires_in: 7200,
  sub: 'anna',
}

/** A clock whose waits end at once, so that retries take no time. */
const clock = { now: () => Date.now(), until: async () => undefined }

/** The client of a signed-in user, and a server whose answers can be set. */
async function signedIn(store: Store = memoryStore()) {
  const server = await serve()
  const auth = createAuth({
    env: 'demo',
    endpoint: server.origin,
    storage: { shared: store, tab: memoryStore() },
    flows: {},
    clock,
  })
  auth.start()
  const signIn = async () => {
    server.handler = answer(200, tokens)
    await auth.call(endpoints.signIn, { username: 'anna', password: 'password canary' })
    return session()
  }
  const session = async () => {
    const { status, user, captcha, busy } = auth.get()
    return JSON.stringify([await store.get('credentials_demo'), status, user?.uid, captcha, busy])
  }
  return { server, auth, signIn, session }
}

const input = { provider_id: 'wx_open', version: 'v1' }

type Outcome = { value: unknown } | { thrown: unknown }

const settle = (call: Promise<unknown>): Promise<Outcome> =>
  call.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  )

/** The faults in how a call has ended. */
function faultOf(outcome: Outcome, operation: string): string | undefined {
  if ('value' in outcome) {
    return isSound(outcome.value, described[operation]!) ? undefined : 'an unsound value'
  }
  const { thrown } = outcome
  if (!(thrown instanceof AuthError)) return `no AuthError: ${String(thrown)}`
  // A refused access token is refreshed first, which fails as well.
  const operations = thrown.status === 401 ? [operation, 'refresh'] : [operation]
  if (!operations.includes(thrown.operation ?? '')) return `of ${thrown.operation}`
  if (!/^[\w.-]{1,64}$/.test(thrown.code)) return 'an odd code'
  if (thrown.retryAfter !== undefined && !(thrown.retryAfter < Infinity)) return 'an odd wait'
  return thrown.message.length < 1000 && !thrown.message.includes('canary')
    ? undefined
    : 'an odd message'
}

const isPolluted = () =>
  'polluted' in {} || 'error' in {} || Object.keys(Object.prototype).length > 0

describe.each(names)('%s', (name) => {
  const it = described[name]!

  /** Calls once for each answer and lists the faults. */
  async function callAll(
    answers: Record<string, Handler>,
    isRefused: (answer: string) => boolean | undefined,
  ) {
    const { server, auth, signIn, session } = await signedIn()
    const found: string[] = []
    let before = await signIn()
    for (const [label, handler] of Object.entries(answers)) {
      server.handler = handler
      const outcome = await settle(auth.call(endpoints[name] as never, input as never))
      const isDone = 'value' in outcome
      const mayChange = isDone && (it.signsIn || it.signsOut)
      const fault =
        faultOf(outcome, name) ??
        (isRefused(label) === isDone ? `refused: ${!isDone}` : undefined) ??
        (!mayChange && (await session()) !== before ? 'another session' : undefined) ??
        (isPolluted() ? 'pollution' : undefined)
      if (fault) found.push(`${label}: ${fault}`)
      if (mayChange) before = await signIn()
    }
    auth.stop()
    expect(server.requests.filter(({ path }) => path === '/elsewhere')).toEqual([])
    return found
  }

  test(`${name}: any answer ends with a valid value or an AuthError`, async () => {
    // The status counts whatever the body is; the others may be read as valid.
    const isRefused = (label: string) =>
      /^(a redirect|an unknown status|a (refusal|failure) .*)$/.test(label) || undefined
    const isLarge = name === 'getUser' || name === 'signIn'
    expect(await callAll(hostileAnswers(soundAnswer(it), isLarge), isRefused)).toEqual([])
  })

  test(`${name}: each field of each wrong type is refused`, async () => {
    const cases = fieldAnswers(it)
    const answers = Object.fromEntries(cases.map(({ label, text }) => [label, answer(200, text)]))
    const refused = new Map(cases.map(({ label, isRefused }) => [label, isRefused]))
    expect(await callAll(answers, (label) => refused.get(label)!)).toEqual([])
  })
})

/** An expired session in the store of a page. */
async function expired() {
  const store = memoryStore()
  const expires_at = new Date(Date.now() - 1000).toISOString()
  await store.set('credentials_demo', JSON.stringify({ ...tokens, expires_at, version: 'v1' }))
  const opened = await signedIn(store)
  await opened.auth.getAccessToken().catch(() => undefined)
  return { ...opened, before: await opened.session() }
}

test('refresh: only an answer that rejects the token ends the session', async () => {
  const refresh = described['refresh']!
  const fields = fieldAnswers(refresh).map(({ label, text }) => [label, answer(200, text)] as const)
  const answers = { ...hostileAnswers(soundAnswer(refresh), true), ...Object.fromEntries(fields) }
  const found: string[] = []
  let { server, auth, session, before } = await expired()
  for (const [label, handler] of Object.entries(answers)) {
    server.handler = handler
    const outcome = await settle(auth.getAccessToken())
    const isDone = 'value' in outcome
    const status = auth.get().status
    if (status !== 'signedIn') found.push(`${label}: ${status}`)
    else if (!isDone && (await session()) !== before) found.push(`${label}: another session`)
    else if (!isDone && faultOf(outcome, 'refresh'))
      found.push(`${label}: ${faultOf(outcome, 'refresh')}`)
    else if (isDone && !isOf['secret']!(outcome.value)) found.push(`${label}: no token`)
    if (isDone) {
      auth.stop()
      ;({ server, auth, session, before } = await expired())
    }
  }
  expect(found).toEqual([])
  server.handler = answer(400, { error: 'invalid_grant' })
  expect(await settle(auth.getAccessToken())).toMatchObject({ thrown: { code: 'invalid_grant' } })
  expect(auth.get().status).toBe('signedOut')
  auth.stop()
})

test.each(['createCaptcha', 'verifyCaptcha'])(
  'no answer to %s leaves a dialog that cannot be closed',
  async (name) => {
    const path = { createCaptcha: '/captcha/data', verifyCaptcha: '/captcha/data/verify' }[name]!
    const answers = hostileAnswers(soundAnswer(described[name]!))
    const { server, auth, signIn, session } = await signedIn()
    const before = await signIn()
    let isAnswered = false
    auth.subscribe(({ captcha }) => {
      if (!captcha || captcha.busy) return
      auth.send(isAnswered ? { type: 'captcha.cancel' } : { type: 'captcha.answer', text: 'x' })
      isAnswered = true
    })
    const found: string[] = []
    for (const [label, handler] of Object.entries(answers)) {
      isAnswered = false
      server.handler = (request, response) => {
        const isAsked = request.path.endsWith(path)
        const isPicture = request.path.endsWith('/captcha/data')
        const picture = answer(200, soundAnswer(described['createCaptcha']!))
        const demand = answer(400, { error: 'captcha_required' })
        ;(isAsked ? handler : isPicture ? picture : demand)(request, response)
      }
      const outcome = await settle(auth.call(endpoints.sendVerification, { email: 'a@b.example' }))
      const isTyped = 'thrown' in outcome && outcome.thrown instanceof AuthError
      if (!isTyped) found.push(label)
      if ((await session()) !== before) found.push(`${label}: ${await session()}`)
    }
    expect(found).toEqual([])
    auth.stop()
  },
)
