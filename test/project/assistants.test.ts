/** Checks what coding assistants read. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sections } from '../../docs/flows/machines.ts'
import { stepsOf } from '../../docs/guide/steps.ts'
import type { Auth } from '../../adapters/client/index.ts'
import type { signIn } from '../../machines/flows/signIn.ts'
import { createSandbox } from '../../sandbox/index.ts'

const skill = readFileSync('docs/skill/SKILL.md', 'utf8')
const temp = mkdtempSync('test/.readme-skill-')
afterAll(() => rmSync(temp, { recursive: true }))

/** What the modules of the skill export. */
interface SkillModules {
  auth: Auth<{ signIn: typeof signIn }>
  submit(text: string): void
  ready: Promise<void>
  loadUser(): Promise<object>
  signOut(): void
}

/** The modules of the skill by their names. */
const modules = Object.fromEntries(
  [...skill.matchAll(/^```ts\n\/\/ ([\w.]+)\n(.*?)^```/gms)].map(([, name, code]) => [name, code!]),
)

test('docs/skill/SKILL.md: its test of a sign-in passes', async () => {
  const path = resolve(temp, 'signIn.ts')
  writeFileSync(path, modules['signIn.test.ts']!)
  await expect(import(path)).resolves.toBeDefined()
})

test('docs/skill/SKILL.md: its client, forms and session sign up, load the user and sign out', async () => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  try {
    for (const name of ['client.ts', 'forms.ts', 'session.ts']) {
      const code = modules[name]!.replace('http://127.0.0.1:4871', url)
      writeFileSync(join(temp, name), code)
    }
    const load = (name: string) => import(resolve(temp, name)) as Promise<SkillModules>
    const { auth } = await load('client.ts')
    const { submit } = await load('forms.ts')
    const session = await load('session.ts')
    await session.ready
    const at = (step?: string) => expect.poll(() => auth.get().step).toBe(step)
    auth.send({ type: 'flow.start', flow: 'signIn' })
    await at('askingAccount')
    submit('13800000000')
    await at('askingCode')
    submit(sandbox.inbox()[0]!.code)
    await at('askingProfile')
    submit('Ada')
    await at(undefined)
    expect(await session.loadUser()).toMatchObject({ name: 'Ada', phone_number: '+86 13800000000' })
    session.signOut()
    await expect.poll(() => auth.get().status).toBe('signedOut')
    auth.stop()
  } finally {
    await close()
  }
})

test('docs/skill/SKILL.md: the table has every step of signIn in which the user moves next', () => {
  const machine = sections.find(({ folder }) => folder === 'flows')!.machines['signIn']!
  const asking = [...stepsOf(machine, 'en').seen.keys()].filter((step) => step.startsWith('asking'))
  const listed = [...skill.matchAll(/^\| `(asking\w+)` \| .* \| (.*) \|$/gm)]
  expect(listed.map(([, step]) => step!).toSorted()).toEqual(asking.toSorted())
  const events = new Map(
    [...stepsOf(machine, 'en').seen].map(([step, { events }]) => [step, events]),
  )
  for (const [, step, cell] of listed) {
    const named = [...cell!.matchAll(/`([a-z]\w*\.[a-z]\w*)/gi)].map(([, event]) => event)
    expect(events.get(step!)).toEqual(expect.arrayContaining(named))
  }
})

test('docs/llms.txt: every link leads to a file', () => {
  const links = [...readFileSync('docs/llms.txt', 'utf8').matchAll(/\]\(([^)]+)\)/g)]
  expect(links.length).toBeGreaterThan(10)
  expect(links.map(([, path]) => path!).filter((path) => !existsSync(path))).toEqual([])
})
