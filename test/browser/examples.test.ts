import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage } from '../support/chromium.ts'
import { buildExample, installLibrary, serveApp } from '../support/examples.ts'
import { stories } from '../support/exampleStories.ts'
import { packLibrary } from '../support/packages.ts'

/** The examples, by what precedes a path of theirs. */
const frameworks = { vue: '' }

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-examples-')))
const sandbox = createSandbox()
const table = new Map<string, string[]>()
let endpoint: string

beforeAll(async () => {
  const listener = await sandbox.listen()
  endpoint = listener.url
  installLibrary(temp, packLibrary(temp))
  return listener.close
}, 120_000)

beforeEach(() => {
  sandbox.reset()
  sandbox.config({ resendSeconds: 0 })
})

afterAll(() => {
  rmSync(temp, { recursive: true })
  const names = Object.keys(stories)
  const width = Math.max(...names.map(({ length }) => length))
  const head = ['story'.padEnd(width), ...table.keys()].join('  ')
  const rows = names.map((name) => {
    const cells = [...table].map(([framework, passed]) =>
      (passed.includes(name) ? '✓' : '✗').padEnd(framework.length),
    )
    return [name.padEnd(width), ...cells].join('  ')
  })
  console.log([head, ...rows].join('\n'))
})

describe.each(Object.entries(frameworks))('example in %s', (name, prefix) => {
  let url: string
  const passed: string[] = []

  beforeAll(async () => {
    table.set(name, passed)
    const served = await serveApp(await buildExample(name, temp, endpoint))
    url = served.url
    return served.close
  }, 120_000)

  test.each(Object.entries(stories))('a user %s', async (story, run) => {
    const page = await openPage(`${url}${prefix}/sign-in`)
    page.setDefaultTimeout(15_000)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await run({ page, sandbox, url, prefix })
    const isOffline = (text: string) => text.includes('net::ERR_')
    expect(page.errors.filter((text) => !isOffline(text))).toEqual([])
    passed.push(story)
  })
})
