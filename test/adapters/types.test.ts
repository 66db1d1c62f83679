import * as endpoints from '../../services/http/endpoints.ts'
import { expect, expectTypeOf, test } from 'vitest'
import { setup } from 'xstate'
import {
  type account,
  type Auth,
  AuthError,
  type AuthOptions,
  createAuth,
  type AuthEvent,
  signIn,
  type View,
} from 'cloudbase-authflow'

type Flows = { signIn: typeof signIn }
type Event = AuthEvent<Flows>
type AccountEvent = AuthEvent<{ account: typeof account }>

test('the steps of a view are those of its flow and of what the flow hands over to', () => {
  expectTypeOf<'askingAccount' | 'askingCode' | 'verifyingCode' | 'askingProfile'>().toExtend<
    View<Flows>['step']
  >()
  expectTypeOf<'verification'>().not.toExtend<View<Flows>['step']>()
  expectTypeOf<'sending'>().not.toExtend<View<Flows>['step']>()
})

test('events are those of the flows given, with secrets as plain text', () => {
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

test('events are also those of what a flow hands over to, however deep', () => {
  expectTypeOf<{ type: 'edit.cancel' }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'provider.return'; url: string }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.request' }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.submit'; code: string }>().toExtend<AccountEvent>()
  expectTypeOf<{ type: 'code.submitted'; code: string }>().not.toExtend<AccountEvent>()
})

test('a machine that declares no events adds none, not all', () => {
  const undeclared = setup({}).createMachine({})
  const auth = createAuth({ env: 'demo', flows: { signIn, undeclared } })
  type Mixed = Parameters<typeof auth.send>[0]
  expectTypeOf<{ type: 'flow.start'; flow: 'undeclared' }>().toExtend<Mixed>()
  expectTypeOf<{ type: 'guest.enter' }>().toExtend<Mixed>()
  expectTypeOf<{ type: 'code.submitted'; code: string }>().not.toExtend<Mixed>()
})

test('a flow is not called what the session or its chart means something else by', () => {
  type Taken<Name extends string> =
    Record<Name, typeof signIn> extends AuthOptions<Record<Name, typeof signIn>>['flows']
      ? true
      : false
  expectTypeOf<Taken<'signIn' | 'a-b' | 'toString' | '登录'>>().toEqualTypeOf<true>()
  expectTypeOf<Taken<string>>().toEqualTypeOf<true>()
  expectTypeOf<Taken<'captcha'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<'idle'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<'signIn' | 'tokens'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<'a.b'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<'#a'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<'a\\b'>>().toEqualTypeOf<false>()
  expectTypeOf<Taken<''>>().toEqualTypeOf<false>()
  const create = () =>
    // @ts-expect-error no flow can be called this: choose another name
    createAuth({ env: 'demo', flows: { captcha: signIn } })
  expect(create).toThrow(AuthError)
})

test('calls are typed by their endpoint', () => {
  const auth = createAuth({ env: 'demo', flows: { signIn } })
  expectTypeOf(auth).toEqualTypeOf<Auth<{ readonly signIn: typeof signIn }>>()
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
