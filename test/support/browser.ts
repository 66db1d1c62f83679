/** Finds the browser for the tests. Run as a script it installs one where that is possible. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** @returns the path of an installed Chromium or Chrome; `CHROMIUM_PATH` comes first */
export const findBrowser = () =>
  [process.env['CHROMIUM_PATH'] ?? '', ...usualPlaces].find((path) => existsSync(path))

/** Chromium without windows, of which a page costs half the work. */
const headlessShell = '/usr/bin/chromium-headless-shell'

/** @returns the path of the browser for pages that need no window, popup blocker or extension */
export const findHeadlessBrowser = () =>
  process.env['CHROMIUM_PATH'] === undefined && existsSync(headlessShell)
    ? headlessShell
    : findBrowser()

/** Whether there is a Chinese font; without one the Chinese demo shows empty boxes. */
const hasChineseFont = () =>
  process.platform === 'darwin' ||
  spawnSync('fc-list', [':lang=zh-cn'], { encoding: 'utf8' }).stdout?.trim()

const isDebian = () =>
  existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))

const install = (packages: string[]) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: 'inherit' })
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}

if (import.meta.main) {
  const missing = [
    ...(findBrowser() ? [] : ['chromium']),
    ...(hasChineseFont() ? [] : ['fonts-noto-cjk']),
  ]
  const canInstall = isDebian() && process.getuid?.() === 0
  if (missing.length > 0 && canInstall) install(missing)
  if (findBrowser() === '/usr/bin/chromium' && canInstall && !existsSync(headlessShell)) {
    try {
      install(['chromium-headless-shell'])
    } catch {
      console.warn('Without chromium-headless-shell the tests take longer.')
    }
  }

  if (!findBrowser()) {
    console.error(
      'The tests need Chromium or Chrome. Install one (Debian: apt-get install chromium ' +
        'fonts-noto-cjk), or set its path: CHROMIUM_PATH=/path/to/chromium npm test',
    )
    process.exit(1)
  }
}
