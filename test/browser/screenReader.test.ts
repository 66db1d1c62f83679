/** What Chromium hands to a screen reader for the steps of a sign-in and of the account, in both languages. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sentence, texts } from '../../docs/demo/messages.ts'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { openPage, type OpenPage, type ServedPage, servePage } from '../support/chromium.ts'

declare const show: (html: string) => void

const phone = '13800000000'
const sent = '+86\u00a0138••••0000'

let sandbox: Sandbox
let server: { url: string; close(): Promise<void> }
let served: ServedPage

beforeAll(async () => {
  sandbox = createSandbox()
  server = await sandbox.listen({ port: 0 })
  served = await servePage('test/browser/pages/elements/page.ts')
})
beforeEach(() => {
  sandbox.reset()
  sandbox.config({ resendSeconds: 0 })
})
afterAll(() => Promise.all([server.close(), served.close()]))

/** The roles of what is stopped at; `alert` and `status` are read out when their text changes. */
const ROLES = [
  'alert',
  'button',
  'checkbox',
  'combobox',
  'dialog',
  'heading',
  'image',
  'link',
  'status',
  'tab',
  'tablist',
  'tabpanel',
  'textbox',
]
const STATES = ['invalid', 'focused', 'selected', 'disabled', 'modal']

/**
 * Reads the accessibility tree from its top.
 *
 * @returns a line for each element: its role, its name or its text, its states and its description
 */
const readTree = async (page: OpenPage): Promise<string[]> => {
  const client = await page.context().newCDPSession(page)
  const { nodes } = await client.send('Accessibility.getFullAXTree')
  await client.detach()
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  type AXNode = (typeof nodes)[number]
  const childrenOf = ({ childIds = [] }: AXNode) => childIds.flatMap((id) => byId.get(id) ?? [])
  const textOf = (node: AXNode): string =>
    node.role?.value === 'StaticText'
      ? String(node.name?.value)
      : childrenOf(node).map(textOf).join('')
  const lineOf = (node: AXNode): string | undefined => {
    const { ignored, role, name, description, properties = [] } = node
    if (ignored || !ROLES.includes(String(role?.value))) return undefined
    const text = String(name?.value || textOf(node))
    if (!text) return undefined
    const states = STATES.filter((state) =>
      properties.some((each) => each.name === state && String(each.value.value) === 'true'),
    )
    const about = description?.value ? ` – ${description.value}` : ''
    return [role?.value, text, ...states.map((state) => `(${state})`)].join(' ') + about
  }
  const linesOf = (node: AXNode): string[] => [
    ...[lineOf(node)].filter((line) => line !== undefined),
    ...childrenOf(node).flatMap(linesOf),
  ]
  return linesOf(nodes[0]!)
}

const open = async (language: 'en' | 'zh') => {
  const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: server.url })}`)
  await page.locator('body[data-ready]').waitFor({ state: 'attached' })
  await page.evaluate(
    (text) => show(text),
    `<authflow-root {client} language="${language}">
      <authflow-sign-in></authflow-sign-in><authflow-account></authflow-account>
    </authflow-root>`,
  )
  const at = (step: string) => page.locator(`.card[data-step="${step}"]`).waitFor()
  await at('askingAccount')
  return {
    page,
    at,
    /** Waits until a screen reader gets these lines. */
    reads: (lines: string[]) => expect.poll(() => readTree(page)).toEqual(lines),
    submit: async (field: string, text: string) => {
      await page.locator(field).fill(text)
      await page.locator(field).press('Enter')
    },
  }
}

describe.each(['en', 'zh'] as const)('screen reader in %s', (language) => {
  const t = texts[language]
  const errorOf = (operation: string, code: string, kind?: 'phone') =>
    sentence({ operation, code }, language, kind)
  const { account, captcha, code, contact, hints, home, labels, profile, settings, titles } = t

  test(`screen reader in ${language}: signing in by a code, with errors and a captcha`, async () => {
    const { page, at, reads, submit } = await open(language)
    const byCode = (field: string, news: string[] = []) => [
      `heading ${titles.askingAccount}`,
      `tablist ${account.tabs}`,
      `tab ${account.byCode} (selected)`,
      `tab ${account.byPassword}`,
      `tabpanel ${account.byCode}`,
      `button ${contact.useEmail}`,
      `combobox ${contact.country}`,
      field,
      `button ${contact.send}`,
      ...news,
    ]
    await reads(byCode(`textbox ${labels.phone} – ${hints.phone}`))
    await submit('#contact', '1')
    const refused = errorOf('sendVerification', 'invalid_argument', 'phone')
    await reads(
      byCode(`textbox ${labels.phone} (invalid) (focused) – ${refused}`, [`status ${refused}`]),
    )

    sandbox.config({ sendsBeforeCaptcha: 0 })
    await submit('#contact', phone)
    // The card behind the dialog is not read.
    const dialog = (field: string, news: string[] = []) => [
      `dialog ${captcha.heading} (modal) – ${captcha.lead}`,
      `heading ${captcha.heading}`,
      `image ${captcha.picture}`,
      `button ${captcha.replace}`,
      field,
      ...news,
      `button ${captcha.cancel}`,
      `button ${captcha.confirm}`,
    ]
    await reads(dialog(`textbox ${labels.captcha} (focused) – ${hints.captcha}`))
    await page.keyboard.press('Enter')
    await reads(
      dialog(`textbox ${labels.captcha} (invalid) (focused) – ${captcha.missing}`, [
        `alert ${captcha.missing}`,
      ]),
    )
    await page.keyboard.press('Escape')
    const cancelled = errorOf('captcha', 'cancelled')
    await reads(byCode(`textbox ${labels.phone} (focused) – ${cancelled}`, [`status ${cancelled}`]))
    sandbox.config({ sendsBeforeCaptcha: 99 })
    await page.keyboard.press('Enter')
    await at('askingCode')

    const onCode = (field: string, news: string[] = []) => [
      `heading ${titles.askingCode}`,
      `button ${code.change(false)}`,
      field,
      `button ${code.verify}`,
      `button ${code.resendIn(0)} (disabled)`,
      ...news,
    ]
    const readsCode = (lines: string[]) =>
      expect
        .poll(async () => (await readTree(page)).map((line) => line.replace(/\d+(?= (s|秒))/, '0')))
        .toEqual(lines)
    await readsCode(onCode(`textbox ${labels.code} (focused) – ${code.sent(sent)} ${hints.code}`))
    const right = sandbox.inbox()[0]!.code
    await page.locator('#code').fill(right === '000000' ? '111111' : '000000')
    const wrong = errorOf('verify', 'invalid_argument')
    await readsCode(
      onCode(`textbox ${labels.code} (invalid) (focused) – ${code.sent(sent)} ${wrong}`, [
        `status ${wrong}`,
      ]),
    )
    await page.locator('#code').fill(right)
    await reads([
      `heading ${titles.askingProfile} (focused)`,
      `textbox ${labels.nickname} – ${hints.username}`,
      `textbox ${labels.username} – ${hints.username}`,
      `button ${profile.save}`,
      `button ${profile.skip}`,
    ])
    expect(page.errors).toEqual([])
  })

  test(`screen reader in ${language}: a wrong password, the account and its deletion`, async () => {
    await sandbox.addUser({ username: 'ada', password: 'Correct-horse-7', name: 'Ada' })
    const { page, at, reads, submit } = await open(language)
    await page.getByRole('tab').nth(1).click()
    await page.locator('#username').fill('ada')
    await submit('#password', 'a guess')
    const wrong = errorOf('signIn', 'not_found')
    await reads([
      `heading ${titles.askingAccount}`,
      `tablist ${account.tabs}`,
      `tab ${account.byCode}`,
      `tab ${account.byPassword} (selected)`,
      `tabpanel ${account.byPassword}`,
      `textbox ${labels.loginName} (invalid) – ${wrong}`,
      `button ${account.forgotten}`,
      `textbox ${labels.password} (invalid) (focused) – ${wrong}`,
      `button ${t.password.show}`,
      `button ${account.signIn}`,
      `status ${wrong}`,
    ])
    await submit('#password', 'Correct-horse-7')
    await at('signedIn')
    await reads([
      `heading ${home.heading('Ada')} (focused)`,
      `button ${home.manage}`,
      `button ${home.signOut}`,
    ])
    await page.getByRole('button', { name: home.manage }).click()
    const { of } = settings
    await reads([
      `button ${t.back}`,
      `heading ${titles.askingEdit} (focused)`,
      `button ${of(settings.edit, settings.name)}`,
      `button ${of(settings.change, settings.password)}`,
      `button ${of(settings.add, home.phone)}`,
      `button ${of(settings.add, home.email)}`,
      `button ${settings.delete}`,
    ])
    await page.getByRole('button', { name: settings.delete }).click()
    await page.getByRole('button', { name: t.delete.delete }).click()
    await reads([
      `button ${t.back}`,
      `heading ${t.delete.heading}`,
      `checkbox ${t.delete.understood} (invalid) (focused) – ${t.delete.missing}`,
      `button ${t.delete.delete}`,
      `button ${t.delete.keep}`,
      `status ${t.delete.missing}`,
    ])
    expect(page.errors).toEqual([])
  })
})
