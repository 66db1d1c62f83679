import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
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
  [['generate', 'signIn', '--for', 'mocha', '--out', temp], 2, /vitest, node, playwright/],
  [['generate', 'signIn', '--for', 'node'], 2, /--out must name a folder/],
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

test('cli: generate writes a driver with a page for Playwright', async () => {
  await run('generate', 'resetPassword', '--for', 'playwright', '--faults', '0', '--out', temp)
  const spec = readFileSync(join(temp, 'resetPassword.spec.ts'), 'utf8')
  const titles = [...spec.matchAll(/^test\((".*"), async \(\{ page \}\) => \{$/gm)]
  expect(titles.length).toBeGreaterThan(3)
  expect(new Set(titles.map(([, title]) => title)).size).toBe(titles.length)
  const driver = readFileSync(join(temp, 'resetPassword.driver.ts'), 'utf8')
  expect(driver).toContain('openDriver(page: Page)')
  expect(driver).toContain(`async 'password.submit'()`)
})
