import cloudbase from '../../../adapters/compat/index.ts'
import { offer } from './parity.ts'

offer(cloudbase)
