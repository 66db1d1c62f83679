import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage } from '../support/chromium.ts'
import { buildExample, examples, installLibrary, serveApp } from '../support/examples.ts'
import { stories, storiesByCode } from '../support/exampleStories.ts'
import { packLibrary } from '../support/packages.ts'
import { passStory, planStories } from '../support/storyTable.ts'
import { runTsc } from '../support/typescript.ts'

/** The examples, by what precedes a path of theirs. */
const frameworks = { vanilla: '/#', vue: '', svelte: '/#', react: '' }

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-examples-')))
const sandbox = createSandbox()
let endpoint: string

beforeAll(async () => {
  const listener = await sandbox.listen()
  endpoint = listener.url
  installLibrary(temp, await packLibrary())
  return listener.close
}, 300_000)

beforeEach(() => {
  sandbox.reset()
  sandbox.config({ resendSeconds: 0 })
})

afterAll(() => rmSync(temp, { recursive: true }))

test('examples: what is not of a framework is the same in every example', () => {
  const files = ['src/auth.ts', 'src/forms.ts', '**/style.css', '**/{lib,server}/auth.ts']
  for (const file of files) {
    const copies = globSync(`${examples}/*/${file}`)
    expect(copies.length).toBeGreaterThanOrEqual(3)
    expect(new Set(copies.map((copy) => readFileSync(copy, 'utf8'))).size).toBe(1)
  }
  const screensOf = (name: string) => readFileSync(`${examples}/${name}/src/screens.ts`, 'utf8')
  expect(screensOf('uni-app')).toBe(screensOf('taro'))
})

describe('example by a script tag', () => {
  let url: string

  beforeAll(async () => {
    planStories('script', storiesByCode)
    const app = join(temp, 'script')
    cpSync(join(examples, 'script'), app, { recursive: true })
    symlinkSync(join(temp, 'node_modules'), join(app, 'node_modules'))
    const code = readFileSync(join(app, 'app.js'), 'utf8')
    writeFileSync(join(app, 'app.js'), code.replace('http://127.0.0.1:4871', endpoint))
    const served = await serveApp(app)
    url = served.url
    return served.close
  })

  test.each(storiesByCode)('a user %s', async (story) => {
    const page = await openPage(url)
    page.setDefaultTimeout(15_000)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await stories[story]!({ page, sandbox, url, prefix: '' })
    expect(page.errors.filter((text) => !text.includes('net::ERR_'))).toEqual([])
    passStory('script', story)
  })
})

describe.each(Object.entries(frameworks))('example in %s', (name, prefix) => {
  let url: string

  beforeAll(async () => {
    planStories(name, Object.keys(stories))
    const served = await serveApp(await buildExample(name, temp, endpoint))
    url = served.url
    return served.close
  }, 300_000)

  test('type-checks against the packed library', () => {
    const { stdout, status } = runTsc('-p .', join(temp, name))
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
  })

  test.each(Object.entries(stories))('a user %s', async (story, run) => {
    const page = await openPage(`${url}${prefix}/sign-in`)
    page.setDefaultTimeout(15_000)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await run({ page, sandbox, url, prefix })
    const isOffline = (text: string) => text.includes('net::ERR_')
    expect(page.errors.filter((text) => !isOffline(text))).toEqual([])
    passStory(name, story)
  })
})
