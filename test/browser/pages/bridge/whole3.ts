import cloudbase from '@cloudbase/js-sdk'
import { offerBridged } from './ours.ts'
import { env } from './services.ts'

offerBridged(cloudbase.init({ env }))
