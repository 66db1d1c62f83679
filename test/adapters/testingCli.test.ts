import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript-5'
import { afterAll, expect, test, vi } from 'vitest'
import { main } from '../../adapters/cli/main.ts'
import { model, readChoices, rerun } from '../../adapters/testing/index.ts'
import { naming } from '../../docs/examples/naming.ts'

/** Inside `test/`, where imports of the package resolve as in other tests. */
const temp = mkdtempSync('test/.readme-')
afterAll(() => rmSync(temp, { recursive: true }))

/** Runs the command line in this process. */
async function run(...args: string[]) {
  const out: string[] = []
  const write = (text: unknown) => !!out.push(String(text))
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(write),
  )
  try {
    return { code: await main(args), out: out.join('') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const example = 'docs/examples/naming.ts#naming'

/** A module with a flow whose question has no answer, and a model of the flow that has none of it. */
const own = join(temp, 'own.ts')
writeFileSync(
  own,
  `import { createMachine } from 'xstate'
import { model } from ${JSON.stringify(resolve('adapters/testing/index.ts'))}
const { config, implementations } = (await import(${JSON.stringify(resolve('docs/examples/naming.ts'))})).naming
const states = { ...config.states, askingName: { tags: 'asking' } }
export const stuck = createMachine({ ...config, states } as never, implementations as never)
export const world = model({ stuck }, { outcomes: { getUser: [{ name: 'ok', output: { sub: 'user', name: 'Ada' } }] } })
`,
)

test('cli: explore prints what it has seen, and exits with 0 without a finding', async () => {
  const { code, out } = await run('explore', example)
  expect(out).toMatch(/^20 states, 25 edges, [\d.]+ s\n$/)
  expect(code).toBe(0)
})

test('cli: explore exits with 1 on a finding, and saves its story', async () => {
  const file = join(temp, 'story.json')
  const { code, out } = await run('explore', `${own}#stuck`, '--save', file)
  expect(out).toContain('✗ there is a way on wherever the user moves next: no event is taken')
  expect(out).toContain('When they send flow.start')
  expect(code).toBe(1)
  const choices = readChoices(readFileSync(file, 'utf8'))
  const { violations } = await rerun(choices, model({ naming }))
  expect(choices).toHaveLength(2)
  expect(violations).toEqual([])
})

test('cli: explore takes a model, and options that say more', async () => {
  expect(await run('explore', `${own}#world`)).toMatchObject({ code: 0 })
  const hostile = await run('explore', `${own}#world`, '--hostile', '--faults', '2')
  expect(hostile.out).toMatch(/^\d+ states/)
  const limited = await run('explore', 'signIn', '--limit', '5', '--without', 'guest.enter')
  expect(limited.out).toContain('not complete')
})

test.each([
  [['explore'], 2, /takes one flow/],
  [['explore', 'signIn', '--faults', 'many'], 2, /--faults must be a number/],
  [['explore', 'nothing'], 1, /there is no flow "nothing"/],
  [
    ['generate', 'signIn', '--for', 'mocha', '--out', temp],
    2,
    /playwright, storybook, vitest, node/,
  ],
  [['generate', 'signIn', '--for', 'node'], 2, /--out must name a folder/],
  [['gallery'], 2, /takes one flow/],
  [['gallery', 'signIn'], 2, /--screens must name a file/],
  [['gallery', 'signIn', '--screens', 'none.ts'], 1, /none.ts cannot be loaded/],
])('cli: %j exits with %i', async (args, code, text) => {
  const output = await run(...args)
  expect(output.out).toMatch(text)
  expect(output.code).toBe(code)
})

/** Runs the tests of the file with node:test. */
const runTests = (file: string) =>
  promisify(execFile)(resolve('node_modules/.bin/node'), ['--test', file]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )

test('cli: generate writes tests that run, a plan, and a driver that it keeps', async () => {
  const generate = () => run('generate', example, '--for', 'node', '--out', temp)
  const spec = join(temp, 'naming.spec.ts')
  const driver = join(temp, 'naming.driver.ts')
  const { code, out } = await generate()
  expect(code).toBe(0)
  expect(out).toContain(`fill in ${driver}`)
  expect(readFileSync(join(temp, 'naming.plan.md'), 'utf8')).toContain('When they send name.submit')

  const here = (text: string) =>
    text
      .replaceAll('cloudbase-authflow/testing', resolve('adapters/testing/index.ts'))
      .replaceAll('.driver.js', '.driver.ts')
  const prepare = () => {
    writeFileSync(spec, here(readFileSync(spec, 'utf8')))
    writeFileSync(driver, here(readFileSync(driver, 'utf8')))
  }
  prepare()
  expect(await runTests(spec)).toContain('write how a user sends flow.start')

  writeFileSync(
    driver,
    `let look: object
export const openDriver = () => ({ send: (step: { look: object }) => void (look = step.look), read: () => look })
`,
  )
  const again = await generate()
  expect(again.out).toContain('does not mention flow.start, name.skip, name.submit')
  expect(readFileSync(driver, 'utf8')).toContain('let look')
  prepare()
  expect(await runTests(spec)).toMatch(/pass [1-9]\d*\n.*fail 0/s)
})

const resetPassword = (...more: string[]) =>
  run('generate', 'resetPassword', '--for', 'playwright', '--faults', '0', '--out', temp, ...more)

test('cli: generate writes stories and looks for Playwright, and a plan that lists what is never sent', async () => {
  const { code, out } = await resetPassword('--without', 'contact.change')
  expect(code).toBe(0)
  expect(out).toMatch(/\d+ looks in .*\d+ stories in .*fill in .*screens\.ts: 5 screens\n/s)
  expect(out).toContain('never sent by the app: contact.change')
  expect(readFileSync(join(temp, 'resetPassword.plan.md'), 'utf8')).toContain(
    'Never sent by the app: contact.change.',
  )
  for (const kind of ['spec', 'looks.spec']) {
    const spec = readFileSync(join(temp, `resetPassword.${kind}.ts`), 'utf8')
    const titles = [...spec.matchAll(/^test\('(.*)', async \(\{ page \}\) => \{$/gm)]
    expect(titles.length).toBeGreaterThan(3)
    expect(new Set(titles.map(([, title]) => title)).size).toBe(titles.length)
    expect(spec).toContain(`answers: [['sendVerification', 'ok, a user']]`)
  }
})

test('cli: generate adds what is missing to page objects, and touches nothing that is there', async () => {
  const file = join(temp, 'resetPassword.screens.ts')
  rmSync(file, { force: true })
  await resetPassword()
  const whole = readFileSync(file, 'utf8')
  expect(await resetPassword()).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toBe(whole)

  // What a team may have: another style, texts and patterns with braces, and less than is needed.
  const own = `import type { Screens } from 'cloudbase-authflow/testing/playwright'
const tail = /[/'}]\\/$/ // {
export const screens: Screens = {
    "askingCode": { find: page => page.getByText(\`{ \${tail} \`), events: {
        'code.submit': { find: (page) => page.getByLabel(/co"de}/) } // mine, not { theirs
    } },
    signedIn: { find: (page) => page.getByText("it's {") },
    signedOut: { find(page) { return page.getByText('/*') } }
}
export const app = { url: 'https://app.example' }
`
  writeFileSync(file, own)
  const { out } = await resetPassword()
  expect(out).toMatch(/added askingCode contact\.change, askingCode code\.resend, .*askingContact/)
  const added = readFileSync(file, 'utf8')
  const withoutCommas = (text: string) => text.replaceAll(',', '')
  const kept = own.split('\n').filter((line) => !/^\s*\} \},$/.test(line))
  const isThere = (line: string) => withoutCommas(added).includes(withoutCommas(line))
  expect(kept.filter((line) => !isThere(line))).toEqual([])
  const parsed = ts.createSourceFile(file, added, ts.ScriptTarget.Latest, true)
  expect((parsed as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics).toEqual([])
  expect(await resetPassword()).not.toMatchObject({ out: expect.stringContaining('added') })
  expect(readFileSync(file, 'utf8')).toBe(added)

  writeFileSync(file, 'export const screens = makeScreens()')
  expect((await resetPassword()).out).toContain('no constant `screens` that is an object literal')
})

test('cli: generate writes a story of Storybook for everything that a user can see', async () => {
  const storybook = () => run('generate', example, '--for', 'storybook', '--out', temp)
  expect((await storybook()).out).toContain('fill in')
  const file = join(temp, 'naming.stories.ts')
  writeFileSync(join(temp, 'naming.render.ts'), 'export const render = (look: object) => look\n')
  expect((await storybook()).out).not.toContain('fill in')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('.render.js', '.render.ts'))
  const stories = (await import(resolve(file))) as Record<string, { name: string; args: object }>
  expect(stories['default']).toMatchObject({ title: 'Flows/naming' })
  expect(stories['AskingName']).toMatchObject({
    name: 'naming.askingName',
    args: { step: 'askingName', can: ['name.skip', 'name.submit'] },
  })
})
