import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import {
  consoleMethods,
  openWatchedWorld,
  redirect_uri,
  typed,
  type WatchedWorld,
} from '../support/watchedWorld.ts'
import type { WorldOptions } from '../support/world.ts'

const account = { username: 'lihua', password: typed.password }

type Event = Parameters<WatchedWorld['auth']['send']>[0]

/** Sends the events one after the other, each once only the user can go on. */
const send =
  (...events: Event[]) =>
  async (world: WatchedWorld) => {
    for (const event of events) {
      world.auth.send(event)
      await world.settle()
    }
  }
const start = { type: 'flow.start', flow: 'signIn' } as const
const submitContact = { type: 'contact.submit', phone_number: '+86 13800000000' } as const
const submitCode = (code: string) => ({ type: 'code.submit', code }) as const
const prepareSignUp = {
  type: 'signUp.prepare',
  profile: { name: 'Li Hua' },
  password: typed.password,
} as const
const submitPassword = { type: 'password.submit', ...account } as const
const signUp = [start, submitContact, prepareSignUp, submitCode(typed.code)]

const fault = (path: string, answer: object) => ({
  method: '*',
  path: `/auth/v1/${path}`,
  ...answer,
})
const html = { status: 500, body: `<h1>Oops</h1><!-- ${JSON.stringify(typed)} -->` }
const rejected = { status: 400, body: { error: 'invalid_grant' } }
const unauthenticated = { status: 401, body: { error: 'unauthenticated' } }

type Course = [options: WorldOptions, run: (world: WatchedWorld) => Promise<void>]
const courses: Record<string, Course> = {
  'sign-up by code with a captcha on every call': [{ interruption: 'captcha' }, send(...signUp)],
  'sign-in by password with a captcha on every call': [
    { interruption: 'captcha' },
    send(start, submitPassword),
  ],
  'sign-up by code with a captcha by page': [
    { captcha: captchaPage({ redirect_uri }) },
    async (world) => {
      const refusal = { status: 400, body: { error: 'captcha_required' } }
      world.sandbox.faults([fault('verification', refusal), fault('signup', refusal)])
      await send(...signUp)(world)
    },
  ],
  'a wrong code, then the right one': [
    {},
    send(start, submitContact, submitCode(typed.wrongCode), submitCode(typed.code)),
  ],
  'a wrong password': [{}, send(start, { ...submitPassword, password: typed.wrongCode })],
  'a network that fails on every first call': [
    { interruption: 'network failure' },
    send(
      start,
      ...[submitContact, submitCode(typed.code), prepareSignUp].flatMap((each) => [each, each]),
      { type: 'signIn.retry' },
    ),
  ],
  'a server that answers everything with HTML': [
    {},
    async (world) => {
      await send(start, submitContact, prepareSignUp)(world)
      world.sandbox.faults([{ ...fault('*', html), times: 9 }])
      await send(submitCode(typed.code), submitCode(typed.wrongCode))(world)
      await send({ type: 'contact.change' }, submitPassword)(world)
    },
  ],
  'a rejected access token, then a rejected refresh token': [
    {},
    async (world) => {
      await send(start, submitPassword)(world)
      world.sandbox.faults([fault('user/me', unauthenticated)])
      await world.call(endpoints.getUser)
      world.sandbox.faults([fault('user/me', unauthenticated), fault('token', rejected)])
      await world.call(endpoints.getUser)
    },
  ],
  'a page that reloads after every step': [
    {},
    async (world) => {
      for (const event of signUp) {
        await send(event)(world)
        await world.reload()
      }
    },
  ],
  'auth.call, and signing out': [
    {},
    async (world) => {
      await world.call(endpoints.signIn, account)
      await world.call(endpoints.signIn, { ...account, password: typed.wrongCode })
      await world.call(endpoints.sendVerification, { phone_number: submitContact.phone_number })
      const { verification_id } = world.sandbox.inbox()[0]!
      await world.call(endpoints.verify, { verification_id, verification_code: typed.wrongCode })
      await world.call(endpoints.verify, { verification_id, verification_code: typed.code })
      await send({ type: 'session.end' })(world)
    },
  ],
}

describe('no secret is ever seen', () => {
  beforeEach(() => {
    for (const method of consoleMethods) {
      vi.spyOn(console, method).mockImplementation(() => undefined)
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const sentKinds = new Set<string>()

  test.each(Object.entries(courses))(
    'secrets: none is seen during %s',
    async (_name, [options, run]) => {
      const world = await openWatchedWorld(options)
      await world.sandbox.addUser(account)
      await run(world)
      for (const [secret, name] of world.secrets) if (world.sent.has(secret)) sentKinds.add(name)
      expect(world.leaks()).toEqual([])
      await world.close()
    },
  )

  test('secrets: the courses above send every kind of secret', () => {
    const kinds = [
      ...Object.keys(typed),
      'access_token',
      'refresh_token',
      'verification_token',
      'captcha_token',
      'token',
    ]
    expect([...sentKinds]).toEqual(expect.arrayContaining(kinds))
  })
})
