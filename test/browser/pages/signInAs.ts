/** A client of the sandbox that the address names. */
import { createAuth } from '../../../adapters/client/index.ts'

const endpoint = new URLSearchParams(location.search).get('sandbox')!
const client = createAuth({ env: 'demo', endpoint, flows: {} })
client.start()
Object.assign(globalThis, { client })
