import { offerBridged } from './ours.ts'
import { official } from './parts.ts'
import { env } from './services.ts'

offerBridged(official.init({ env }))
