/** The other side, made visible: what it has delivered, and how to make it difficult. */
import { auth, setPopup } from './auth.ts'
import { clearAccount, fillPassword } from './screens/account.ts'
import { fillCode } from './screens/code.ts'
import { h, icon, live, refresh } from './live.ts'
import { t, timeOf, ui } from './parts.ts'

interface Message {
  to: string
  code: string
  verification_id: string
  at: number
}

interface Fault {
  method: string
  path: string
  times?: number
  [more: string]: unknown
}

type Trick = 'captcha' | 'cut' | 'expire'

/** A second between two looks at the inbox. */
const PAUSE = 1000
const SHOWN = 20

const faults: Record<Trick, Fault> = {
  captcha: {
    method: 'POST',
    path: '/auth/v1/verification',
    status: 400,
    body: {
      error: 'captcha_required',
      error_code: 4001,
      error_description: 'captcha_token required',
    },
  },
  cut: { method: '*', path: '/auth/*', drop: 'before' },
  expire: {
    method: 'GET',
    path: '/auth/v1/user/me',
    status: 401,
    body: { error: 'unauthenticated', error_code: 16, error_description: 'token expiry' },
  },
}

const PASSWORD_USER = { username: 'ada', password: 'correct horse battery' }
const FACTOR_USER = {
  username: 'grace',
  password: 'nanosecond of wire',
  phone_number: '+86 13900000000',
  twoFactor: true,
}

let isSilent = false
let planned: Fault[] = []
let said: (() => string) | undefined

async function ask(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`/__sandbox/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  })
  return response.json()
}

function say(text: () => string): void {
  said = text
  refresh()
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    say(() => t().sandbox.silent)
  }
}

// The inbox

const list = h('ul', { class: 'inbox' })
const items = new Map<string, HTMLElement>()
/** Brings the words of an item up to date. */
const words = new Map<string, () => void>()

function show(messages: Message[]): void {
  const newest = messages.slice(0, SHOWN)
  const ids = new Set(newest.map((message) => message.verification_id))
  for (const [id, item] of items) {
    if (ids.has(id)) continue
    item.remove()
    items.delete(id)
    words.delete(id)
  }
  for (const message of newest.toReversed()) {
    if (!items.has(message.verification_id)) list.prepend(toItem(message))
  }
}

function toItem({ verification_id, to, code, at }: Message): HTMLElement {
  const action = h('span', { class: 'action' })
  const time = h('time', { datetime: new Date(at).toISOString() })
  const item = h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'message', onclick: () => void use(code) },
      h('span', { class: 'to' }, to),
      time,
      h('span', { class: 'digits' }, code),
      action,
    ),
  )
  const update = () => {
    action.textContent = canFill() ? t().sandbox.fill : t().sandbox.copy
    time.textContent = timeOf(at)
  }
  update()
  items.set(verification_id, item)
  words.set(verification_id, update)
  return item
}

const canFill = () => ui.view.can({ type: 'code.submit', code: '' })

async function use(code: string): Promise<void> {
  if (fillCode(code)) return
  try {
    await navigator.clipboard.writeText(code)
    say(() => t().sandbox.copied(code))
  } catch {
    say(() => t().sandbox.notCopied)
  }
}

let timer: number | undefined

/** Looks at the inbox as long as somebody looks at the page. */
async function watch(): Promise<void> {
  window.clearTimeout(timer)
  if (document.visibilityState !== 'visible') return
  try {
    show((await ask('inbox')) as Message[])
    if (planned.length > 0) planned = (await ask('faults')) as Fault[]
    isSilent = false
  } catch {
    isSilent = true
  }
  refresh()
  window.clearTimeout(timer)
  timer = window.setTimeout(() => void watch(), PAUSE)
}

// What can be tried

const isArmed = (trick: Trick) =>
  planned.some(({ path, drop }) => path === faults[trick].path && drop === faults[trick]['drop'])

/** Plans a fault beside those still to come. */
async function arm(trick: Trick): Promise<void> {
  const left = (await ask('faults')) as Fault[]
  planned = (await ask('faults', isArmed(trick) ? left : [...left, faults[trick]])) as Fault[]
}

const tricks: Record<Trick, () => Promise<void>> = {
  async captcha() {
    await arm('captcha')
    say(() => t().sandbox.captchaDone)
  },
  async cut() {
    await arm('cut')
    say(() => t().sandbox.cutDone)
  },
  async expire() {
    await arm('expire')
    say(() => t().sandbox.expireDone)
  },
}

async function makeUser(user: { username: string; password: string }): Promise<void> {
  const users = (await ask('users')) as { username?: string }[]
  if (!users.some(({ username }) => username === user.username)) await ask('users', user)
  const { flow, step } = ui.view
  if (flow === 'signIn' && step === 'askingAccount') fillPassword(user.username, user.password)
}

async function makePasswordUser(): Promise<void> {
  await makeUser(PASSWORD_USER)
  say(() => t().sandbox.userDone(PASSWORD_USER.username, PASSWORD_USER.password))
}

async function makeFactorUser(): Promise<void> {
  await makeUser(FACTOR_USER)
  const { username, password, phone_number } = FACTOR_USER
  say(() => t().sandbox.factorDone(username, password, phone_number))
}

async function switchPopup(): Promise<void> {
  setPopup(!ui.isPopup)
  say(() => (ui.isPopup ? t().sandbox.popupOn : t().sandbox.popupOff))
}

async function clear(): Promise<void> {
  await ask('reset', {})
  planned = []
  clearAccount()
  ui.notice = undefined
  auth.send({ type: 'session.end' })
  await watch()
  say(() => t().sandbox.resetDone)
}

const isReady = () => !isSilent

const trial = (
  path: string,
  label: () => string,
  hint: () => string,
  run: () => Promise<void>,
  { armed = () => false, isOn }: { armed?: () => boolean; isOn?: () => boolean } = {},
) =>
  h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'trial',
        'aria-disabled': () => (isReady() ? undefined : 'true'),
        'aria-pressed': isOn && (() => String(isOn())),
        onclick: () => isReady() && void attempt(run),
      },
      icon(path),
      h('span', {}, h('strong', {}, label), h('small', {}, hint)),
      h('span', { class: 'armed', hidden: () => !(isOn ?? armed)() }, () =>
        isOn ? t().sandbox.on : t().sandbox.armed,
      ),
    ),
  )

const ICONS = {
  captcha: 'M4 6h16v12H4z M4 15l4-4 4 4 3-3 5 5 M15.5 9.500h.01',
  cut: 'M3 12h5l2-5 M14 17l2-5h5 M11 3l2 18',
  expire: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z M12 8v4l3 2',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M5 20c.8-3.5 3.5-5.5 7-5.500s6.2 2 7 5.5',
  factor: 'M12 3l7 3v5c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6z M9 11.500l2 2 4-4',
  popup: 'M13 4h7v7 M20 4l-9 9 M17 14v6H4V7h6',
  reset: 'M5 7h14 M9 7V4.500h6V7 M7 7l1 13h8l1-13',
}

live(() => {
  for (const update of words.values()) update()
})

document.addEventListener('visibilitychange', () => void watch())

export const panel = h(
  'aside',
  { class: 'sandbox', 'aria-labelledby': 'sandbox-heading' },
  h('h2', { id: 'sandbox-heading' }, () => t().sandbox.heading),
  h('p', { class: 'lead' }, () => t().sandbox.lead),
  h('h3', {}, () => t().sandbox.inbox),
  h(
    'div',
    { class: 'phone' },
    h('p', { class: 'empty', hidden: () => items.size > 0 }, () =>
      isSilent ? t().sandbox.silent : t().sandbox.empty,
    ),
    list,
  ),
  h('h3', {}, () => t().sandbox.tryThis),
  h(
    'ul',
    { class: 'trials' },
    trial(
      ICONS.captcha,
      () => t().sandbox.captcha,
      () => t().sandbox.captchaHint,
      tricks.captcha,
      { armed: () => isArmed('captcha') },
    ),
    trial(
      ICONS.cut,
      () => t().sandbox.cut,
      () => t().sandbox.cutHint,
      tricks.cut,
      { armed: () => isArmed('cut') },
    ),
    trial(
      ICONS.expire,
      () => t().sandbox.expire,
      () => t().sandbox.expireHint,
      tricks.expire,
      { armed: () => isArmed('expire') },
    ),
    trial(
      ICONS.user,
      () => t().sandbox.user,
      () => t().sandbox.userHint,
      makePasswordUser,
    ),
    trial(
      ICONS.factor,
      () => t().sandbox.factor,
      () => t().sandbox.factorHint,
      makeFactorUser,
    ),
    trial(
      ICONS.popup,
      () => t().sandbox.popup,
      () => t().sandbox.popupHint,
      switchPopup,
      { isOn: () => ui.isPopup },
    ),
    trial(
      ICONS.reset,
      () => t().sandbox.reset,
      () => t().sandbox.resetHint,
      clear,
    ),
  ),
  h('p', { class: 'said', role: 'status' }, () => said?.() ?? ''),
)

export const startWatching = () => void watch()
