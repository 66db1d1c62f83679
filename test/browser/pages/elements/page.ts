import 'cloudbase-authflow/elements'
import type { AuthflowSignIn } from 'cloudbase-authflow/elements'
import { account, createAuth, provider, resetPassword, signIn, upgrade } from 'cloudbase-authflow'

const parameters = new URLSearchParams(location.search)
const endpoint = parameters.get('sandbox')!
const events: { type: string; detail: object }[] = []
for (const type of ['step', 'success', 'signed-in', 'signed-out']) {
  const name = `authflow-${type}` as 'authflow-step'
  document.addEventListener(name, ({ detail }) => events.push({ type, detail }))
}
const attributes = { env: 'demo', endpoint }

/** Shows HTML, as a page of an app has it; `{client}` stands for the attributes that make a client. */
function show(html: string) {
  const client = Object.entries(attributes)
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ')
  document.body.innerHTML = html.replaceAll('{client}', client)
}

/** Gives a client of the app to an element. */
function give(selector: string) {
  const flows = { account, provider, resetPassword, signIn, upgrade }
  document.querySelector<AuthflowSignIn>(selector)!.auth = createAuth({ ...attributes, flows })
}

/** Gives a client with one flow to an element. */
function giveSmall(selector: string) {
  const client = createAuth({ ...attributes, flows: { signIn } })
  document.querySelector<AuthflowSignIn>(selector)!.auth = client
}

Object.assign(globalThis, { show, give, giveSmall, events })
document.body.dataset['ready'] = 'yes'
