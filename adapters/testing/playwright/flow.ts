import type { Page } from '@playwright/test'
import type { Status } from '../../../machines/core/session.ts'
import type { AnyEndpoint } from '../../../services/http/endpoint.ts'
import { last } from '../../../services/lists.ts'
import { controlOf } from '../control.ts'
import type { Outcome } from '../outcomes.ts'
import { signInAs } from '../signInAs.ts'
import type { Story, TabAction } from '../story.ts'
import { arrange, outcomesBy, storyUser } from './arrange.ts'
import { differencesOf } from './check.ts'
import { type LoggedRequest, routesOf } from './routes.ts'
import type { Input, Screens } from './screens.ts'
import { consentIn, type Given, isAway, type Look, playableSteps, scriptOf } from './script.ts'

/** What {@link createFlow} takes beside page, sandbox and screens. */
export interface FlowOptions {
  /** The environment of the app's client. Needed for stories that begin signed in. */
  env?: string
  /** Default: `env`. */
  clientId?: string
  /** Operations that the app calls beside the flow, such as `getUser`. */
  ignore?: readonly string[]
  /** Endpoints of the app. */
  endpoints?: readonly AnyEndpoint[]
  /** The answers of the server, as for `model`. */
  outcomes?: Record<string, readonly Outcome[]>
  /** How the app makes its own calls, by operation: a click, or `page.evaluate`. */
  calls?: Readonly<Record<string, (page: Page) => Promise<unknown>>>
  /** What the user does in another tab of the app, which is opened at the address of this one. */
  tabs?: Readonly<Partial<Record<TabAction, (tab: Page) => Promise<unknown>>>>
  /** Milliseconds within which the app shows what it is to show. Default: 5000. */
  timeout?: number
}

/** Drives an app through a flow as a user does, and compares what it shows with the machine. */
export interface Flow {
  /**
   * Opens the app on a sandbox that is empty, with a clock that can be moved: as soon as something happens, so
   * that a flow that the app starts by itself finds the server prepared. A page is opened once.
   *
   * @param url the address of the app
   * @param status who is signed in. Default: `signedOut`.
   */
  open(url: string, status?: Status): Promise<void>
  /**
   * Has the server answer as given, and sends an event as a user does on the screen that is shown.
   *
   * @throws Error when the screen has no enabled control for it
   */
  say(event: string, given?: Given): Promise<void>
  /** Lets time pass, for the page and for the server. */
  wait(ms: number, given?: Given): Promise<void>
  /** Reloads the page. */
  reload(given?: Given): Promise<void>
  /**
   * Ends the page of the provider, in a popup or in place of the app: the user consents with a new account, or denies.
   *
   * @throws Error when no page of the provider is shown
   */
  consent(outcome: 'answered' | 'denied', given?: Given): Promise<void>
  /**
   * Has the app make a call beside the flow.
   *
   * @throws Error when `calls` does not say how
   */
  call(operation: string, given?: Given): Promise<void>
  /**
   * Has the user act in another tab of the app, which is closed afterwards.
   *
   * @throws Error when `tabs` does not say how
   */
  otherTab(action: TabAction): Promise<void>
  /**
   * Waits until the app shows a step: its screen is visible, every event that can be sent has an enabled
   * control and no other has, an error is shown exactly when there is one, and the server was asked
   * what the machine asks.
   *
   * @param step the name of a screen: a step, `captcha`, or a status such as `signedIn`
   * @throws Error that names each difference in one sentence
   */
  at(step: string, look?: Look): Promise<void>
  /**
   * Plays a whole story. The app is open.
   *
   * @throws Error when the app shows something else, or when the story cannot be played in a browser
   */
  play(story: Pick<Story, 'steps'>): Promise<void>
}

/** Milliseconds between two looks at the page. */
const POLL_MS = 40

/**
 * Creates a driver of an app for the stories of `cloudbase-authflow/testing`.
 *
 * @param page of `@playwright/test` or `playwright-core`, not opened yet
 * @param sandbox the address of the sandbox that the app uses
 * @param screens the page objects of the app
 *
 * @example
 *   const flow = createFlow(page, 'http://127.0.0.1:4871', screens)
 *   await flow.open('http://localhost:5173')
 *   await flow.at('askingAccount', { can: ['contact.submit'] })
 *   await flow.say('contact.submit', { payload: { phone_number: '+86 13800000000' } })
 *   await flow.at('askingCode', { can: ['code.submit', 'contact.change'], calls: ['sendVerification'] })
 */
export function createFlow(
  page: Page,
  sandbox: string,
  screens: Screens,
  options: FlowOptions = {},
): Flow {
  const { env, clientId, ignore = [], endpoints = [], timeout = 5000 } = options
  const { calls = {}, tabs = {} } = options
  const outcomeOf = outcomesBy(options.outcomes ?? {})
  const control = controlOf(sandbox, 'createFlow')
  const routes = routesOf(endpoints)
  let uid: string | undefined
  let contact: { phone_number?: string; email?: string } = {}
  let offsetSeconds = 0
  /** The name of the screen that was shown last. */
  let shown = 'signedOut'
  /** How many requests the server has received before the last event. */
  let before = 0
  /** The address to open before anything else happens. */
  let waiting: string | undefined

  const requests = () => control<LoggedRequest[]>('GET', 'requests')
  const countRequests = async () => void (before = (await requests()).length)
  const isCounted = (operation: string) => !ignore.includes(operation)
  const readCalls = async () =>
    (await requests())
      .slice(before)
      .flatMap((request) => routes.operationOf(request) ?? [])
      .filter(isCounted)

  async function goto() {
    const url = waiting
    waiting = undefined
    if (url !== undefined) await page.goto(url)
  }

  /** The provider's page: of the popup that was opened last, or in place of the app. */
  async function providerPage(): Promise<Page> {
    const deadline = Date.now() + timeout
    for (;;) {
      const found = last(
        page
          .context()
          .pages()
          .filter((each) => PROVIDER.test(each.url())),
      )
      if (found) return found
      if (Date.now() > deadline) throw new Error('no page of a provider is shown')
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  async function prepare(given: Given, isPassword: boolean) {
    const { answers = [], held = [], payload, isBlocked = false } = given
    if (isBlocked) await page.evaluate(blockPopups)
    const { phone_number, email } = (payload ?? {}) as typeof contact
    if (phone_number !== undefined) contact = { phone_number }
    else if (email !== undefined) contact = { email }
    const about = { phone_number: storyUser.phone_number }
    const known = Object.keys(contact).length > 0 ? contact : about
    await arrange(control, routes, outcomeOf, { answers, held, contact: known, isPassword, uid })
    await countRequests()
  }

  async function inputOf(payload: Given['payload'] = {}): Promise<Input> {
    const { profile, ...fields } = payload
    const input = { ...fields, ...(profile as object) } as Input
    if ('code' in input) {
      const [newest] = await control<{ code: string }[]>('GET', 'inbox')
      input.code = newest?.code ?? input.code
    }
    if ('text' in input) {
      const { answer } = await control<{ answer: string }>('GET', 'captcha')
      input.text = answer
    }
    return input
  }

  async function differences(name: string, { can = [], calls: wantedCalls = [], ...look }: Look) {
    const seen = await differencesOf(page, name, screens[name], { can, ...look })
    const asked = await readCalls()
    const wanted = wantedCalls.filter(isCounted)
    if (asked.join() === wanted.join()) return seen
    const list = (operations: readonly string[]) => operations.join(', ') || 'nothing'
    return [
      ...seen,
      `the server was asked for ${list(asked)} instead of ${list(wanted)} at ${name}`,
    ]
  }

  const flow: Flow = {
    async open(url, status = 'signedOut') {
      await control('POST', 'reset', {})
      // The story decides what fails, not the limits of the sandbox.
      await control('POST', 'config', unlimited)
      if (status === 'signedIn' || status === 'anonymous') {
        if (env === undefined) throw new Error('createFlow needs `env` to sign in')
        const user = status === 'anonymous' ? status : storyUser
        uid = await signInAs(page, user, { sandbox, env, clientId })
      }
      await page.clock.install()
      await countRequests()
      waiting = url
      shown = status
    },

    async say(event, given = {}) {
      const found = screens[shown]?.events?.[event]
      const isByItself = !found && event === 'flow.start'
      if (isByItself && waiting !== undefined) await prepare(given, false)
      await goto()
      if (isByItself) return
      if (!found) throw new Error(`the screen "${shown}" has no control for ${event}`)
      // Other flows send a password to prove or to change something.
      const isSignIn = given.answers?.[0]?.[0] === 'signIn' || given.held?.[0] === 'signIn'
      await prepare(given, event === 'password.submit' && isSignIn)
      const { find, use = (target) => target.click({ timeout }) } = found
      const input = await inputOf(given.payload)
      await use(find(page).filter({ visible: true }).first(), input, page)
    },

    async wait(ms, given = {}) {
      await goto()
      await prepare(given, false)
      offsetSeconds += ms / 1000
      await control('POST', 'clock', { offsetSeconds })
      await page.clock.fastForward(ms)
    },

    async reload(given = {}) {
      await goto()
      await prepare(given, false)
      await page.reload()
    },

    async consent(outcome, given = {}) {
      const provider = await providerPage()
      await prepare(given, false)
      const uri = provider.url()
      const account = outcome === 'answered' ? { account: 'ada' } : {}
      const { location } = await control<{ location: string }>('POST', 'consent', {
        uri,
        ...account,
      })
      // A popup closes itself as soon as it has handed over the answer.
      await provider.goto(location).catch((thrown: unknown) => {
        if (provider === page) throw thrown
      })
    },

    async call(operation, given = {}) {
      await goto()
      const use = calls[operation]
      if (!use) throw new Error(`\`calls\` does not say how the app calls ${operation}`)
      await prepare(given, false)
      await use(page)
    },

    async otherTab(action) {
      await goto()
      const act = tabs[action]
      if (!act) throw new Error(`\`tabs\` does not say how another tab does ${action}`)
      const tab = await page.context().newPage()
      await tab.goto(page.url())
      await act(tab)
      await tab.close()
      await countRequests()
    },

    async at(step, look = {}) {
      await goto()
      const deadline = Date.now() + timeout
      let clean = 0
      for (;;) {
        const found = await differences(step, look)
        clean = found.length === 0 ? clean + 1 : 0
        // What the app does too much comes a moment later.
        if (clean === 2) break
        if (found.length > 0 && Date.now() > deadline) throw new Error(found.join('\n'))
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
      shown = step
    },

    async play(story) {
      const steps = playableSteps(story)
      if (!steps) throw new Error('the story goes on between a call and its answer')
      for (const step of steps) {
        const { name, given, look } = scriptOf(step)
        const { action } = step
        const consent = consentIn(step)
        if (consent) await flow.consent(consent, given)
        else if (action.type === 'send') await flow.say(action.event, given)
        else if (action.type === 'wait') await flow.wait(step.ms ?? 0, given)
        else if (action.type === 'call') await flow.call(action.operation, given)
        else if (action.type === 'otherTab') await flow.otherTab(action.action)
        else await flow.reload(given)
        if (!isAway(step.look)) await flow.at(name, look)
      }
    },
  }
  return flow
}

/** The address of a provider's page on the sandbox. */
const PROVIDER = /\/auth\/idp\/[^/]+\?/

/** Runs in the page: the next popup is blocked, as by a browser when no click opens it. */
function blockPopups(): void {
  const { open } = window
  window.open = () => {
    window.open = open
    return null
  }
}

const unlimited = {
  resendSeconds: 0,
  sendsPerHour: null,
  sendsBeforeCaptcha: 1000,
  failuresBeforeCaptcha: 1000,
  failuresBeforeLock: null,
  requestsPerMinute: null,
}
