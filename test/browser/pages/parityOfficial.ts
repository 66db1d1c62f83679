import cloudbase from '@cloudbase/js-sdk'
import { offer } from './parity.ts'

offer(cloudbase)
