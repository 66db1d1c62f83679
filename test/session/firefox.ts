import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { launch, type Page as FirefoxPage } from 'puppeteer-core'

/** Where Debian's package `firefox-esr` installs it. */
const FIREFOX = '/usr/bin/firefox-esr'

/**
 * Launches Debian's Firefox by WebDriver BiDi, in the form of Playwright, whose own Firefox is a patched one.
 *
 * @returns undefined where it is not installed
 */
export async function launchFirefox(): Promise<Browser | undefined> {
  if (!existsSync(FIREFOX)) return undefined
  const firefox = await launch({ browser: 'firefox', executablePath: FIREFOX, headless: true })
  const newContext = async () => {
    const context = await firefox.createBrowserContext()
    const newPage = async () => toTab(await context.newPage())
    return { newPage, close: () => context.close() }
  }
  // What the tabs of a session need of Playwright.
  return { newContext, close: () => firefox.close() } as unknown as Browser
}

/** A page with the parameters of Playwright: one value for the function that runs in it. */
function toTab(page: FirefoxPage): Page {
  type Run = (given: unknown) => unknown
  return {
    goto: (url: string) => page.goto(url),
    evaluate: (run: Run, given: unknown) => page.evaluate(run, given),
    waitForFunction: (run: Run, given: unknown) => page.waitForFunction(run, {}, given),
  } as unknown as Page
}
