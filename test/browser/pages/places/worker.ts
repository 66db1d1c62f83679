/** An app in a page, a worker or a service worker: does what it is asked and answers. */
import { createAuth, signIn } from '../../../../adapters/worker.ts'

declare global {
  var perform: (name: string, endpoint: string) => Promise<string | undefined>
}

let auth: ReturnType<typeof open> | undefined
function open(endpoint: string) {
  const auth = createAuth({ env: 'demo', endpoint, flows: { signIn } })
  auth.start()
  return auth
}

const statusIs = (wanted: string) =>
  new Promise<void>((resolve, reject) => {
    const stop = auth!.subscribe(({ status, flow, error }) => {
      if (!error && (status !== wanted || flow)) return
      setTimeout(() => stop())
      if (error) reject(error)
      else resolve()
    })
  })

const answers: Record<string, () => Promise<string | undefined>> = {
  async signIn() {
    auth!.send({ type: 'flow.start', flow: 'signIn' })
    auth!.send({ type: 'password.submit', username: 'ada', password: 'Correct-horse-7' })
    await statusIs('signedIn')
    return auth!.get().user!.uid
  },
  async signedIn() {
    await statusIs('signedIn')
    return auth!.get().user!.uid
  },
  async signedOut() {
    await statusIs('signedOut')
    return undefined
  },
  refresh: () => auth!.getAccessToken({ anew: true }),
  token: () => auth!.getAccessToken(),
  async signOut() {
    await auth!.signOut()
    return auth!.get().status
  },
}

globalThis.perform = (name, endpoint) => {
  auth ??= open(endpoint)
  return answers[name]!()
}

addEventListener('message', ({ data, ports }: MessageEvent<[string, string]>) => {
  if (!ports[0]) return
  globalThis.perform(...data).then(
    (answer) => ports[0]!.postMessage({ answer }),
    (error: unknown) => ports[0]!.postMessage({ error: String(error) }),
  )
})
