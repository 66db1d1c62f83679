import { type Cloudbase, createCloudbase } from './cloudbase.ts'

/** Replaces the default export of `@cloudbase/js-sdk` for everything that concerns sign-in. */
export const cloudbase: Cloudbase = createCloudbase()
