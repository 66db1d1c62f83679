import { existsSync } from 'node:fs'
import type { Browser, BrowserType } from '@playwright/test'

/** Where Chrome and Chromium are usually installed. */
const places = [
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * Starts the browser that is installed, or that of Playwright.
 *
 * @param path where it is. Default: `CHROMIUM_PATH`, the usual places.
 * @throws Error when Playwright is not installed
 */
export async function launchBrowser(path?: string): Promise<Browser> {
  const { chromium } = await importPlaywright()
  const executablePath =
    path ?? [process.env['CHROMIUM_PATH'] ?? '', ...places].find((place) => existsSync(place))
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    // Inside a container there is no sandbox for the user root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

async function importPlaywright(): Promise<{ chromium: BrowserType }> {
  const module = await import('@playwright/test').catch((cause: unknown) => {
    throw new Error('this needs Playwright: npm install --save-dev @playwright/test', { cause })
  })
  return module as { chromium: BrowserType }
}
