import cloudbase from '../../../adapters/cloudbase/index.ts'
import { offer } from './parity.ts'

offer(cloudbase)
