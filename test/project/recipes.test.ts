import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const languages = ['', '.zh-CN']
const page = (name: string, language: string) =>
  readFileSync(`docs/guide/${name}${language}.md`, 'utf8')

/** The lines of a text that are not blank. */
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim()).length

/** The code blocks of a page from a heading to the next of its kind. */
const blocksOf = (markdown: string, from: RegExp) => {
  const start = markdown.search(from)
  const end = markdown.slice(start + 1).search(/^## /m)
  const section = end < 0 ? markdown.slice(start) : markdown.slice(start, start + 1 + end)
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name !== 'sh')
    .map(([, , code]) => code!)
}

const sum = (blocks: string[]) => blocks.reduce((lines, block) => lines + linesOf(block), 0)

test.each(languages)('recipes%s.md counts the lines of its code', (language) => {
  const start = page('start', language)
  const form = blocksOf(start, /^## React$/m).find((code) => code.includes('function App'))!
  const [client] = blocksOf(start, /^## (The client|客户端)$/m)
  const guards = page('guards', language)
  const session = blocksOf(guards, /^# /m)
  const recipes = page('recipes', language)

  const counts = {
    start: sum([client!, form]),
    client: sum(blocksOf(recipes, /^## .*React/m)),
    guard: sum([...session, ...blocksOf(guards, /^## React Router$/m)]),
    miniProgram: sum(blocksOf(recipes, /^## .*(mini-program|小程序)/m)),
  }
  const { start: lines, client: ours, guard, miniProgram } = counts
  const numbers = [lines + ours + guard, lines, ours, guard, miniProgram]
  const table = recipes.slice(0, recipes.search(/^## /m)).replaceAll(/`[^`]*`/g, '')
  const stated = [...table.matchAll(/(\d+) (?:lines|行|of the)/g)].map(([, number]) =>
    Number(number),
  )
  expect(stated).toEqual(numbers)
})

test.each(languages)('recipes%s.md counts the lines of the example in React', (language) => {
  const files = globSync('docs/examples/react/src/*.{ts,tsx}', { exclude: ['**/env.d.ts'] })
  const all = sum(files.map((file) => readFileSync(file, 'utf8')))
  const forms = linesOf(readFileSync('docs/examples/react/src/forms.ts', 'utf8'))
  const text = page('recipes', language)
  expect(text).toMatch(new RegExp(`${all} (lines|行)`))
  expect(text).toMatch(new RegExp(`${forms} (say|行)`))
})
