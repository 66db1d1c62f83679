import * as endpoints from '../../services/http/endpoints.ts'
import { expect, expectTypeOf, test } from 'vitest'
import { setup } from 'xstate'
import {
  type account,
  type Auth,
  createAuth,
  type AuthEvent,
  signIn,
  type View,
} from 'cloudbase-authflow'

type Flows = { signIn: typeof signIn }
type Event = AuthEvent<Flows>
type AccountEvent = AuthEvent<{ account: typeof account }>

test('View: the steps are those of the flow and of the parts it invokes', () => {
  expectTypeOf<'askingAccount' | 'askingCode' | 'verifyingCode' | 'askingProfile'>().toExtend<
    View<Flows>['step']
  >()
  expectTypeOf<'verification'>().not.toExtend<View<Flows>['step']>()
  expectTypeOf<'sending'>().not.toExtend<View<Flows>['step']>()
})

test('AuthEvent: the events are those of the flows, with secrets as plain text', () => {
  expectTypeOf<{ type: 'code.submit'; code: string }>().toExtend<Event>()
  expectTypeOf<{ type: 'password.submit'; username: string; password: string }>().toExtend<Event>()
  expectTypeOf<{ type: 'flow.start'; flow: 'signIn' }>().toExtend<Event>()
  expectTypeOf<{ type: 'flow.start'; flow: 'signUp' }>().not.toExtend<Event>()
  expectTypeOf<{ type: 'code.submitted'; code: string }>().not.toExtend<Event>()
  expectTypeOf<{
    type: 'contact.submit'
    email: string
    phone_number: string
  }>().not.toExtend<Event>()
})

test('AuthEvent: the events of nested parts are included', () => {
  expectTypeOf<{ type: 'edit.cancel' }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'provider.return'; url: string }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.request' }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.submit'; code: string }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.submitted'; code: string }>().not.toExtend<AccountEvent>()
})

test('AuthEvent: a machine that declares no events adds none', () => {
  const undeclared = setup({}).createMachine({})
  const auth = createAuth({ env: 'demo', flows: { signIn, undeclared } })
  type Mixed = Parameters<typeof auth.send>[0]
  expectTypeOf<{ type: 'flow.start'; flow: 'undeclared' }>().toExtend<Mixed>()
  expectTypeOf<{ type: 'guest.enter' }>().toExtend<Mixed>()
  expectTypeOf<{ type: 'code.submitted'; code: string }>().not.toExtend<Mixed>()
})

test('AuthOptions: a flow can have any name', () => {
  const create = () =>
    createAuth({
      env: 'demo',
      flows: { captcha: signIn, idle: signIn, tokens: signIn, 'a.b': signIn, 登录: signIn },
    })
  expectTypeOf(create).returns.toEqualTypeOf<
    Auth<{
      captcha: typeof signIn
      idle: typeof signIn
      tokens: typeof signIn
      'a.b': typeof signIn
      登录: typeof signIn
    }>
  >()
  expect(create).not.toThrow()
})

test('auth.call: the parameters and the result have the types of the endpoint', () => {
  const auth = createAuth({ env: 'demo', flows: { signIn } })
  expectTypeOf(auth).toEqualTypeOf<Auth<{ signIn: typeof signIn }>>()
  const calls = () => {
    expectTypeOf(auth.call(endpoints.getUser)).resolves.toHaveProperty('sub')
    expectTypeOf(auth.call(endpoints.verify, { verification_id: 'a', verification_code: 'b' }))
      .resolves.toHaveProperty('verification_token')
      .toEqualTypeOf<string>()
    // @ts-expect-error the code is missing
    void auth.call(endpoints.verify, { verification_id: 'a' })
  }
  expect(calls).toBeTypeOf('function')
})
