import cloudbase from '../../../adapters/compat/index.ts'
import { openSdk } from './parityOpen.ts'

openSdk(cloudbase)
