import { createApp, defineComponent, effectScope, h, ref, watch } from 'vue'
import { useAuth } from '../../../../adapters/vue.ts'
import { auth, expose } from './client.ts'

let renders = 0

const SignIn = defineComponent(() => {
  const view = useAuth(auth)
  const text = ref('')
  const input = (id: string) =>
    h('input', {
      id,
      value: text.value,
      onInput: (event: Event) => (text.value = (event.target as HTMLInputElement).value),
    })
  const submit = (event: Event) => {
    event.preventDefault()
    if (view.value.step === 'askingAccount') {
      auth.send({ type: 'contact.submit', phone_number: text.value })
    } else auth.send({ type: 'code.submit', code: text.value })
    text.value = ''
  }
  return () => {
    renders++
    const { status, step, busy } = view.value
    return [
      h('output', `${status} ${step ?? 'no step'}${busy ? ', busy' : ''}`),
      step === 'askingAccount' && h('form', { onSubmit: submit }, [input('contact')]),
      step === 'askingCode' && h('form', { onSubmit: submit }, [input('code')]),
    ]
  }
})

expose(
  {
    mount(target) {
      const app = createApp(SignIn)
      app.mount(target)
      return () => app.unmount()
    },
    renders: () => renders,
  },
  {
    /** Outside every component: the steps a scope received, and what its ref shows after the end. */
    async scope() {
      const seen: string[] = []
      const scope = effectScope()
      const view = scope.run(() => {
        const view = useAuth(auth)
        watch(view, ({ step }) => seen.push(String(step)), { immediate: true, flush: 'sync' })
        return view
      })!
      const until = async (step?: string) => {
        let stop = () => {}
        await new Promise<void>((resolve) => {
          stop = auth.subscribe((view) => {
            if (view.step === step) resolve()
          })
        })
        stop()
      }
      auth.send({ type: 'flow.start', flow: 'signIn' })
      await until('askingAccount')
      scope.stop()
      auth.send({ type: 'flow.cancel' })
      await until(undefined)
      return { seen, last: String(view.value.step) }
    },
  },
)
