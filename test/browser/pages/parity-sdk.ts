import cloudbase from '@cloudbase/js-sdk'
import { openFace } from './parity-open.ts'

openFace(cloudbase)
