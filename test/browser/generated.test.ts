import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { main } from '../../adapters/cli/main.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { type ServedPage, servePage } from '../support/chromium.ts'

const TIMEOUT_MS = 120_000

/** Inside `test/`, where imports of the package resolve as in other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

const sandbox = createSandbox()
let served: ServedPage
beforeAll(async () => {
  const server = await sandbox.listen({ port: 0 })
  served = await servePage('test/browser/pages/stories/vue.ts')
  const [screens, testing, client] = [
    'test/browser/vueScreens.ts',
    'adapters/testing/index.ts',
    'adapters/client/index.ts',
  ].map((path) => JSON.stringify(resolve(path)))
  writeFileSync(
    join(temp, 'signIn.screens.ts'),
    `import { vueScreens } from ${screens}
const { askingAccount, askingCode, ...others } = vueScreens
const pick = ({ events, ...screen }, ...names) =>
  ({ ...screen, events: Object.fromEntries(names.map((name) => [name, events[name]])) })
export const screens = {
  ...others,
  askingAccount: pick(askingAccount, 'contact.submit'),
  askingCode: pick(askingCode, 'code.submit', 'code.resend', 'contact.change'),
}
export const app = {
  url: '${served.url}?sandbox=${server.url}', sandbox: '${server.url}', env: 'demo', timeout: 4000,
}
`,
  )
  writeFileSync(
    join(temp, 'models.ts'),
    `import { model } from ${testing}
import { signIn } from ${client}
const never = Object.fromEntries(
  ['ticket.submit', 'provider.submit', 'password.submit', 'guest.enter'].map((event) => [event, false]),
)
// The first looks alone.
export const first = model({ signIn }, { events: never, faults: 0, stop: ({ look }) => !look.flow || look.step === 'askingCode' })
`,
  )
  return async () => {
    await served.close()
    await server.close()
  }
})

/** Takes the pictures, as the command line does. */
async function takePictures(...more: string[]) {
  const out: string[] = []
  const write = (text: unknown) => !!out.push(String(text))
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(write),
  )
  const flow = `${join(temp, 'models.ts')}#first`
  const screens = join(temp, 'signIn.screens.ts')
  try {
    const args = ['gallery', flow, '--screens', screens, '--out', temp, ...more]
    return { code: await main(args), out: out.join('') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

test(
  'cli: gallery takes a picture of every look, finds no change, and then names a fault of the app',
  async () => {
    const first = await takePictures()
    expect(first.out).toMatch(/^\d looks in .*sheet\.png\n$/)
    expect(first.code).toBe(0)
    const folder = join(temp, 'signIn')
    const files = readdirSync(folder)
    expect(files).toEqual(expect.arrayContaining(['01 signIn.askingAccount.png', 'index.html']))
    const isPng = (file: string) => readFileSync(join(folder, file)).subarray(1, 4).toString()
    expect(new Set(files.filter((file) => file.endsWith('.png')).map(isPng))).toEqual(
      new Set(['PNG']),
    )

    const again = await takePictures()
    expect(again).toEqual(first)

    const url = `${served.url}${new URL(readUrl()).search}&fault=doubleSubmit`
    const faulty = await takePictures('--url', url)
    expect(faulty.code).toBe(1)
    expect(faulty.out).toContain(
      '✗ the server was asked for sendVerification, sendVerification instead of sendVerification at askingCode (1)',
    )
  },
  TIMEOUT_MS,
)

/** The address of the app in the page objects. */
const readUrl = () =>
  /url: '([^']+)'/.exec(readFileSync(join(temp, 'signIn.screens.ts'), 'utf8'))![1]!
