import cloudbase from '@cloudbase/js-sdk'
import { openSdk } from './parityOpen.ts'

openSdk(cloudbase)
