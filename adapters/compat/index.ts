import { createCloudbase } from './cloudbase.ts'

/** Stands in for the default export of `@cloudbase/js-sdk`, for signing in. */
const cloudbase = createCloudbase()
export default cloudbase

export { CloudbaseError } from './errors.ts'
export type { CloudbaseApp } from './app.ts'
export type { CloudbaseAuth } from './auth.ts'
export type { CaptchaToken, CloudbaseAdapter, SdkAdapter } from './adapters.ts'
export type { InitOptions } from './settings.ts'
export type { Credentials, LoginState, User, UserInfo } from './types.ts'
