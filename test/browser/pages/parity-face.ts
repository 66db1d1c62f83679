import cloudbase from '../../../adapters/cloudbase/index.ts'
import { openFace } from './parity-open.ts'

openFace(cloudbase)
