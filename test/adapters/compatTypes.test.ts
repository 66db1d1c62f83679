import { expectTypeOf, test } from 'vitest'
import type {
  AnswerError,
  CloudbaseAuth,
  Credentials,
  LoginState,
  User,
} from '../../adapters/compat/index.ts'

type Result<K extends keyof CloudbaseAuth> = CloudbaseAuth[K] extends (
  ...args: never[]
) => Promise<infer R>
  ? R
  : never

test('CloudbaseAuth: the types of results are the documented ones', () => {
  expectTypeOf<Result<'signIn'>>().toEqualTypeOf<LoginState>()
  expectTypeOf<Result<'signInAnonymously'>>().toExtend<LoginState>()
  expectTypeOf<Result<'getCurrentUser'>>().toEqualTypeOf<User | null>()
  expectTypeOf<CloudbaseAuth['currentUser']>().toEqualTypeOf<User | null>()
  expectTypeOf<Result<'getLoginState'>>().toEqualTypeOf<LoginState | null>()
  expectTypeOf<CloudbaseAuth['hasLoginState']>().returns.toEqualTypeOf<LoginState | null>()
  expectTypeOf<Result<'getAccessToken'>>().toEqualTypeOf<{ accessToken: string; env: string }>()
  expectTypeOf<Result<'isUsernameRegistered'>>().toEqualTypeOf<boolean>()
  expectTypeOf<Result<'loginScope'>>().toEqualTypeOf<string>()
  expectTypeOf<Result<'setPassword'>>().toEqualTypeOf<void>()
  expectTypeOf<Result<'bindPhoneNumber'>>().toEqualTypeOf<void>()
  expectTypeOf<Result<'sudo'>>().toExtend<{ sudo_token: string }>()
  expectTypeOf<Result<'verify'>>().toExtend<{ verification_token: string }>()
  expectTypeOf<Result<'getVerification'>>().toExtend<{
    verification_id: string
    is_user?: boolean
  }>()
  expectTypeOf<Result<'getCredentials'>>().toEqualTypeOf<Credentials>()
})

test('CloudbaseAuth: signUp returns a login state with a proof and an answer without', () => {
  const signUp = {} as CloudbaseAuth['signUp']
  expectTypeOf(() =>
    signUp({ email: 'a@example.com', verification_token: 'v' }),
  ).returns.resolves.toEqualTypeOf<LoginState>()
  expectTypeOf(() => signUp({ email: 'a@example.com' })).returns.resolves.toHaveProperty('data')
})

test('CloudbaseAuth: methods of SDK 3.x return data and error', () => {
  expectTypeOf<Result<'signInWithPassword'>['error']>().toEqualTypeOf<AnswerError | null>()
  expectTypeOf<Result<'signInWithPassword'>['data']['session']>().toExtend<
    { access_token?: string | null } | null | undefined
  >()
})
