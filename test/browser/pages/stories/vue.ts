/** A small app in Vue: sign-in and account. `?fault=NAME` plants a fault in its UI. */
import { account, createAuth, signIn } from '../../../../adapters/client/index.ts'
import { getUser, sendVerification } from '../../../../services/endpoints.ts'
import { useAuth } from '../../../../adapters/vue.ts'
import { createApp, defineComponent, h, reactive, type VNode, watch } from 'vue'

const search = new URLSearchParams(location.search)
const fault = search.get('fault')
const auth = createAuth({
  env: 'demo',
  endpoint: search.get('sandbox')!,
  flows: { signIn, account },
})

type Event = Parameters<typeof auth.send>[0]
type Fields = Record<string, string>
type Child = VNode | string | false | undefined

const App = defineComponent(() => {
  const view = useAuth(auth)
  const typed = reactive<Fields>({})

  watch(
    () => [view.value.status, view.value.flow] as const,
    ([status, flow]) => {
      if (status === 'signedOut' && !flow) auth.send({ type: 'flow.start', flow: 'signIn' })
    },
    { immediate: true },
  )
  // A form that is over shows nothing of the one before.
  watch(
    () => view.value.step,
    () => {
      for (const name of Object.keys(typed)) delete typed[name]
    },
  )

  const can = (event: Event) => view.value.can(event as never)
  const button = (name: string, event: Event) =>
    h('button', { type: 'button', disabled: !can(event), onClick: () => auth.send(event) }, name)
  const field = (label: string, name: string, type = 'text') =>
    h('label', [
      label,
      h('input', {
        type,
        value: typed[name] ?? '',
        onInput: ({ target }: { target: unknown }) => {
          typed[name] = (target as HTMLInputElement).value
        },
      }),
    ])
  const form = (name: string, fields: Child[], event: () => Event) =>
    h(
      'form',
      {
        onSubmit(submitted: { preventDefault(): void }) {
          submitted.preventDefault()
          auth.send(event())
          // Past the machine, as if a button had a handler of its own.
          if (fault === 'doubleSubmit' && event().type === 'contact.submit') {
            const { phone_number } = typed
            const input = { phone_number: phone_number!, target: 'ANY' } as never
            auth.call(sendVerification, input).catch(() => undefined)
          }
        },
      },
      [...fields, h('button', { disabled: !can(event()) }, name)],
    )

  const steps: Record<string, () => Child[]> = {
    askingAccount: () => [
      h('h1', 'Sign in'),
      form('Send code', [field('Phone number', 'phone_number')], () => ({
        type: 'contact.submit',
        phone_number: typed['phone_number'] ?? '',
      })),
      form(
        'Sign in',
        [field('Username', 'username'), field('Password', 'password', 'password')],
        () => ({
          type: 'password.submit',
          username: typed['username'] ?? '',
          password: typed['password'] ?? '',
        }),
      ),
      button('Continue as a guest', { type: 'guest.enter' }),
    ],
    askingCode: () => [
      h('h1', 'Enter the code'),
      form('Continue', [field('Code', 'code')], () => ({
        type: 'code.submit',
        code: typed['code'] ?? '',
      })),
      fault === 'noResend' ? undefined : button('Send again', { type: 'code.resend' }),
      view.value.flow === 'account'
        ? button('Cancel', { type: 'edit.cancel' })
        : button('Back', { type: 'contact.change' }),
    ],
    askingResend: () => [
      h('h1', 'Get a new code'),
      button('Send again', { type: 'code.resend' }),
      view.value.flow === 'account'
        ? button('Cancel', { type: 'edit.cancel' })
        : button('Back', { type: 'contact.change' }),
    ],
    askingSecondFactor: () => [
      h('h1', 'One more step'),
      form('Send code', [field('Phone number', 'phone_number')], () => ({
        type: 'contact.submit',
        phone_number: typed['phone_number'] ?? '',
      })),
      button('Back', { type: 'contact.change' }),
    ],
    askingRetry: () => [h('h1', 'Almost there'), button('Try again', { type: 'signIn.retry' })],
    askingProfile: () => [
      h('h1', 'What is your name?'),
      form('Save', [field('Name', 'name')], () => ({
        type: 'profile.submit',
        profile: { name: typed['name'] ?? '' },
      })),
      button('Skip', { type: 'profile.skip' }),
    ],
    askingEdit: () => [
      h('h1', 'Your account'),
      form('Save name', [field('Name', 'name')], () => ({
        type: 'profile.submit',
        profile: { name: typed['name'] ?? '' },
      })),
      form('Save password', [field('New password', 'password', 'password')], () => ({
        type: 'password.change',
        password: typed['password'] ?? '',
      })),
      form('Save e-mail', [field('E-mail', 'email')], () => ({
        type: 'contact.replace',
        email: typed['email'] ?? '',
      })),
      button('Delete account', { type: 'account.delete' }),
      button('Close', { type: 'account.close' }),
    ],
    askingProof: () => [
      h('h1', 'Confirm that it is you'),
      form('Continue', [field('Password', 'password', 'password')], () => ({
        type: 'password.submit',
        password: typed['password'] ?? '',
      })),
      button('Send a code instead', { type: 'code.request' }),
      button('Cancel', { type: 'edit.cancel' }),
    ],
    askingCodeRequest: () => [
      h('h1', 'Confirm by a code'),
      button('Send code', { type: 'code.request' }),
      button('Cancel', { type: 'edit.cancel' }),
    ],
  }

  const captcha = ({ image, error }: { image?: string; error?: unknown }) =>
    h('dialog', { open: true, 'aria-label': 'Captcha' }, [
      image && h('img', { src: image, alt: 'Captcha' }),
      form('Confirm', [field('Characters', 'text')], () => ({
        type: 'captcha.answer',
        text: typed['text'] ?? '',
      })),
      button('New picture', { type: 'captcha.replace' }),
      fault === 'noCancel' ? undefined : button('Cancel', { type: 'captcha.cancel' }),
      error !== undefined &&
        h('p', { role: 'alert' }, 'The characters were wrong, or came too late.'),
    ])

  return () => {
    const { status, flow, step, error, captcha: question } = view.value
    if (question) return captcha(question)
    const shown =
      flow === undefined
        ? status === 'signedIn' || status === 'anonymous'
          ? [
              h('h1', status === 'anonymous' ? 'You are a guest' : 'You are signed in'),
              status === 'signedIn' && button('Account', { type: 'flow.start', flow: 'account' }),
              h(
                'button',
                // What becomes of the session is shown by the view.
                { type: 'button', onClick: () => auth.call(getUser).catch(() => undefined) },
                'Read my data',
              ),
            ]
          : [h('p', 'Loading')]
        : (steps[step as string]?.() ?? [h('p', 'One moment')])
    return [...shown, error && h('p', { role: 'alert' }, error.code)]
  }
})

createApp(App).mount(document.body.appendChild(document.createElement('main')))
auth.start()
