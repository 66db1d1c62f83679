/**
 * The sign-in API of `@cloudbase/js-sdk`, for apps that are written against the official SDK.
 *
 * @example
 *   import cloudbase from 'cloudbase-authflow/cloudbase'
 *
 *   const app = cloudbase.init({ env: 'my-env' })
 *   const auth = app.auth()
 *   await auth.signIn({ username: 'ada', password: 'Correct-horse-7' })
 *
 * @packageDocumentation
 */
import { cloudbase } from './instance.ts'

export default cloudbase

export { bridge, type TokenSource } from './bridge.ts'
export { type ComponentHost, registerAuth } from './registerAuth.ts'
export { CloudbaseError } from './errors.ts'
export type { Cloudbase } from './cloudbase.ts'
export type { CloudbaseApp } from './app.ts'
export type { CloudbaseAuth } from './auth.ts'
export type { CaptchaToken, CloudbaseAdapter, SdkAdapter } from './adapters.ts'
export type { AnswerError, AuthErrorCategory } from './v3/answerError.ts'
export type { InitOptions } from './settings.ts'
export type { Credentials, LoginState, User, UserInfo } from './types.ts'
