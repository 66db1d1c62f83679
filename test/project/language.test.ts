import { globSync, readFileSync } from 'node:fs'
import ts from 'typescript-5'
import { expect, test } from 'vitest'

/** Words that the field does not use for these things; as parts of identifiers too. */
const words = [
  'anybody|everybody|nobody|somebody|whoever',
  'arrivals?|farewells?|welcome',
  'doors?|faces?|houses?|rooms?',
  'hear|heard|hearing|hears|tell|telling|tells|told|unheard',
  'journeys?|keepers?|peers?|persons?',
  'outset|patience|tally|twofold',
  'seals?|sealed|unseal(ed|s)?',
  'handOver|isDue|needOne|notEnough|openAuth|renewInTurn|standIn|vanished',
]

/** Names and terms of others that contain such a word. */
const allowed = [
  ['peerDependencies', 'a field of package.json'],
  ['font-face', 'a rule of CSS'],
] as const

const banned = new RegExp(`(?<![a-z])(${words.join('|').toLowerCase()})(?![a-z])`, 'g')

/** Puts a space before every word of an identifier, and joins the banned identifiers again. */
const split = (line: string) => {
  const spaced = line.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase()
  return `${spaced} ${line.toLowerCase()}`
}

/** Lists the banned words of a text as `file:line word`. */
function findBanned(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const own = allowed.reduce((rest, [term]) => rest.replaceAll(term, ''), line)
    const found = new Set(split(own).match(banned))
    return [...found].map((word) => `${file}:${index + 1} ${word}`)
  })
}

const files = globSync(
  [
    '*.md',
    '{.,sandbox}/package.json',
    '{machines,services,adapters,sandbox,build,docs,test}/**/*.{ts,md,html,css}',
  ],
  { exclude: ['**/node_modules', '**/dist', 'test/.readme-*', 'test/project/language.test.ts'] },
).toSorted()

const bannedIn = (some: string[]) =>
  some.flatMap((file) => findBanned(file, readFileSync(file, 'utf8')))

test('language: code, comments, test titles and docs contain no banned word', () => {
  expect(files.length).toBeGreaterThan(200)
  expect(bannedIn(files)).toEqual([])
})

test.each([
  ['// Nobody is signed in.', ['nobody']],
  ['const flowKeeper = openAuth()', ['keeper', 'openauth']],
  ['type Door = string', ['door']],
  ['const { peerDependencies } = manifest', []],
  ['interface Surface { indoors: boolean; tellers: number }', []],
])('language: the banned words of %j are %j', (line, expected) => {
  expect(findBanned('a.ts', line)).toEqual(expected.map((word) => `a.ts:1 ${word}`))
})

/** Lists the exported declarations of a module that have no JSDoc comment. */
function findBare(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const isExported = (node: ts.Node) =>
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  const bare = source.statements
    .filter(isExported)
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
  return bare.map((node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    return `${file}:${line + 1} ${node.getText().split('\n')[0]}`
  })
}

test('language: every export of the library and of the sandbox has a JSDoc comment', () => {
  const sources = files.filter((file) =>
    /^(machines|services|adapters|sandbox)\/.*\.ts$/.test(file),
  )
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.flatMap((file) => findBare(file, readFileSync(file, 'utf8')))).toEqual([])
})

test('language: an export without a JSDoc comment is found in every form', () => {
  const text = `/** Documented. */
export const a = 1
// A plain comment.
export function b() {}
export interface C {}
export type D = C
const hidden = 1
`
  const found = findBare('a.ts', text).map((line) => line.split(' ')[0])
  expect(found).toEqual(['a.ts:4', 'a.ts:5', 'a.ts:6'])
})
