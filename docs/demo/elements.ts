/** The elements of the package, as an app places them; all else on the page is about the sandbox. */
import 'cloudbase-authflow/elements'
import type { AuthflowAccount, AuthflowRoot, AuthflowSignIn } from 'cloudbase-authflow/elements'
import { auth, t, timeOf, ui } from './auth.ts'
import { h, onRefresh, refresh } from './dom.ts'

/** Whether this page is a popup that has nothing but its response to hand over. */
export const isPopup = /[?&]state=authflowpopup/.test(location.search)

export const root: AuthflowRoot = h('authflow-root')
const signIn: AuthflowSignIn = h('authflow-sign-in', { methods: 'code password guest' })
const account: AuthflowAccount = h('authflow-account')

let isCalling = false
let calledAt: number | undefined

/** Shows that a call goes through, whatever happens to the token meanwhile. */
const again = h(
  'div',
  { slot: 'actions', class: 'again' },
  h(
    'button',
    {
      type: 'button',
      class: 'secondary',
      'aria-disabled': () => (isCalling ? 'true' : undefined),
      onclick: () => void callAgain(),
    },
    () => (isCalling ? t().home.calling : t().home.again),
  ),
  h('p', {}, () => (calledAt ? t().home.called(timeOf(calledAt)) : '')),
)

async function callAgain(): Promise<void> {
  if (isCalling) return
  isCalling = true
  refresh()
  await account.refresh()
  isCalling = false
  calledAt = Date.now()
  refresh()
}

account.append(again)
root.append(signIn, account)
root.auth = auth

onRefresh(() => {
  root.language = ui.language
  root.popup = ui.isPopup
  const tag = t().sandboxed
  root.providers = [
    { id: 'wx_open', tag },
    { id: 'demo_idp', name: 'Demo IdP', tag },
  ]
})

/** Finds an input of the card. */
const inputOf = (id: string) => signIn.shadowRoot?.querySelector<HTMLInputElement>(`#${id}`)

function type(id: string, text: string, host: HTMLElement = signIn): HTMLInputElement | undefined {
  const input = host.shadowRoot?.querySelector<HTMLInputElement>(`#${id}`)
  if (!input) return undefined
  input.value = text
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
  return input
}

/** Fills the code in, as a paste would, if a code is asked for. Returns whether it is. */
export function fillCode(code: string): boolean {
  if (!ui.view.can({ type: 'code.submit', code: '' })) return false
  const hosts = [signIn, account]
  const input = hosts.map((host) => host.shadowRoot?.querySelector<HTMLElement>('#code'))
  input.find(Boolean)?.focus()
  return hosts.some((host) => type('code', code, host))
}

/** Fills the password form in, without submitting it. */
export async function fillPassword(username: string, password: string): Promise<void> {
  signIn.shadowRoot?.querySelector<HTMLElement>('#tab-password')?.click()
  await signIn.updateComplete
  type('username', username)
  type('password', password)
  inputOf('password')?.form?.querySelector<HTMLElement>('.primary')?.focus()
}
