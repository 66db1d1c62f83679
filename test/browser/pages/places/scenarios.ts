/** Sign-in from its beginning to its end, one function for each way. */
import { createAuth, provider, signIn, takeReturn, upgrade } from 'cloudbase-authflow'
import { isUsernameRegistered } from 'cloudbase-authflow/endpoints'
import cloudbase from '../../../../adapters/compat/index.ts'

declare global {
  /** What the user sees outside the page: the code of a message, the characters of a picture. */
  var readCode: (contact: string) => Promise<string>
  var readPicture: (token: string) => Promise<string>
  /** Whether the server asks for a captcha with every call. */
  var requireCaptcha: (isRequired: boolean) => Promise<void>
  var scenarios: Record<string, () => Promise<void>>
  var isBack: boolean | undefined
}

const TIMEOUT_MS = 6000
const endpoint = new URLSearchParams(location.search).get('endpoint')!
const callback = takeReturn()

const flows = { signIn, upgrade, provider }
const auth = createAuth({ env: 'demo', endpoint, flows })
type View = ReturnType<typeof auth.get>

/** Waits for a view; fails with the error of another one, or with what is shown at the end. */
const shows = (isMeant: (view: View) => unknown) =>
  new Promise<View>((resolve, reject) => {
    let stop = () => undefined as void
    const settle = (run: () => void) => {
      clearTimeout(timer)
      setTimeout(() => stop())
      run()
    }
    const timer = setTimeout(() => {
      const { status, flow, step, error } = auth.get()
      settle(() => reject(new Error([status, flow, step, error].join(' '))))
    }, TIMEOUT_MS)
    stop = auth.subscribe((view) => {
      if (isMeant(view)) settle(() => resolve(view))
      else if (view.error) settle(() => reject(view.error))
    })
  })
const asks = (step: string) => shows((view) => view.step === step)
const isIn = (status: string) => shows((view) => view.status === status && !view.flow)

async function byCode(phone_number: string) {
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'contact.submit', phone_number })
  await asks('askingCode')
  auth.send({ type: 'code.submit', code: await readCode(phone_number) })
}

async function byPassword() {
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'password.submit', username: 'ada', password: 'Correct-horse-7' })
  await isIn('signedIn')
}

async function signOut() {
  await auth.signOut()
  await isIn('signedOut')
}

const check = (isTrue: unknown, what: string) => {
  if (!isTrue) throw new Error(what)
}

let app: ReturnType<typeof cloudbase.init> | undefined
const compat = () => {
  if (!app) {
    app = cloudbase.init({ env: 'demo', clientId: 'compat' })
    app.registerHost(new URL(endpoint).host, 'http')
  }
  return app.auth()
}

globalThis.scenarios = {
  async 'code sign-in'() {
    await byCode('+86 13800000001')
    await asks('askingProfile')
    auth.send({ type: 'profile.submit', profile: { name: 'Ada' } })
    await isIn('signedIn')
    await signOut()
  },
  async 'password sign-in'() {
    await byPassword()
    await signOut()
  },
  async 'guest and upgrade'() {
    auth.send({ type: 'flow.start', flow: 'signIn' })
    auth.send({ type: 'guest.enter' })
    const { user: guest } = await isIn('anonymous')
    const phone_number = '+86 13800000002'
    auth.send({ type: 'flow.start', flow: 'upgrade' })
    auth.send({ type: 'contact.submit', phone_number })
    await asks('askingCode')
    auth.send({ type: 'code.submit', code: await readCode(phone_number) })
    const { user } = await isIn('signedIn')
    check(user!.uid === guest!.uid, 'the uid has changed')
    await signOut()
  },
  async captcha() {
    await requireCaptcha(true)
    const registered = auth.call(isUsernameRegistered, { username: 'ada' })
    const { captcha } = await shows((view) => view.captcha?.image)
    auth.send({ type: 'captcha.answer', text: await readPicture(captcha!.image!) })
    check((await registered).exist, 'the call has failed')
    await requireCaptcha(false)
  },
  async refresh() {
    await byPassword()
    const before = await auth.getAccessToken()
    const after = await auth.getAccessToken({ anew: true })
    check(before !== after, 'the token has not changed')
    await signOut()
  },
  async 'sign-out'() {
    await byPassword()
    await auth.signOut()
    check(auth.get().status === 'signedOut', 'still signed in')
    const failure = await auth.getAccessToken().catch((error: { code: string }) => error.code)
    check(failure === 'unauthenticated', `getAccessToken: ${failure}`)
  },
  async 'compat sign-in'() {
    await compat().signIn({ username: 'ada', password: 'Correct-horse-7' })
    check(compat().currentUser?.username === 'ada', 'no user')
    const { data, error } = await compat().getUser()
    check(data?.user, error?.message ?? 'no user')
    await compat().signOut()
    check(!compat().currentUser, 'still signed in')
  },
  async 'compat captcha'() {
    await requireCaptcha(true)
    const registered = compat().isUsernameRegistered('ada')
    const dialog = await new Promise<Element>((resolve) => {
      const look = () => {
        const found = document.querySelector('dialog')
        if (found?.querySelector('img')?.src.startsWith('data:')) resolve(found)
        else setTimeout(look, 10)
      }
      look()
    })
    const { bottom, height } = dialog.getBoundingClientRect()
    check(height > 100 && bottom <= innerHeight, 'the dialog is not in view')
    dialog.querySelector('input')!.value = await readPicture(dialog.querySelector('img')!.src)
    dialog.querySelector('form')!.requestSubmit()
    check(await registered, 'the call has failed')
    check(!document.querySelector('dialog'), 'the dialog is still there')
    await requireCaptcha(false)
  },
  async 'provider redirect'() {
    const input = { provider_id: 'demo_idp', redirect_uri: location.href }
    auth.send({ type: 'flow.start', flow: 'provider', input })
    // The page is left; the next one goes on.
    await asks('askingReturn')
  },
}

auth.start()
if (callback) {
  auth.send({ type: 'provider.return', url: callback })
  void isIn('signedIn').then(() => (globalThis.isBack = true))
}
