import { createElement as h, type FormEvent, Profiler, StrictMode, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { useAuth } from '../../../../adapters/react.ts'
import { auth, expose } from './client.ts'

let renders = 0
/** What each render of a component that selects a part of the view has shown. */
const selections: string[] = []

function SignIn() {
  const { status, step, busy } = useAuth(auth)
  const [text, setText] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (step === 'askingAccount') auth.send({ type: 'contact.submit', phone_number: text })
    else auth.send({ type: 'code.submit', code: text })
    setText('')
  }
  const form = (id: string) =>
    h(
      'form',
      { onSubmit: submit },
      h('input', { id, value: text, onChange: ({ target }) => setText(target.value) }),
    )
  return [
    h('output', { key: 'output' }, `${status} ${step ?? 'no step'}${busy ? ', busy' : ''}`),
    step === 'askingAccount' && h('div', { key: 'contact' }, form('contact')),
    step === 'askingCode' && h('div', { key: 'code' }, form('code')),
  ]
}

/** Selects a new object each time, by a new function each time. */
function Status() {
  const { status, asks } = useAuth(auth, ({ status, step }) => ({ status, asks: !!step }))
  selections.push(`${status} ${asks}`)
  return undefined
}

const mountIn = (target: HTMLElement, element: ReturnType<typeof h>) => {
  const root = createRoot(target)
  // A commit at once, as the other frameworks do it.
  flushSync(() => root.render(h(StrictMode, null, element)))
  return () => root.unmount()
}

expose(
  {
    mount: (target) =>
      mountIn(target, h(Profiler, { id: 'SignIn', onRender: () => renders++ }, h(SignIn))),
    renders: () => renders,
  },
  {
    async selections() {
      const unmount = mountIn(document.createElement('main'), h(Status))
      const settle = () => new Promise((resolve) => setTimeout(resolve))
      for (const event of [
        { type: 'flow.start', flow: 'signIn' },
        { type: 'contact.submit', email: 'no address' },
        { type: 'flow.cancel' },
      ] as const) {
        auth.send(event)
        await settle()
      }
      unmount()
      // Development builds render twice in StrictMode.
      return selections.filter((shown, index) => index % 2 === 0 || shown !== selections[index - 1])
    },
  },
)
