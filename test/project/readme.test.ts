import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path/posix'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { sections } from '../../docs/flows/machines.ts'
import { stepsOf } from '../../docs/guide/steps.ts'
import type { FlowMeta } from '../../machines/core/session.ts'
import { createSandbox } from '../../sandbox/index.ts'

const readmes = ['README.md', 'README.zh-CN.md']
const flows = sections.find(({ folder }) => folder === 'flows')!.machines

/** Inside `test/`, where imports resolve as in other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

const read = (file: string) => readFileSync(file, 'utf8')

/** The paths in the package, without `dist`, which is not built yet. */
const packed = (() => {
  const flags = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const report = JSON.parse(execFileSync('npm', flags, { encoding: 'utf8' })) as unknown
  const [{ files }] = Object.values(report as object) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
})()
const pages = packed.filter((path) => path.endsWith('.md'))

interface Block {
  line: number
  code: string
}

/** Blocks of TypeScript. Of a block that shows a change, the code after it. */
const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(ts|diff)\n(.*?)^```$/gms)].map((match) => {
    const [, language, text] = match as unknown as [string, string, string]
    const line = markdown.slice(0, match.index).split('\n').length
    return { line, code: language === 'ts' ? text : text.replaceAll(/^(-.*\n|[ +])/gm, '') }
  })

/** Joins each block without imports to the one before it, which it continues. */
function modulesOf(file: string): Block[] {
  const modules: Block[] = []
  for (const block of blocksOf(read(file))) {
    const last = modules.at(-1)
    if (last && !/^import /m.test(block.code)) last.code += block.code
    else modules.push({ ...block })
  }
  return modules
}

/** The module that examples import as `./auth.ts`, unless their page has one of its own. */
const names = Object.keys(flows).join(', ')
const clientModule = `import { createAuth, ${names} } from 'cloudbase-authflow'
export const auth = createAuth({ env: 'your-env-id', flows: { ${names} } })
`

/** Runs a module and collects what it prints. */
async function run(code: string, name: string) {
  const path = resolve(temp, name)
  writeFileSync(path, code)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  onTestFinished(() => log.mockRestore())
  await import(path)
  return log.mock.calls
}

for (const file of readmes) {
  test(`${file} shows code within its first 30 lines`, () => {
    const first =
      read(file)
        .split('\n')
        .findIndex((line) => line.startsWith('```')) + 1
    expect(first).toBeGreaterThanOrEqual(1)
    expect(first).toBeLessThanOrEqual(30)
  })

  test(`${file}: the first example signs in to the sandbox`, async () => {
    const sandbox = createSandbox()
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    const port = /npx cloudbase-authflow-sandbox --port (\d+)/.exec(read(file))![1]
    const { code } = modulesOf(file)[0]!
    expect(code).toContain(`http://127.0.0.1:${port}`)

    const printed = await run(code.replace(`http://127.0.0.1:${port}`, url), `${file}-first.ts`)
    await vi.waitFor(() => expect(printed.at(-1)).toEqual(['signedIn', '-', '']), 10_000)
    expect(printed.map(([status, step]) => `${status} ${step}`)).toEqual(
      expect.arrayContaining(['unknown -', 'signedOut askingAccount', 'signedOut askingCode']),
    )
    expect(sandbox.users()).toMatchObject([{ phone_number: '+86 13800000000' }])
  })

  test(`${file}: the sandbox of the example starts and stops`, async () => {
    const { code } = modulesOf(file).find(({ code }) => code.includes('createSandbox('))!
    expect(await run(code, `${file}-sandbox.ts`)).toEqual([
      [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), undefined],
    ])
  })

  test(`${file} lists the steps of signIn in which the user moves next, with their events`, () => {
    const listed = [...read(file).matchAll(/^\| `(asking\w+)` \| .+ \| (.+) \|$/gm)]
    const steps = [...stepsOf(flows['signIn']!, 'en').seen].filter(([name]) =>
      name.startsWith('asking'),
    )
    const events = Object.fromEntries(steps.map(([name, { events }]) => [name, events]))
    const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code)
    expect(Object.fromEntries(listed.map(([, step, cell]) => [step, codes(cell!)]))).toEqual(events)
  })

  test(`${file} lists every flow with the statuses it is for`, () => {
    const rows = [...read(file).matchAll(/^\| \[`(\w+)`\]\(docs\/flows\/\w+\.md\) \| (.+?) \|/gm)]
    const listed = rows.map(([, name, cell]) => [name, cell!.match(/(?<=`)\w+(?=`)/g) ?? undefined])
    const whoOf = ({ meta }: { meta?: FlowMeta }) => meta?.who
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(Object.entries(flows).map(([name, { config }]) => [name, whoOf(config)])),
    )
  })

  test(`${file} runs no command of a package that this project does not own`, () => {
    const commands = read(file).match(/\bnpx \S+/g) ?? []
    expect(new Set(commands)).toEqual(
      new Set(['npx cloudbase-authflow-sandbox', 'npx cloudbase-authflow']),
    )
  })
}

test('docs: every TypeScript block type-checks', () => {
  // The site is generated from these pages and has dependencies of its own.
  const inDocs = globSync('docs/**/*.md', { exclude: ['docs/api', 'docs/site'] })
  const sources = [...new Set([...pages, 'sandbox/README.md', ...inDocs])]
  const files = sources.filter((file) => blocksOf(read(file)).length > 0)
  expect(files).toEqual(expect.arrayContaining([...readmes, 'sandbox/README.md']))
  const folders = files.map((file) => file.replaceAll('/', '-'))
  for (const [index, file] of files.entries()) {
    const folder = join(temp, folders[index]!)
    mkdirSync(folder)
    cpSync('docs/examples', folder, { recursive: true })
    writeFileSync(join(folder, 'auth.ts'), clientModule)
    for (const { line, code } of modulesOf(file)) {
      const name = /^\/\/ (\w+\.ts)$/m.exec(code)?.[1] ?? `line-${line}.ts`
      writeFileSync(join(folder, name), code)
    }
  }
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  const config = {
    extends: '../tsconfig.json',
    compilerOptions,
    include: folders.map((folder) => `${folder}/*.ts`),
  }
  writeFileSync(join(temp, 'tsconfig.json'), JSON.stringify(config))

  const tsc = spawnSync('node_modules/.bin/tsc', ['-p', temp], { encoding: 'utf8' })
  expect(tsc.stdout).toBe('')
  expect(tsc.status).toBe(0)
})

test.each(['comparison', 'elements', 'testing'])(
  'docs/guide/%s.zh-CN.md has the code of the English page',
  (name) => {
    const codeOf = (end: string) =>
      read(`docs/guide/${name}${end}.md`).match(/^```\w+\n.*?^```$/gms) ?? []
    expect(codeOf('.zh-CN')).toEqual(codeOf(''))
  },
)

/** Links and pictures, outside of code. */
const linksOf = (file: string) =>
  [
    ...read(file)
      .replaceAll(/```.*?```|`[^`\n]*`/gs, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target!)
const isAbsolute = (target: string) => /^[a-z]+:/i.test(target)
/** The anchors of a page's headings. */
const anchorsOf = (file: string) =>
  [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('links: the package has both READMEs, the guide, the charts, the decisions and the example', () => {
  expect(pages).toEqual(
    expect.arrayContaining([
      ...readmes,
      'docs/README.md',
      'docs/differences.md',
      'docs/faults.md',
      'docs/flows/signIn.md',
      'docs/guide/inspect.md',
      'docs/guide/steps.md',
    ]),
  )
  expect(packed).toContain('docs/examples/naming.ts')
  expect(packed.filter((path) => path.startsWith('docs/demo/'))).toEqual([])
})

test('docs/README.md links to every decision and to the index of every other folder', () => {
  const linked = linksOf('docs/README.md').map((target) => join('docs', target))
  const decisions = pages.filter((path) => path.startsWith('docs/decisions/'))
  expect(linked).toEqual(
    expect.arrayContaining([
      ...decisions,
      'docs/differences.md',
      'docs/faults.md',
      'docs/flows/README.md',
      'docs/guide/steps.md',
    ]),
  )
})

test.each(pages)('links: every relative link of %s leads to a packed file', (file) => {
  const broken = linksOf(file)
    .filter((target) => !isAbsolute(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#')
      const to = path ? join(dirname(file), path) : file
      return !packed.includes(to) || (anchor !== undefined && !anchorsOf(to).includes(anchor))
    })
  expect(broken).toEqual([])
})

test('links: no page leads to a website of this project, because it has none', () => {
  const hosts = pages
    .flatMap(linksOf)
    .filter(isAbsolute)
    .map((target) => new URL(target).host)
  expect([...new Set(hosts)].toSorted()).toEqual(['stately.ai'])
})
