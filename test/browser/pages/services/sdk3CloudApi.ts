import cloudbase from '@cloudbase/js-sdk'
import { env } from '../bridge/services.ts'
import { offerServices } from './queries.ts'

offerServices(cloudbase.init({ env, endPointMode: 'CLOUD_API' } as { env: string }))
