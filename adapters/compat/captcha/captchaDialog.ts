import { randomHex } from '../../../services/randomHex.ts'
import { type AuthError, isTransient } from '../../../services/error.ts'

/** Options of `createCaptchaDialog`: its language, and what its buttons do. */
export interface CaptchaDialogOptions {
  /** `zh…` is Chinese, any other English. */
  language: string
  answer(text: string): void
  replace(): void
  cancel(): void
}

/** What the dialog shows. */
export interface CaptchaDialogState {
  /** A `data:` URL; missing while a new picture is requested. */
  image?: string
  isBusy: boolean
  /** Why the last answer failed. */
  error?: AuthError
}

/** The captcha dialog of the page. */
export interface CaptchaDialog {
  /** Shows this state; closes the dialog without one. */
  show(state?: CaptchaDialogState): void
}

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

/** Creates the modal dialog that asks for captchas. It is in the page only while it is shown. */
export function createCaptchaDialog({
  language,
  answer,
  replace,
  cancel,
}: CaptchaDialogOptions): CaptchaDialog {
  const word = words[language.startsWith('zh') ? 'zh' : 'en']
  const title = element('h2', { textContent: word.title, id: `authflow-captcha-${randomHex()}` })
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
    show(state) {
      if (!state) {
        if (hasModals(dialog)) dialog.close()
        dialog.remove()
        shown = undefined
        return
      }
      const { image: picture, isBusy, error } = state
      if (!dialog.isConnected) document.body.append(dialog)
      if (!dialog.hasAttribute('open')) open(dialog)
      if (picture && picture !== shown) {
        shown = picture
        image.src = picture
        input.value = ''
      }
      dialog.setAttribute('aria-busy', String(isBusy))
      submit.disabled = another.disabled = isBusy
      image.style.opacity = isBusy ? '0.4' : '1'
      const isNetwork = isTransient(error) && !error?.code.startsWith('captcha_')
      const text = !error ? '' : isNetwork ? word.unreachable : word.wrong
      if (problem.textContent !== text) problem.textContent = text
      if (!isBusy) input.focus()
    },
  }
}

/** Safari has modal dialogs from 15.4 on. */
const hasModals = (dialog: Partial<HTMLDialogElement>) => !!dialog.showModal

/** Opens a dialog above the page. */
function open(dialog: HTMLDialogElement) {
  if (hasModals(dialog)) return dialog.showModal()
  dialog.setAttribute('open', '')
  dialog.setAttribute('role', 'dialog')
  dialog.setAttribute('aria-modal', 'true')
  style(dialog, { position: 'fixed', inset: 0, zIndex: 2147483647, margin: 'auto' })
  style(dialog, { width: 'fit-content', height: 'max-content', display: 'block' })
  style(dialog, { background: '#fff', color: '#000', boxShadow: '0 0 0 100vmax rgb(0 0 0 / 10%)' })
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

/** Sets styles one by one, because a Content Security Policy may forbid style sheets and attributes. */
function style(styled: HTMLElement, rules: Partial<Record<keyof CSSStyleDeclaration, unknown>>) {
  Object.assign(styled.style, rules)
}
