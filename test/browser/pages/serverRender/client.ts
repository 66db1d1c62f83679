/** Hydrates the three frameworks in a page. */
import { createElement } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { flushSync } from 'react-dom'
import { hydrate } from 'svelte'
import { createSSRApp } from 'vue'
import { createAuth, type InitialView, memoryStore } from '../../../../adapters/client/index.ts'
import { account } from '../../../../machines/flows/account.ts'
import { signIn } from '../../../../machines/flows/signIn.ts'
import { ReactView } from './react.ts'
import type { Framework } from './shared.ts'
import View from './View.svelte'
import { vueView } from './vue.ts'

declare const initialView: InitialView

const auth = createAuth({
  env: 'demo',
  endpoint: 'http://sandbox.invalid',
  flows: { account, signIn },
  // This page keeps no session of its own.
  storage: { shared: memoryStore(), tab: memoryStore() },
  initialView,
})
const names: Framework[] = ['react', 'svelte', 'vue']
const target = (name: Framework) => document.getElementById(name)!
const texts = () => names.map((name) => target(name).innerText)

/** The elements that the server has rendered stay the same ones. */
const outputs = () => names.map((name) => target(name).querySelector('output'))

const errors: string[] = []
for (const level of ['error', 'warn'] as const) {
  console[level] = (...parts: unknown[]) => void errors.push(parts.map(String).join(' '))
}

const reactHtml = target('react').innerHTML
const before = { texts: texts(), outputs: outputs() }
flushSync(() => {
  hydrateRoot(target('react'), createElement(ReactView, { auth }), {
    onRecoverableError: (thrown) => void errors.push(String(thrown)),
  })
})
hydrate(View as never, { target: target('svelte'), props: { auth } } as never)
createSSRApp(vueView(auth)).mount(target('vue'))
const after = { texts: texts(), outputs: outputs() }

Object.assign(globalThis, {
  hydrated: {
    before: before.texts,
    after: after.texts,
    areSameElements: before.outputs.every((output, index) => output === after.outputs[index]),
    errors,
  },
  /** Hydrates a part of the page when the client has read the session of the page already. */
  async hydrateLate() {
    auth.start()
    await new Promise<void>((done) =>
      auth.subscribe(({ status }) => status === 'signedOut' && done()),
    )
    const late = document.body.appendChild(document.createElement('div'))
    late.innerHTML = reactHtml
    const output = late.querySelector('output')
    const shown = [late.innerText]
    const options = { onRecoverableError: (thrown: unknown) => void errors.push(String(thrown)) }
    flushSync(() => hydrateRoot(late, createElement(ReactView, { auth }), options))
    await new Promise((resolve) => setTimeout(resolve, 100))
    shown.push(late.innerText)
    const disabled = [...late.querySelectorAll('button')].map((button) => button.disabled)
    return { shown, disabled, isSameElement: late.querySelector('output') === output, errors }
  },
})
