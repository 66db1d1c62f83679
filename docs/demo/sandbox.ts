/** The panel of the sandbox: the inbox, and buttons that make things difficult. */
import { auth, setPopup, t, timeOf, ui } from './auth.ts'
import { h, icon, onRefresh, refresh } from './dom.ts'
import { fillCode, fillPassword } from './elements.ts'

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

type FaultName = 'captcha' | 'disconnect' | 'expire'

const POLL_INTERVAL_MS = 1000
/** How many messages the inbox shows. */
const INBOX_LENGTH = 20

const faults: Record<FaultName, Fault> = {
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
  disconnect: { method: '*', path: '/auth/*', drop: 'before' },
  expire: {
    method: 'GET',
    path: '/auth/v1/user/me',
    status: 401,
    body: { error: 'unauthenticated', error_code: 16, error_description: 'token expiry' },
  },
}

const PASSWORD_USER = { username: 'ada', password: 'correct horse battery' }
const TWO_FACTOR_USER = {
  username: 'grace',
  password: 'nanosecond of wire',
  phone_number: '+86 13900000000',
  twoFactor: true,
}

let isUnreachable = false
let plannedFaults: Fault[] = []
/** What the last button did. */
let outcome: (() => string) | undefined

/** Calls the control API of the sandbox. */
async function control(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`/__sandbox/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  })
  return response.json()
}

function showOutcome(text: () => string): void {
  outcome = text
  refresh()
}

async function run(action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch {
    showOutcome(() => t().sandbox.unreachable)
  }
}

// The inbox

const list = h('ul', { class: 'inbox' })
const items = new Map<string, HTMLElement>()
/** Updates the texts of each item. */
const itemUpdates = new Map<string, () => void>()

function showMessages(messages: Message[]): void {
  const newest = messages.slice(0, INBOX_LENGTH)
  const ids = new Set(newest.map((message) => message.verification_id))
  for (const [id, item] of items) {
    if (ids.has(id)) continue
    item.remove()
    items.delete(id)
    itemUpdates.delete(id)
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
      { type: 'button', class: 'message', onclick: () => void fillOrCopy(code) },
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
  itemUpdates.set(verification_id, update)
  return item
}

const canFill = () => ui.view.can({ type: 'code.submit', code: '' })

async function fillOrCopy(code: string): Promise<void> {
  if (fillCode(code)) return
  try {
    await navigator.clipboard.writeText(code)
    showOutcome(() => t().sandbox.copied(code))
  } catch {
    showOutcome(() => t().sandbox.notCopied)
  }
}

let timer: number | undefined

/** Polls the inbox while the page is visible. */
async function poll(): Promise<void> {
  window.clearTimeout(timer)
  if (document.visibilityState !== 'visible') return
  try {
    showMessages((await control('inbox')) as Message[])
    if (plannedFaults.length > 0) plannedFaults = (await control('faults')) as Fault[]
    isUnreachable = false
  } catch {
    isUnreachable = true
  }
  refresh()
  window.clearTimeout(timer)
  timer = window.setTimeout(() => void poll(), POLL_INTERVAL_MS)
}

// Buttons

const isPlanned = (name: FaultName) =>
  plannedFaults.some(
    ({ path, drop }) => path === faults[name].path && drop === faults[name]['drop'],
  )

/** Adds a fault to the planned ones. */
async function plan(name: FaultName): Promise<void> {
  const left = (await control('faults')) as Fault[]
  plannedFaults = (await control(
    'faults',
    isPlanned(name) ? left : [...left, faults[name]],
  )) as Fault[]
}

const planAndShow = (name: FaultName) => async () => {
  await plan(name)
  showOutcome(() => t().sandbox[`${name}Done`])
}

async function createUser(user: { username: string; password: string }): Promise<void> {
  const users = (await control('users')) as { username?: string }[]
  if (!users.some(({ username }) => username === user.username)) await control('users', user)
  const { flow, step } = ui.view
  if (flow === 'signIn' && step === 'askingAccount')
    await fillPassword(user.username, user.password)
}

async function createPasswordUser(): Promise<void> {
  await createUser(PASSWORD_USER)
  showOutcome(() => t().sandbox.userDone(PASSWORD_USER.username, PASSWORD_USER.password))
}

async function createTwoFactorUser(): Promise<void> {
  await createUser(TWO_FACTOR_USER)
  const { username, password, phone_number } = TWO_FACTOR_USER
  showOutcome(() => t().sandbox.factorDone(username, password, phone_number))
}

async function switchPopup(): Promise<void> {
  setPopup(!ui.isPopup)
  showOutcome(() => (ui.isPopup ? t().sandbox.popupOn : t().sandbox.popupOff))
}

async function clear(): Promise<void> {
  await control('reset', {})
  plannedFaults = []
  auth.send({ type: 'session.end' })
  await poll()
  showOutcome(() => t().sandbox.resetDone)
}

const isReady = () => !isUnreachable

interface ActionOptions {
  /** Whether the fault that this button plans is still to come. */
  isWaiting?: () => boolean
  /** Makes the button a switch. */
  isOn?: () => boolean
}

const actionButton = (
  path: string,
  label: () => string,
  hint: () => string,
  action: () => Promise<void>,
  { isWaiting = () => false, isOn }: ActionOptions = {},
) =>
  h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'action-button',
        'aria-disabled': () => (isReady() ? undefined : 'true'),
        'aria-pressed': isOn && (() => String(isOn())),
        onclick: () => isReady() && void run(action),
      },
      icon(path),
      h('span', {}, h('strong', {}, label), h('small', {}, hint)),
      h('span', { class: 'planned', hidden: () => !(isOn ?? isWaiting)() }, () =>
        isOn ? t().sandbox.on : t().sandbox.planned,
      ),
    ),
  )

const ICONS = {
  captcha: 'M4 6h16v12H4z M4 15l4-4 4 4 3-3 5 5 M15.5 9.500h.01',
  disconnect: 'M3 12h5l2-5 M14 17l2-5h5 M11 3l2 18',
  expire: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z M12 8v4l3 2',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M5 20c.8-3.5 3.5-5.5 7-5.500s6.2 2 7 5.5',
  factor: 'M12 3l7 3v5c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6z M9 11.500l2 2 4-4',
  popup: 'M13 4h7v7 M20 4l-9 9 M17 14v6H4V7h6',
  reset: 'M5 7h14 M9 7V4.500h6V7 M7 7l1 13h8l1-13',
}

onRefresh(() => {
  for (const update of itemUpdates.values()) update()
})

document.addEventListener('visibilitychange', () => void poll())

/** On a phone it stays at the lower edge, so that a code is seen when it arrives. */
const inbox = h(
  'section',
  { class: 'inbox-section', 'aria-labelledby': 'inbox-heading' },
  h('h2', { id: 'inbox-heading' }, () => t().sandbox.inbox),
  h(
    'div',
    { class: 'phone' },
    h('p', { class: 'empty', hidden: () => items.size > 0 }, () =>
      isUnreachable ? t().sandbox.unreachable : t().sandbox.empty,
    ),
    list,
  ),
)

const tools = h(
  'section',
  { class: 'sandbox', 'aria-labelledby': 'sandbox-heading' },
  h('h2', { id: 'sandbox-heading' }, () => t().sandbox.heading),
  h('p', { class: 'lead' }, () => t().sandbox.lead),
  h('h3', {}, () => t().sandbox.tryThis),
  h(
    'ul',
    { class: 'actions' },
    actionButton(
      ICONS.captcha,
      () => t().sandbox.captcha,
      () => t().sandbox.captchaHint,
      planAndShow('captcha'),
      { isWaiting: () => isPlanned('captcha') },
    ),
    actionButton(
      ICONS.disconnect,
      () => t().sandbox.disconnect,
      () => t().sandbox.disconnectHint,
      planAndShow('disconnect'),
      { isWaiting: () => isPlanned('disconnect') },
    ),
    actionButton(
      ICONS.expire,
      () => t().sandbox.expire,
      () => t().sandbox.expireHint,
      planAndShow('expire'),
      { isWaiting: () => isPlanned('expire') },
    ),
    actionButton(
      ICONS.user,
      () => t().sandbox.user,
      () => t().sandbox.userHint,
      createPasswordUser,
    ),
    actionButton(
      ICONS.factor,
      () => t().sandbox.factor,
      () => t().sandbox.factorHint,
      createTwoFactorUser,
    ),
    actionButton(
      ICONS.popup,
      () => t().sandbox.popup,
      () => t().sandbox.popupHint,
      switchPopup,
      { isOn: () => ui.isPopup },
    ),
    actionButton(
      ICONS.reset,
      () => t().sandbox.reset,
      () => t().sandbox.resetHint,
      clear,
    ),
  ),
  h('p', { class: 'outcome', role: 'status' }, () => outcome?.() ?? ''),
)

export const panel = h('aside', { class: 'sandbox-column' }, inbox, tools)

export const startPolling = () => void poll()
