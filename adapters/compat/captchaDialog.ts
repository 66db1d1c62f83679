import { type AuthError, isTransient } from '../../services/error.ts'

export interface CaptchaDialogOptions {
  language: string
  answer(text: string): void
  replace(): void
  cancel(): void
}

/** What the dialog shows. No `image`: a new one is on its way. */
export interface CaptchaQuestion {
  image?: string
  isBusy: boolean
  error?: AuthError
}

export type CaptchaDialog = ReturnType<typeof captchaDialog>

const words = {
  zh: {
    title: '安全验证',
    picture: '验证码图片',
    text: '请输入图片中的字符',
    submit: '确定',
    replace: '换一张',
    cancel: '取消',
    wrong: '验证码不正确或已过期，请重新输入',
    unreachable: '网络错误，请检查您的网络连接，稍后重试',
  },
  en: {
    title: 'Security check',
    picture: 'Picture of the characters to type',
    text: 'Type the characters in the picture',
    submit: 'OK',
    replace: 'New picture',
    cancel: 'Cancel',
    wrong: 'That was wrong or too late. Please try again',
    unreachable: 'Network error. Check your connection and try again later',
  },
}

/** The captcha question as a modal dialog, in the page's top layer. Made once, shown when needed. */
export function captchaDialog({ language, answer, replace, cancel }: CaptchaDialogOptions) {
  const word = words[language.startsWith('zh') ? 'zh' : 'en']
  const title = element('h2', { textContent: word.title, id: newId() })
  const image = element('img', { alt: word.picture, width: 160, height: 60 })
  const input = element('input', {
    name: 'captcha',
    required: true,
    maxLength: 6,
    autocomplete: 'off',
    spellcheck: false,
  })
  const label = element('label', {}, word.text, input)
  const problem = element('p', { role: 'alert' })
  const submit = element('button', { textContent: word.submit })
  const another = element('button', { type: 'button', textContent: word.replace, onclick: replace })
  const close = element('button', { type: 'button', textContent: word.cancel, onclick: cancel })
  const buttons = element('div', {}, close, another, submit)
  const form = element('form', {}, title, image, label, problem, buttons)
  const dialog = element('dialog', { lang: language }, form)
  dialog.setAttribute('aria-labelledby', title.id)
  input.autocapitalize = 'off'

  style(dialog, { border: 0, borderRadius: '12px', padding: '24px', maxWidth: '20rem' })
  style(form, { display: 'grid', gap: '16px', justifyItems: 'stretch', font: '16px system-ui' })
  style(title, { margin: 0, font: 'inherit', fontWeight: 600 })
  style(image, { justifySelf: 'center', height: '60px', width: 'auto', minWidth: '100px' })
  style(label, { display: 'grid', gap: '6px' })
  style(input, { font: 'inherit', fontSize: '20px', letterSpacing: '.2em', padding: '8px' })
  style(input, { border: '1px solid', borderRadius: '8px' })
  style(problem, { margin: 0, color: '#d33' })
  style(buttons, { display: 'flex', gap: '8px', justifyContent: 'end' })
  for (const button of [close, another, submit]) {
    style(button, {
      font: 'inherit',
      padding: '8px 14px',
      border: '1px solid',
      borderRadius: '8px',
    })
  }
  style(submit, { background: '#0052d9', borderColor: '#0052d9', color: '#fff' })

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    answer(input.value.trim())
  })
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    cancel()
  })
  let shown: string | undefined

  return {
    /** Shows the question as it is now; without one, nothing. */
    show(question?: CaptchaQuestion) {
      if (!question) {
        dialog.close()
        dialog.remove()
        shown = undefined
        return
      }
      const { image: picture, isBusy, error } = question
      if (!dialog.isConnected) document.body.append(dialog)
      if (!dialog.open) dialog.showModal()
      if (picture && picture !== shown) {
        shown = picture
        image.src = picture
        input.value = ''
      }
      dialog.setAttribute('aria-busy', String(isBusy))
      submit.disabled = another.disabled = isBusy
      image.style.opacity = isBusy ? '0.4' : '1'
      const text = !error ? '' : isTransient(error) ? word.unreachable : word.wrong
      if (problem.textContent !== text) problem.textContent = text
      if (!isBusy) input.focus()
    },
  }
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** Set one by one: a page's policy may forbid style sheets and attributes. */
function style(styled: HTMLElement, rules: Partial<Record<keyof CSSStyleDeclaration, unknown>>) {
  Object.assign(styled.style, rules)
}

const newId = () => `authflow-captcha-${Math.random().toString(36).slice(2)}`
