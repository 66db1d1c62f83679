import { describe, expect, test } from 'vitest'
import type { AnyStateMachine, ContextFrom } from 'xstate'
import { account } from '../../machines/flows/account.ts'
import { type Edit, gatedEdit } from '../../machines/parts/gatedEdit.ts'
import { request } from '../../machines/core/request.ts'
import { session } from '../../machines/core/session.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { tokens } from '../../machines/core/tokens.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { type Edge, edgesOf, nameOf } from '../support/paths.ts'
import * as endpoints from '../../services/http/endpoints.ts'

type ContextOf<M extends AnyStateMachine> = ContextFrom<M>

const secret = new Secret('sealed')
const fails = (...codes: string[]) => codes.map((code) => ({ error: new AuthError(code) }))
const hostile = fails(
  'unreachable',
  'internal',
  'invalid_response',
  'unauthenticated',
  'permission_denied',
  'invalid_grant',
  'captcha_required',
  'captcha_invalid',
  'cancelled',
  'failed_precondition',
  'not_found',
  'mfa_phone_required',
)

describe('what must be proven again is not done', () => {
  const calls = ['setPassword', 'setContact', 'deleteUser']
  const edits: [string, Edit][] = [
    ['setPassword', { type: 'password.change', password: secret }],
    ['setContact', { type: 'contact.replace', email: 'li@example.com' }],
    ['deleteUser', { type: 'account.delete' }],
  ]
  const stale = {
    'nothing before': undefined,
    'an elevation that has run out': { sudoToken: secret, expiresAt: 0 },
    'one whose token a reload has lost': { isNeedless: false, expiresAt: 900_000 },
    'one without a token that has run out': { isNeedless: true, expiresAt: 0 },
  }
  const fresh = { sudoToken: secret, expiresAt: 1 }
  const elevated = { sudoToken: secret, expiresAt: 900_000 }
  const needless = { isNeedless: true, expiresAt: 900_000 }

  /** The edges that begin one of the calls, whatever the server answers and a person does. */
  function beginnings(edit: Edit, sudo: object | undefined, elevations: object[]) {
    const model = {
      input: { edit, sudo },
      cases: {
        'xstate.done.actor.elevation': elevations.map((output) => ({ output })),
        'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
        'xstate.done.actor.getUser': [{ output: {} }],
        ...Object.fromEntries(
          [...calls, 'elevation', 'verification'].map((name) => [
            `xstate.error.actor.${name}`,
            hostile,
          ]),
        ),
      },
      facts: (context: ContextOf<typeof gatedEdit>) => [
        context.sudo?.expiresAt,
        context.sudoRetried,
        !!context.verificationToken,
        !!context.error,
      ],
    }
    return edgesOf(gatedEdit, model).filter(
      ({ from, to }) => nameOf(from) !== nameOf(to) && calls.some((name) => to.children[name]),
    )
  }

  test.each(edits)('%s without an elevation', (_name, edit) => {
    for (const sudo of Object.values(stale)) expect(beginnings(edit, sudo, [])).toEqual([])
  })

  test.each(edits)('%s but right after an elevation, or while it lasts', (name, edit) => {
    const all = Object.values({ ...stale, fresh }).flatMap((sudo) =>
      beginnings(edit, sudo, [elevated, needless]),
    )
    expect(all.length).toBeGreaterThan(0)
    for (const { event, to } of all) {
      const { sudo } = to.context as ContextOf<typeof gatedEdit>
      const isJustNow = event.type === 'xstate.done.actor.elevation'
      expect([name, isJustNow || sudo!.expiresAt > 0]).toEqual([name, true])
      expect(Object.keys(to.children)).toEqual([name])
    }
  })

  test.each(edits)('%s a second time with a token that was refused', (_name, edit) => {
    const used = beginnings(edit, fresh, [elevated])
      .map(({ to }) => to.context as ContextOf<typeof gatedEdit>)
      .filter(({ sudoRetried }) => sudoRetried)
      .map(({ sudo }) => sudo)
    expect(new Set(used)).toEqual(new Set([elevated]))
  })
})

describe('what somebody has begun', () => {
  interface Context {
    uid?: string
  }
  const people = [
    { uid: 'li', scope: 'user' },
    { uid: 'han', scope: 'user' },
    { uid: 'guest', scope: 'anonymous' },
  ]
  const arrivals = people.flatMap((who) => [who, { ...who, byFlow: true }])
  const edges = edgesOf(session, {
    input: { flows: { account } },
    cases: {
      'flow.start': [{ flow: 'account' }],
      'tokens.restored': people,
      'tokens.kept': arrivals,
      'tokens.lost': [{}, { byFlow: true }, ...fails('invalid_grant')],
      'xstate.done.actor.flow': [{ output: { isDeleted: true } }],
      'xstate.error.actor.flow': hostile,
    },
    facts: ({ uid }: Context) => uid,
    canHappen: (type) => type !== 'flow.resume',
  })
  const at = ({ value }: Edge['from']) => value as { status: string; flow: string }
  const uidOf = ({ context }: Edge['from']) => (context as Context).uid
  /** Somebody is known to be here or not, has begun something, and then is somebody else. */
  const changes = edges.filter(
    ({ from, to }) =>
      at(from).status !== 'unknown' && at(from).flow === 'running' && uidOf(from) !== uidOf(to),
  )

  test('ends, elevation and all, when somebody else is here, or the user is not any more', () => {
    const isGuestLost = ({ from, to }: Edge) =>
      at(from).status === 'anonymous' && uidOf(to) === undefined
    const others = changes.filter((edge) => !edge.event.byFlow && !isGuestLost(edge))
    expect(new Set(others.map(({ to }) => uidOf(to)))).toEqual(
      new Set(['li', 'han', 'guest', undefined]),
    )
    for (const { to } of others) {
      expect(at(to).flow).toBe('idle')
      expect(Object.keys(to.children)).not.toContain('flow')
    }
  })

  test('goes on where it has brought that about itself', () => {
    const own = changes.filter(({ event }) => event.byFlow)
    expect(own.length).toBeGreaterThan(0)
    for (const { to } of own) expect(at(to).flow).toBe('running')
  })
})

describe('a captcha that is refused', () => {
  interface Context {
    serial?: number
    tokenRefreshed: boolean
    captchaToken?: Secret
    captchaRetried: boolean
    repeats: number
  }
  const edges = edgesOf(request(endpoints.sendVerification), {
    input: { phone_number: '+86 13800000000' },
    cases: {
      'xstate.done.actor.refreshTokens': [{ output: { serial: 1 } }, { output: {} }],
      'xstate.done.actor.send': [{ output: {} }],
      'xstate.done.actor.solveCaptcha': [{ output: secret }],
      'xstate.error.actor.refreshTokens': hostile,
      'xstate.error.actor.send': hostile,
      'xstate.error.actor.solveCaptcha': hostile,
      'xstate.error.actor.until': hostile,
    },
    facts: ({ serial, tokenRefreshed, captchaToken, captchaRetried, repeats }: Context) => [
      serial,
      tokenRefreshed,
      !!captchaToken,
      captchaRetried,
      repeats,
    ],
  })
  const hasAskedAnew = ({ context }: Edge['from']) => (context as Context).captchaRetried
  const isRefusal = ({ event }: Edge) =>
    (event.error as AuthError | undefined)?.code.startsWith('captcha_') === true
  const refusals = edges.filter((edge) => isRefusal(edge) && nameOf(edge.from) === 'sending')

  test('is asked for anew once', () => {
    // A call that has asked anew never forgets that it has …
    expect(edges.filter(({ from, to }) => hasAskedAnew(from) && !hasAskedAnew(to))).toEqual([])
    // … and another refusal is its end.
    const again = refusals.filter(({ from }) => hasAskedAnew(from))
    expect(again.length).toBeGreaterThan(0)
    for (const { to } of again) expect(nameOf(to)).toBe('failed')
  })

  test('is asked for anew, and that is remembered, whenever one was sent', () => {
    const first = refusals.filter(
      ({ from, event }) =>
        !hasAskedAnew(from) &&
        ((event.error as AuthError).code === 'captcha_invalid' || !!from.context.captchaToken),
    )
    expect(first.length).toBeGreaterThan(0)
    for (const { to } of first) {
      expect(nameOf(to)).toBe('challenged')
      expect(hasAskedAnew(to)).toBe(true)
    }
  })
})

describe('somebody is signed in', () => {
  test('only by tokens that were stored or kept', () => {
    const who = ({ value }: Edge['from']) => (value as { status: string }).status
    const edges = edgesOf(session, {
      input: { flows: { signIn } },
      cases: {
        'flow.start': [{ flow: 'signIn' }],
        'tokens.restored': [
          { uid: 'li', scope: 'user' },
          { uid: 'g', scope: 'anonymous' },
        ],
        'tokens.kept': [
          { uid: 'li', scope: 'user' },
          { uid: 'g', scope: 'anonymous' },
        ],
        'tokens.lost': [{}, ...fails('invalid_grant')],
        'xstate.done.actor.flow': [{ output: { isNewUser: false } }],
        'xstate.error.actor.flow': hostile,
      },
      facts: ({ uid }: { uid?: string }) => uid,
      canHappen: (type) => type !== 'flow.resume',
    })
    const arrivals = edges.filter(
      ({ from, to }) => who(from) !== who(to) && ['signedIn', 'anonymous'].includes(who(to)),
    )
    expect(new Set(arrivals.map(({ event }) => event.type))).toEqual(
      new Set(['tokens.restored', 'tokens.kept']),
    )
    expect(
      new Set(edges.filter(({ to }) => who(to) === 'unknown').map(({ from }) => who(from))),
    ).toEqual(new Set(['unknown']))
  })

  test('and those are told of only while there are some', () => {
    type Context = ContextOf<typeof tokens>
    const pair = { access_token: secret, refresh_token: secret }
    const edges = edgesOf(tokens, {
      cases: {
        'tokens.keep': [{ tokens: { ...pair, expires_in: 7200 } }],
        'tokens.refresh': [0, 1, 2].map((serial) => ({ serial })),
        'tokens.drop': [{}, { redirect: { redirect_uri: 'https://app.example' } }],
        'xstate.done.actor.load': [
          { output: undefined },
          { output: { ...pair, expiresAt: 1 } },
          { output: { ...pair, expiresAt: -1 } },
          { output: { access_token: secret, expiresAt: -1 } },
        ],
        'xstate.done.actor.refresh': [{ output: { ...pair, expires_in: 7200 } }],
        'xstate.error.actor.load': hostile,
        'xstate.error.actor.refresh': hostile,
      },
      facts: ({ credentials, error, serial }: Context) => [
        credentials && [credentials.expiresAt > 0, !!credentials.refresh_token],
        error?.code,
        Math.min(serial, 1),
      ],
    })
    const told = edges.flatMap(({ to, actions }) =>
      actions
        .map(({ params }) => (params as { event?: { type: string } } | undefined)?.event?.type)
        .filter((type) => /^tokens\.(restored|kept|refreshed|lost)$/.test(type ?? ''))
        .map((type) => [type, nameOf(to), !!(to.context as Context).credentials].join(' ')),
    )
    expect(new Set(told)).toEqual(
      new Set([
        'tokens.restored kept true',
        'tokens.kept kept true',
        'tokens.refreshed kept true',
        'tokens.lost absent false',
      ]),
    )
    const holding = edges.filter(({ to }) => ['kept', 'refreshing', 'pausing'].includes(nameOf(to)))
    expect(holding.length).toBeGreaterThan(0)
    for (const { to } of holding) expect((to.context as Context).credentials).toBeDefined()
  })
})
