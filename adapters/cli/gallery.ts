import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from '@playwright/test'
import { gallery as picturesOf, type Picture } from '../testing/index.ts'
import type { Status } from '../client/index.ts'
import { type App, createFlow, type Screens } from '../testing/playwright/index.ts'
import { type Failure, groupFailures } from '../testing/playwright/failures.ts'
import { readArguments } from './arguments.ts'
import { UsageError } from './errors.ts'
import { showable } from './generated/playwright.ts'
import { findModel, flowHelp, modelHelp, modelOptions } from './models.ts'
import { launchBrowser } from './pictures/browser.ts'
import { changeLabelOf, differenceOf, sheetHtml, sheetPng, type Shot } from './pictures/sheet.ts'

const help = `Usage: cloudbase-authflow gallery <flow> --screens FILE [options]

Takes a picture of everything that a user can see of a flow, checks it on the way, and compares it with
the picture of the last run. Writes a contact sheet: sheet.png, and index.html with the pictures.
Exits with 1 when the app shows something else than the machine.

${flowHelp}

Options:
  --screens FILE     the page objects that generate has begun: e2e/signIn.screens.ts
  --url URL          where the app runs. Default: as FILE says
  --out DIR          where the pictures are. Default: gallery
  --browser PATH     Chrome or Chromium. Default: the one that is installed, or Playwright's
${modelHelp}
  -h, --help         show this text

Example:
  npx cloudbase-authflow gallery signIn --screens e2e/signIn.screens.ts --without ticket.submit
`

const options = {
  ...modelOptions,
  url: { type: 'string' },
  screens: { type: 'string' },
  out: { type: 'string' },
  browser: { type: 'string' },
} as const

/** Takes the pictures of a flow. */
export async function gallery(args: string[]): Promise<void> {
  const given = readArguments(args, options, help)
  if (!given) return
  const [flow, ...others] = given.positionals
  if (flow === undefined || others.length > 0) throw new UsageError('gallery takes one flow')
  const { screens: file, url, out = 'gallery', browser: path } = given.values
  if (typeof file !== 'string') throw new UsageError('--screens must name a file')
  const { app, screens } = await loadScreens(file)
  const { world, title } = await findModel(flow, given.values)
  const folder = join(String(out), title)
  const pictures = showable(await picturesOf(world))
  const { outcomes } = world
  const target = { outcomes, ...app, ...(typeof url === 'string' && { url }) }

  const browser = await launchBrowser(path as string | undefined)
  try {
    const shots: Shot[] = []
    for (const [at, picture] of pictures.entries()) {
      const shot = await takeShot(browser, target, screens, world.status, picture, at)
      shots.push({ ...shot, ...(await changeOf(browser, folder, shot)) })
    }
    const gone = await save(folder, title, shots)
    await writeFile(join(folder, 'sheet.png'), await sheetPng(browser, title, shots))
    report(folder, shots, gone)
  } finally {
    await browser.close()
  }
}

/** Plays the story of a picture and takes it, also where the app shows something else. */
async function takeShot(
  browser: Browser,
  app: App,
  screens: Screens,
  status: Status,
  { name, story }: Picture,
  index: number,
): Promise<Shot> {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-US' })
  try {
    const page = await context.newPage()
    const flow = createFlow(page, app.sandbox, screens, app)
    let failure: string | undefined
    try {
      await flow.open(app.url, status)
      await flow.play(story)
    } catch (thrown) {
      failure = (thrown as Error).message
    }
    const mask = app.mask?.(page) ?? []
    const png = await page.screenshot({ animations: 'disabled', caret: 'hide', mask })
    const number = String(index + 1).padStart(2, '0')
    const file = `${number} ${name.replace(/[^\w .+-]+/g, '')}.png`
    return { name, file, png, ...(failure !== undefined && { failure }) }
  } finally {
    await context.close()
  }
}

/** The number in front of a file changes when a look is added. */
const keyOf = (file: string) => file.replace(/^\d+ /, '')

async function changeOf(browser: Browser, folder: string, { file, png }: Shot) {
  const before = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.png'))
  if (before.length === 0) return {}
  const found = before.find((name) => keyOf(name) === keyOf(file))
  if (found === undefined) return { change: 'new' as const }
  const difference = await differenceOf(browser, await readFile(join(folder, found)), png)
  return difference > 0 ? { change: difference } : {}
}

/** Writes the pictures in place of those of the last run. Returns the names of those that are gone. */
async function save(folder: string, title: string, shots: readonly Shot[]): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const isPicture = (name: string) => /^\d+ .*\.png$/.test(name)
  const before = (await readdir(folder)).filter(isPicture)
  for (const name of before) await rm(join(folder, name))
  for (const { file, png } of shots) await writeFile(join(folder, file), png)
  await writeFile(join(folder, 'index.html'), sheetHtml(title, shots, false))
  const now = new Set(shots.map(({ file }) => keyOf(file)))
  return before.map(keyOf).filter((key) => !now.has(key))
}

function report(folder: string, shots: readonly Shot[], gone: readonly string[]): void {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  print(`${shots.length} looks in ${join(folder, 'sheet.png')}`)
  for (const { name, change } of shots)
    if (change !== undefined) print(`  ${changeLabelOf(change)}: ${name}`)
  for (const name of gone) print(`  gone: ${name.replace(/\.png$/, '')}`)
  const failures = shots.flatMap(({ name, failure }): Failure[] =>
    failure === undefined ? [] : [{ title: name, message: failure }],
  )
  if (failures.length === 0) return
  print(`\n${groupFailures(failures).join('\n')}`)
  throw new Error(`${failures.length} of ${shots.length} looks differ from the machine`)
}

async function loadScreens(file: string): Promise<{ app: App; screens: Screens }> {
  const module = (await import(pathToFileURL(resolve(file)).href).catch((error: Error) => {
    throw new Error(`${file} cannot be loaded: ${error.message}`)
  })) as Partial<{ app: App; screens: Screens }>
  const { app, screens } = module
  if (app && screens) return { app, screens }
  throw new Error(`${file} exports no \`app\` and \`screens\`, as generate writes them`)
}
