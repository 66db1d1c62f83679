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
import { type Edge, edgesOf, nameOf } from '../support/edges.ts'
import * as endpoints from '../../services/http/endpoints.ts'

type ContextOf<M extends AnyStateMachine> = ContextFrom<M>

const secret = new Secret('a secret')
const fails = (...codes: string[]) => codes.map((code) => ({ error: new AuthError(code) }))
const failures = fails(
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

/** Leaves out what changes neither the user nor the running flow, and what a reload sends. */
const isModelled = (type: string) => !/^(code|codes|calls)\.|^flow\.resume$/.test(type)

describe('gatedEdit', () => {
  const calls = ['setPassword', 'setContact', 'deleteUser']
  const edits: [string, Edit][] = [
    ['setPassword', { type: 'password.change', password: secret }],
    ['setContact', { type: 'contact.replace', email: 'li@example.com' }],
    ['deleteUser', { type: 'account.delete' }],
  ]
  const stale = {
    'no elevation': undefined,
    'an expired elevation': { sudoToken: secret, expiresAt: 0 },
    'an elevation whose token a reload has lost': { isNeedless: false, expiresAt: 900_000 },
    'an expired elevation without a token': { isNeedless: true, expiresAt: 0 },
  }
  const fresh = { sudoToken: secret, expiresAt: 1 }
  const elevated = { sudoToken: secret, expiresAt: 900_000 }
  const needless = { isNeedless: true, expiresAt: 900_000 }

  /** The edges that start one of the calls, whatever the server answers and the user does. */
  function startsOf(edit: Edit, sudo: object | undefined, elevations: object[]) {
    const model = {
      input: { edit, sudo },
      cases: {
        'xstate.done.actor.elevation': elevations.map((output) => ({ output })),
        'xstate.done.actor.verification': [{ output: { verificationToken: secret } }],
        'xstate.done.actor.getUser': [{ output: {} }],
        ...Object.fromEntries(
          [...calls, 'elevation', 'verification'].map((name) => [
            `xstate.error.actor.${name}`,
            failures,
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

  test.each(edits)('gatedEdit: %s is never called without an elevation', (_name, edit) => {
    for (const sudo of Object.values(stale)) expect(startsOf(edit, sudo, [])).toEqual([])
  })

  test.each(edits)(
    'gatedEdit: %s is called only right after an elevation, or while it is valid',
    (name, edit) => {
      const all = Object.values({ ...stale, fresh }).flatMap((sudo) =>
        startsOf(edit, sudo, [elevated, needless]),
      )
      expect(all.length).toBeGreaterThan(0)
      for (const { event, to } of all) {
        const { sudo } = to.context as ContextOf<typeof gatedEdit>
        const isJustNow = event.type === 'xstate.done.actor.elevation'
        expect([name, isJustNow || sudo!.expiresAt > 0]).toEqual([name, true])
        expect(Object.keys(to.children)).toEqual([name])
      }
    },
  )

  test.each(edits)(
    'gatedEdit: %s is never repeated with a sudo token that was rejected',
    (_name, edit) => {
      const used = startsOf(edit, fresh, [elevated])
        .map(({ to }) => to.context as ContextOf<typeof gatedEdit>)
        .filter(({ sudoRetried }) => sudoRetried)
        .map(({ sudo }) => sudo)
      expect(new Set(used)).toEqual(new Set([elevated]))
    },
  )
})

describe('session: the running flow', () => {
  interface Context {
    uid?: string
  }
  const users = [
    { uid: 'li', scope: 'user' },
    { uid: 'han', scope: 'user' },
    { uid: 'guest', scope: 'anonymous' },
  ]
  const sessions = users.flatMap((user) => [user, { ...user, byFlow: true }])
  const edges = edgesOf(session, {
    input: { flows: { account } },
    cases: {
      'flow.start': [{ flow: 'account' }],
      'tokens.restored': users,
      'tokens.kept': sessions,
      'tokens.lost': [{}, { byFlow: true }, ...fails('invalid_grant')],
      'xstate.done.actor.flow': [{ output: { isDeleted: true } }],
      'xstate.error.actor.flow': failures,
    },
    facts: ({ uid }: Context) => uid,
    canHappen: isModelled,
  })
  const at = ({ value }: Edge['from']) => value as { status: string; flow: string }
  const uidOf = ({ context }: Edge['from']) => (context as Context).uid
  /** The edges by which the user changes while a flow runs. */
  const changes = edges.filter(
    ({ from, to }) =>
      at(from).status !== 'unknown' && at(from).flow === 'running' && uidOf(from) !== uidOf(to),
  )

  test('session: the running flow ends when the user changes by something else', () => {
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

  test('session: the running flow goes on when it has changed the user itself', () => {
    const own = changes.filter(({ event }) => event.byFlow)
    expect(own.length).toBeGreaterThan(0)
    for (const { to } of own) expect(at(to).flow).toBe('running')
  })
})

describe('request: a captcha that is rejected', () => {
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
      'xstate.error.actor.refreshTokens': failures,
      'xstate.error.actor.send': failures,
      'xstate.error.actor.solveCaptcha': failures,
      'xstate.error.actor.until': failures,
    },
    facts: ({ serial, tokenRefreshed, captchaToken, captchaRetried, repeats }: Context) => [
      serial,
      tokenRefreshed,
      !!captchaToken,
      captchaRetried,
      repeats,
    ],
  })
  const hasRetried = ({ context }: Edge['from']) => (context as Context).captchaRetried
  const isRejection = ({ event }: Edge) =>
    (event.error as AuthError | undefined)?.code.startsWith('captcha_') === true
  const rejections = edges.filter((edge) => isRejection(edge) && nameOf(edge.from) === 'sending')

  test('request: another captcha is asked for once', () => {
    // A request does not forget that it has asked again,
    expect(edges.filter(({ from, to }) => hasRetried(from) && !hasRetried(to))).toEqual([])
    // and another rejection ends it.
    const again = rejections.filter(({ from }) => hasRetried(from))
    expect(again.length).toBeGreaterThan(0)
    for (const { to } of again) expect(nameOf(to)).toBe('failed')
  })

  test('request: a rejected captcha token is always followed by another captcha, and that is remembered', () => {
    const first = rejections.filter(
      ({ from, event }) =>
        !hasRetried(from) &&
        ((event.error as AuthError).code === 'captcha_invalid' || !!from.context.captchaToken),
    )
    expect(first.length).toBeGreaterThan(0)
    for (const { to } of first) {
      expect(nameOf(to)).toBe('challenged')
      expect(hasRetried(to)).toBe(true)
    }
  })
})

describe('session: the status', () => {
  test('session: only tokens that were restored or kept sign in', () => {
    const statusOf = ({ value }: Edge['from']) => (value as { status: string }).status
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
        'xstate.error.actor.flow': failures,
      },
      facts: ({ uid }: { uid?: string }) => uid,
      canHappen: isModelled,
    })
    const signIns = edges.filter(
      ({ from, to }) =>
        statusOf(from) !== statusOf(to) && ['signedIn', 'anonymous'].includes(statusOf(to)),
    )
    expect(new Set(signIns.map(({ event }) => event.type))).toEqual(
      new Set(['tokens.restored', 'tokens.kept']),
    )
    expect(
      new Set(
        edges.filter(({ to }) => statusOf(to) === 'unknown').map(({ from }) => statusOf(from)),
      ),
    ).toEqual(new Set(['unknown']))
  })

  test('tokens: the session is notified of tokens only while there are some', () => {
    type Context = ContextOf<typeof tokens>
    const pair = { access_token: secret, refresh_token: secret }
    const edges = edgesOf(tokens, {
      cases: {
        'tokens.keep': [{ tokens: { ...pair, expires_in: 7200 } }],
        'tokens.refresh': [0, 1, 2].map((serial) => ({ serial })),
        'tokens.drop': [{}, { redirect: { redirect_uri: 'https://app.example' } }],
        'pair.restored': [{ credentials: { ...pair, expiresAt: 1 } }],
        'pair.refreshed': [{ credentials: { ...pair, expiresAt: 1 } }],
        'pair.lost': [{}, ...fails('invalid_grant')],
        'xstate.error.actor.load': failures,
        'xstate.error.actor.refresh': failures,
      },
      facts: ({ credentials, error, serial }: Context) => [
        credentials && [credentials.expiresAt > 0, !!credentials.refresh_token],
        error?.code,
        Math.min(serial, 1),
      ],
    })
    const notified = edges.flatMap(({ to, actions }) =>
      actions
        .map(({ params }) => (params as { event?: { type: string } } | undefined)?.event?.type)
        .filter((type) => /^tokens\.(restored|kept|refreshed|lost)$/.test(type ?? ''))
        .map((type) => [type, nameOf(to), !!(to.context as Context).credentials].join(' ')),
    )
    expect(new Set(notified)).toEqual(
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
