/** Walks the flows of the demo by the keyboard alone, on a small screen. */
import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { eventually, openDemo, startDemo, textOf } from './demoDriver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const otherPhone = '13900000000'
const otherWirePhone = '+86 13900000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'
const nextPassword = 'battery staple'
const { account, choice, code, contact, delete: deletion, home, settings, success } = texts.en

const { demo } = startDemo()

/** No control of the demo is further than this many from another one on the way. */
const MOST_TABS = 20

/** Opens the demo; the returned functions use nothing but keys. */
const open = async (isAlone = false) => {
  const it = await openDemo(demo, { viewport: { width: 390, height: 700 }, isAlone })
  const { page } = it
  if (isAlone) await page.clock.install()
  await it.open()

  /** The id of the focused element, else its tag and its name, after it was seen to be visible and marked. */
  const focus = async () => {
    const { name, flaws } = await page.evaluate(async () => {
      // The page has scrolled to the focused element by the second frame.
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      let element = document.activeElement!
      while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
      const { ariaLabel, innerText } = element as HTMLElement
      const text = (ariaLabel ?? innerText).replace(/\s+/g, ' ').trim()
      const { top, left, width, height, bottom } = element.getBoundingClientRect()
      const hitIn = (root: DocumentOrShadowRoot): Element | null => {
        const hit = root.elementFromPoint(left + width / 2, top + height / 2)
        return hit?.shadowRoot && hit.shadowRoot !== root ? hitIn(hit.shadowRoot) : hit
      }
      const hit = hitIn(document)
      const isCovered = !hit || !(element.contains(hit) || hit.contains(element))
      const { outlineStyle } = getComputedStyle(element)
      const marked =
        element.closest('.field') ?? element.parentElement?.querySelector('[data-next]')
      const isMarked =
        outlineStyle !== 'none' || (!!marked && getComputedStyle(marked).boxShadow !== 'none')
      const isHeading = element.tagName === 'H1'
      const flaws = [
        ...(element === document.body ? ['is on nothing'] : []),
        ...(top < 0 || bottom > innerHeight ? ['is off the screen'] : []),
        ...(isCovered ? [`is covered by ${hit?.outerHTML}`] : []),
        ...(isMarked || isHeading ? [] : ['is not marked']),
      ]
      return { name: element.id || `${element.tagName.toLowerCase()} ${text}`, flaws }
    })
    return flaws.length === 0 ? name : `${name} ${flaws.join(', ')}`
  }
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  return {
    ...it,
    press,
    type: (text: string) => page.keyboard.type(text),
    /** Waits until the focus is on a control or a heading. */
    focusOn: (target: string | RegExp) =>
      typeof target === 'string'
        ? eventually(focus).toBe(target)
        : eventually(focus).toMatch(target),
    /** Presses Tab until the focus is on a control, which every control on the way must show. */
    async tabTo(target: string, key: 'Tab' | 'Shift+Tab' = 'Tab') {
      const passed: string[] = []
      while (passed.length < MOST_TABS && passed.at(-1) !== target) {
        await press(key)
        passed.push(await focus())
      }
      expect(passed).toContain(target)
      expect(passed.filter((each) => / is (on|off|covered|not) /.test(each))).toEqual([])
    },
  }
}

type Keyboard = Awaited<ReturnType<typeof open>>

/** Types the newest code, which is submitted with its last digit. */
const typeCode = async (it: Keyboard) => {
  await it.at('askingCode')
  await it.focusOn('code')
  await it.type(it.newestCode())
}

const signInByPassword = async (it: Keyboard) => {
  await it.tabTo('tab-code')
  await it.press('ArrowRight')
  await it.focusOn('tab-password')
  await it.tabTo('username')
  await it.type('ada')
  await it.tabTo('password')
  await it.type(password)
  await it.press('Enter')
}

describe('demo by keyboard', () => {
  test('demo by keyboard: a user signs up after a wrong code and another one, and gives a name', async () => {
    const it = await open(true)
    await it.tabTo('contact')
    await it.press('Enter')
    await it.focusOn('contact')
    expect(await it.error.innerText()).toBe(contact.missingPhone)
    await it.type(phone)
    await it.press('Enter')
    await it.at('askingCode')
    await it.focusOn('code')
    await it.type(it.wrongCode())
    await it.error.waitFor()
    expect(await it.error.innerText()).toBe(textOf('verify:invalid_argument'))
    await it.focusOn('code')
    expect(await it.code.inputValue()).toBe('')
    await it.page.clock.runFor(60_000)
    await it.tabTo(`button ${code.resend}`)
    await it.press('Enter')
    await eventually(it.messages).toBe(2)
    await it.at('askingCode')
    await it.focusOn(/^button Send a new code in \d+ s$/)
    await it.tabTo('code', 'Shift+Tab')
    await it.type(it.newestCode())
    await it.at('askingProfile')
    await it.focusOn(`h1 ${texts.en.titles.askingProfile}`)
    await it.tabTo('nickname')
    await it.type('Ada')
    await it.tabTo('new-username')
    await it.type('countess')
    await it.press('Enter')
    await it.signedIn()
    await it.focusOn(`h1 ${home.heading('Ada')}`)
    await it.tabTo(`button ${home.signOut}`)
    await it.press('Space')
    await it.at('askingAccount')
    await it.focusOn(`h1 ${texts.en.titles.askingAccount}`)
    await it.check()
  })

  test('demo by keyboard: a captcha is cancelled by Escape, answered wrongly and then rightly', async () => {
    demo.sandbox.config({ sendsBeforeCaptcha: 0 })
    const it = await open()
    await it.tabTo('contact')
    await it.type(phone)
    await it.press('Enter')
    await it.answer()
    await it.focusOn('captcha')
    await it.press('Escape')
    await it.at('askingAccount')
    await it.focusOn('contact')
    await it.press('Enter')
    const right = await it.answer()
    await it.focusOn('captcha')
    await it.type(right === 'AAAA' ? 'BBBB' : 'AAAA')
    await it.press('Enter')
    await it.error.waitFor()
    await it.answer()
    await it.focusOn('captcha')
    // The focus stays in the dialog, on the way forward and back.
    await it.tabTo(`button ${texts.en.captcha.cancel}`)
    await it.tabTo(`button ${texts.en.captcha.replace}`, 'Shift+Tab')
    await it.press('Space')
    await it.focusOn('captcha')
    await it.type(await it.answer())
    await it.press('Enter')
    await it.at('askingCode')
    await it.focusOn('code')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('demo by keyboard: a user signs in by password and a second factor', async () => {
    await demo.sandbox.addUser({
      username: 'ada',
      password,
      phone_number: wirePhone,
      twoFactor: true,
    })
    const it = await open()
    await signInByPassword(it)
    await it.at('askingSecondFactor')
    await it.focusOn(`h1 ${texts.en.titles.askingSecondFactor}`)
    await it.tabTo('factor')
    await it.type(phone)
    await it.press('Enter')
    await typeCode(it)
    await it.signedIn()
    await it.focusOn(`h1 ${home.heading('ada')}`)
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('demo by keyboard: a user denies at a provider, goes there again and signs in', async () => {
    const it = await open()
    await it.tabTo(`button ${account.by('WeChat')} ${texts.en.sandboxed}`)
    await it.press('Enter')
    await it.page.locator('[name=account]').first().waitFor()
    await it.tabTo('button Deny')
    await it.press('Enter')
    // The page was loaded anew, so that the next Tab starts at its top.
    await it.at('askingRetry')
    await it.tabTo(`button ${texts.en.provider.retry}`)
    await it.press('Enter')
    await it.page.locator('[name=account]').first().waitFor()
    await it.tabTo('account-lilei')
    await it.press('Space', 'ArrowDown', 'ArrowDown')
    await it.focusOn('account-alex')
    await it.tabTo('button Allow')
    await it.press('Enter')
    await it.signedIn()
    await it.focusOn(`h1 ${home.heading('Alex Doe')}`)
    expect(demo.sandbox.users()).toMatchObject([{ name: 'Alex Doe' }])
    await it.check()
  })

  test('demo by keyboard: a guest whose phone is taken signs in to the account that has it', async () => {
    await demo.sandbox.addUser({ sub: 'ada', phone_number: wirePhone })
    const it = await open()
    await it.tabTo(`button ${account.asGuest}`)
    await it.press('Enter')
    await it.at('anonymous')
    await it.focusOn(`h1 ${home.headingGuest}`)
    await it.tabTo(`button ${home.signOut}`)
    await it.press('Enter')
    await it.focusOn(`h1 ${home.confirmHeading}`)
    await it.tabTo(`button ${home.stay}`)
    await it.press('Enter')
    await it.focusOn(`h1 ${home.headingGuest}`)
    await it.tabTo(`button ${home.keep}`)
    await it.press('Enter')
    await it.at('askingAccount', 'upgrade')
    await it.focusOn(`h1 ${texts.en.titles['upgrade.askingAccount']}`)
    await it.tabTo('upgrade-contact')
    await it.type(phone)
    await it.press('Enter')
    await typeCode(it)
    await it.at('askingChoice')
    await it.focusOn(`h1 ${texts.en.titles.askingChoice}`)
    await it.tabTo(`button ${choice.switch}`)
    await it.press('Enter')
    await it.signedIn()
    expect(await it.uid()).toBe('ada')
    expect(await it.live.innerText()).toBe(success.switched)
    await it.check()
  })

  test('demo by keyboard: a forgotten password is reset', async () => {
    await demo.sandbox.addUser({ username: 'ada', password, email })
    const it = await open()
    await it.tabTo('tab-code')
    await it.press('End')
    await it.tabTo(`button ${account.forgotten}`)
    await it.press('Enter')
    await it.at('askingContact')
    await it.focusOn(`h1 ${texts.en.titles.askingContact}`)
    await it.tabTo('reset-contact')
    await it.type(email)
    await it.press('Enter')
    await typeCode(it)
    await it.at('askingPassword')
    await it.focusOn('reset-password')
    await it.type('short')
    await it.press('Enter')
    await it.focusOn('reset-password')
    expect(await it.error.innerText()).toBe(texts.en.password.tooShort)
    await it.press('ControlOrMeta+A')
    await it.type(nextPassword)
    await it.press('Enter')
    await it.signedIn()
    await it.focusOn(`h1 ${home.heading('ada')}`)
    await it.check()
  })

  test('demo by keyboard: a user changes the phone after a proof, and deletes the account', async () => {
    await demo.sandbox.addUser({ username: 'ada', password, phone_number: wirePhone })
    const it = await open()
    await signInByPassword(it)
    await it.signedIn()
    await it.tabTo(`button ${home.manage}`)
    await it.press('Enter')
    await it.at('askingEdit')
    await it.focusOn(`h1 ${texts.en.titles.askingEdit}`)
    await it.tabTo(`button ${settings.of(settings.change, home.phone)}`)
    await it.press('Enter')
    await it.focusOn(`h1 ${texts.en.edit.phone}`)
    await it.tabTo('edit-phone')
    await it.type(otherPhone)
    await it.press('Enter')
    await it.at('askingCodeRequest')
    await it.focusOn(`h1 ${texts.en.titles.askingProof}`)
    await it.tabTo(`button ${texts.en.elevation.send}`)
    await it.press('Enter')
    await typeCode(it)
    await it.page.locator('#code-lead', { hasText: '0000' }).waitFor()
    await eventually(it.messages).toBe(2)
    await typeCode(it)
    await it.success.waitFor()
    await it.focusOn(`h1 ${texts.en.titles.askingEdit}`)
    expect(await it.live.innerText()).toBe(success.phone)
    expect(demo.sandbox.users()).toMatchObject([{ phone_number: otherWirePhone }])

    await it.tabTo(`button ${settings.delete}`)
    await it.press('Enter')
    await it.focusOn(`h1 ${deletion.heading}`)
    await it.tabTo(`button ${deletion.delete}`)
    await it.press('Enter')
    expect(await it.error.innerText()).toBe(deletion.missing)
    await it.focusOn('understood')
    await it.press('Space')
    await it.tabTo(`button ${deletion.delete}`)
    await it.press('Enter')
    await it.at('askingAccount')
    await it.focusOn(`h1 ${texts.en.titles.askingAccount}`)
    expect(await it.live.innerText()).toBe(success.delete)
    expect(demo.sandbox.users()).toEqual([])
    await it.check()
  })
})
