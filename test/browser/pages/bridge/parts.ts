import cloudbase from '@cloudbase/js-sdk/app'
import { registerDatabase } from '@cloudbase/js-sdk/database'
import { registerFunctions } from '@cloudbase/js-sdk/functions'
import { registerStorage } from '@cloudbase/js-sdk/storage'

registerFunctions(cloudbase)
registerDatabase(cloudbase)
registerStorage(cloudbase)

/** The official SDK with functions, database and storage, and without its `auth`. */
export const official = cloudbase
