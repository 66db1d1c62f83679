import cloudbase from '../../../adapters/compat/index.ts'
import { openFace } from './parity-open.ts'

openFace(cloudbase)
