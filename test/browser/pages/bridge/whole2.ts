import cloudbase from 'cloudbase-js-sdk-2'
import { offerBridged } from './ours.ts'
import { env } from './services.ts'

offerBridged(cloudbase.init({ env }))
