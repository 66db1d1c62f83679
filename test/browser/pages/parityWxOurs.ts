import { installWx } from './parityWx.ts'
import { offer } from './parity.ts'

installWx()
const { default: cloudbase } = await import('../../../adapters/compat/index.ts')
offer(cloudbase)
