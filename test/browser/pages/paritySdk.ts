import cloudbase from '@cloudbase/js-sdk'
import { openCompat } from './parityOpen.ts'

openCompat(cloudbase)
