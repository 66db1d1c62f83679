import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'

/** Inside `test/`, where imports resolve as they do for the other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

type Block = { line: number; code: string }

const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length,
    code: match[1]!,
  }))

/** A block that imports nothing goes on from the one before it. */
const modulesOf = (blocks: Block[]): Block[] => {
  const modules: Block[] = []
  for (const block of blocks) {
    const last = modules.at(-1)
    if (last && !/^import /m.test(block.code)) last.code += block.code
    else modules.push({ ...block })
  }
  return modules
}

test.each(['README.md', 'README.zh-CN.md'])('%s shows code within its first 30 lines', (file) => {
  const lines = readFileSync(file, 'utf8').split('\n')
  const first = lines.findIndex((line) => line.startsWith('```')) + 1
  expect(first).toBeGreaterThanOrEqual(1)
  expect(first).toBeLessThanOrEqual(30)
})

test.each(['README.md', 'README.zh-CN.md', 'sandbox/README.md'])(
  'every ts block of %s type-checks',
  (file) => {
    const blocks = blocksOf(readFileSync(file, 'utf8'))
    expect(blocks.length).toBeGreaterThan(0)
    const names = modulesOf(blocks).map(({ line, code }) => {
      const name = `${file.replace('/', '-')}-line-${line}.ts`
      writeFileSync(join(temp, name), code)
      return name
    })
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
    const config = { extends: '../tsconfig.json', compilerOptions, include: names }
    writeFileSync(join(temp, 'tsconfig.json'), JSON.stringify(config))

    const tsc = spawnSync('node_modules/.bin/tsc', ['-p', temp], { encoding: 'utf8' })
    expect(tsc.stdout).toBe('')
    expect(tsc.status).toBe(0)
  },
)

test.each(['README.md', 'README.zh-CN.md'])('the sandbox of %s opens and closes', async (file) => {
  const modules = modulesOf(blocksOf(readFileSync(file, 'utf8')))
  const { code } = modules.find(({ code }) => code.includes('createSandbox('))!
  const path = resolve(temp, `${file}-sandbox.ts`)
  writeFileSync(path, code)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  onTestFinished(() => log.mockRestore())
  await import(path)
  expect(log.mock.calls).toEqual([
    [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), undefined],
  ])
})
