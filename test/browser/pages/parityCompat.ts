import cloudbase from '../../../adapters/compat/index.ts'
import { openCompat } from './parityOpen.ts'

openCompat(cloudbase)
