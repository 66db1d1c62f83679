/** Follows `docs/guide/start.md` word by word in empty folders. */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { packLibrary, packSandbox, run } from '../support/packages.ts'

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-start-')))
afterAll(() => rmSync(temp, { recursive: true }))

const modules = join(process.cwd(), 'node_modules')
const own = ['cloudbase-authflow', 'cloudbase-authflow-sandbox']

beforeAll(async () => {
  for (const [index, tarball] of [await packLibrary(), await packSandbox()].entries()) {
    const folder = join(temp, 'packed', own[index]!)
    mkdirSync(folder, { recursive: true })
    run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder], temp)
  }
}, 300_000)

interface Section {
  /** The lines of its blocks of commands. */
  commands: string[]
  /** Its files by their paths. */
  files: Record<string, string>
}

/** Reads the sections of a page by their headings. */
function readSections(page: string): Record<string, Section> {
  const sections = page.split(/^## /m).slice(1)
  return Object.fromEntries(
    sections.map((section) => {
      const blocks = [...section.matchAll(/(?:^`([\w./]+)`\n\n)?^```(\w+)\n(.*?)^```/gms)]
      const files = blocks.filter(([, path]) => path).map(([, path, , code]) => [path, code])
      const commands = blocks.filter(([, , language]) => language === 'sh')
      return [
        section.split('\n')[0]!,
        {
          commands: commands.flatMap(([, , , code]) => code!.trim().split('\n')),
          files: Object.fromEntries(files) as Record<string, string>,
        },
      ]
    }),
  )
}

/** Installs the packages that a command names, as `npm install` does, without a registry. */
function install(command: string, app: string) {
  expect(command).toMatch(/^npm install (--save-dev )?[\w@/ -]+$/)
  for (const name of command
    .split(' ')
    .slice(2)
    .filter((word) => !word.startsWith('--'))) {
    const link = join(app, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    if (own.includes(name)) cpSync(join(temp, 'packed', name), link, { recursive: true })
    else symlinkSync(join(modules, name), link)
  }
  // What the sandbox depends on.
  for (const name of ['hono', '@hono', 'jose']) {
    const link = join(app, 'node_modules', name)
    if (!existsSync(link)) symlinkSync(join(modules, name), link)
  }
}

/** Runs `npx NAME …` of the packages that the app has installed. */
async function start(command: string, app: string, pattern: RegExp): Promise<string> {
  const [npx, name = '', ...args] = command.split(' ')
  expect(npx).toBe('npx')
  const folder = join(app, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const script = join(folder, typeof bin === 'string' ? bin : bin[name]!)
  const child: ChildProcess = spawn(process.execPath, [script, ...args], {
    cwd: app,
    env: { ...process.env, NO_COLOR: '1' },
  })
  onTestFinished(() => void child.kill())
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(pattern)
  return pattern.exec(output)![0]
}

describe.each(['start.md', 'start.zh-CN.md'])('docs/guide/%s', (file) => {
  const page = readFileSync(join('docs/guide', file), 'utf8')
  const [client, vue, react, svelte, vanilla, runIt] = Object.values(readSections(page))
  const all = { vanilla, vue, svelte, react }
  // `EVERY_START=1` follows every section in both languages, which takes a minute and a half.
  const sections =
    process.env['EVERY_START'] === '1' ? all : file.includes('zh') ? { react } : { vanilla }

  test.each(Object.entries(sections))('a reader who follows %s signs in', async (name, section) => {
    const app = join(temp, `${name}-${file}`)
    mkdirSync(app)
    for (const command of section!.commands) install(command, app)
    const [sandbox, vite] = runIt!.commands as [string, string]
    const address = await start(
      sandbox.replace(/--port \d+/, '--port 0'),
      app,
      /http:\/\/127\.0\.0\.1:\d+/,
    )
    const port = /--port (\d+)/.exec(sandbox)![1]!
    for (const [path, code] of Object.entries({ ...client!.files, ...section!.files })) {
      mkdirSync(dirname(join(app, path)), { recursive: true })
      writeFileSync(join(app, path), code.replaceAll(`http://127.0.0.1:${port}`, address))
    }
    const tab = await openPage(await start(vite, app, /http:\/\/localhost:\d+\//))

    const label = (english: string, chinese: string) =>
      tab.getByLabel(file.includes('zh') ? chinese : english)
    const button = (english: string, chinese: string) =>
      tab.getByRole('button', { name: file.includes('zh') ? chinese : english })
    await label('Phone or e-mail', '手机号或邮箱').fill('13800000000')
    await button('Send code', '获取验证码').click()
    await label('Code', '验证码').waitFor()
    expect(await button('Send another code', '重新发送').isDisabled()).toBe(true)
    await tab.reload()
    const inbox = await fetch(`${address}/__sandbox/inbox`)
    const [newest] = (await inbox.json()) as { code: string }[]
    await label('Code', '验证码').fill(newest!.code)
    await button('Continue', '继续').click()
    await label('Name', '昵称').fill('Ada')
    await button('Save', '保存').click()
    await button('Sign out', '退出登录').click()
    await label('Phone or e-mail', '手机号或邮箱').waitFor()
    // Browsers ask for an icon, which these pages do not have.
    expect(tab.errors.filter((text) => !text.includes('404 (Not Found)'))).toEqual([])
  })
})
