import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

/** Inside `test/`, where imports resolve as they do for the other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

const blocksOf = (markdown: string) =>
  [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length,
    code: match[1]!,
  }))

test('the README shows code within its first 30 lines', () => {
  const readme = readFileSync('README.md', 'utf8')
  const first = readme.split('\n').findIndex((line) => line.startsWith('```'))
  expect(first).toBeGreaterThan(-1)
  expect(first).toBeLessThan(30)
})

test.each(['README.md', 'README.zh-CN.md'])('every ts block of %s type-checks', (file) => {
  const blocks = blocksOf(readFileSync(file, 'utf8'))
  expect(blocks.length).toBeGreaterThan(0)
  for (const { line, code } of blocks) writeFileSync(join(temp, `${file}.${line}.ts`), code)
  const config = { extends: '../tsconfig.json', include: ['*'] }
  writeFileSync(join(temp, 'tsconfig.json'), JSON.stringify(config))

  const tsc = spawnSync('node_modules/.bin/tsc', ['-p', temp], { encoding: 'utf8' })
  expect(tsc.stdout).toBe('')
  expect(tsc.status).toBe(0)
})
