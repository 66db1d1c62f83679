import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { defaultConfig } from '../../sandbox/config.ts'
import { start } from './client.ts'

const readme = await readFile('sandbox/README.md', 'utf8')

test('sandbox README: the examples run and print what they promise', async () => {
  // In this folder, so that imports resolve as in other tests.
  const folder = await mkdtemp('test/.readme-')
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = resolve(join(folder, 'example.ts'))
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  await writeFile(file, blocks.join('\n'))
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  onTestFinished(() => log.mockRestore())
  await import(file)
  expect(log.mock.calls).toEqual([[200, 'string']])
})

test('sandbox README: the table lists every setting with its default', () => {
  const rows = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Control API'))
  const listed = [...rows.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name, value]) => ({
    name: name as keyof typeof defaultConfig,
    value,
  }))
  expect(listed.map(({ name }) => name)).toEqual(Object.keys(defaultConfig))
  for (const { name, value } of listed.filter(({ value }) => /^`['\dn[]/.test(value!))) {
    expect(value).toBe(`\`${JSON.stringify(defaultConfig[name]).replaceAll('"', "'")}\``)
  }
})

test('sandbox README: every endpoint of the control API exists', async () => {
  const client = await start()
  const listed = [...readme.matchAll(/`(GET|POST) (\/__sandbox\/[\w/]+)/g)]
  expect(listed).toHaveLength(18)
  for (const [, method = '', path = ''] of listed) {
    const address = path.replace(/(?<=\/(?:captcha|documents)\/)$/, 'unknown')
    const { status } = await client.fetch(method, address)
    expect([method, path, status]).not.toContain(501)
  }
})
