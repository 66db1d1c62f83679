import { createAuth } from 'cloudbase-authflow'
import { endpoint, env } from './open.ts'

declare global {
  var ours: ReturnType<typeof openOurs>
}

const openOurs = () => createAuth({ env, endpoint, flows: {} })

globalThis.ours = openOurs()
ours.start()
