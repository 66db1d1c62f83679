import './before.ts'
import './client.ts'
import cloudbase from '@cloudbase/js-sdk'
import type { OfficialAuth } from '../../browser/pages/faults/official.ts'

const clients = new Map<string, OfficialAuth>()
const clientOf = (name: string) => clients.get(name)!
const nothing = () => undefined

globalThis.client = {
  open(name, env, endpoint) {
    const app = cloudbase.init({ env, timeout: 15_000 }) as unknown as {
      registerHost(host: string, scheme: string): void
      auth(options: object): OfficialAuth
    }
    app.registerHost(new URL(endpoint).host, 'http')
    clients.set(name, app.auth({ persistence: 'local' }))
  },
  close: (name) => void clients.delete(name),
  async getToken(name) {
    const answer = await clientOf(name).getAccessToken()
    if (!answer.accessToken) throw answer as unknown as Error
    return answer.accessToken
  },
  async signIn(name, ticket) {
    clientOf(name).setCustomSignFunc(() => Promise.resolve(ticket))
    await clientOf(name).signInWithCustomTicket()
  },
  async signOut(name) {
    await clientOf(name).signOut()
  },
  stop: nothing,
  start: nothing,
  user: (name) => (clientOf(name).hasLoginState() ? 'unknown' : undefined),
}
