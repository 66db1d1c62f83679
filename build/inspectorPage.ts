/** Builds the inspector page: one HTML file without any request. */
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const folder = new URL('../adapters/inspect/page/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

/** Returns the HTML of the page, made from its sources. */
export async function buildPage(): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('main.ts', folder)),
    platform: 'browser',
  })
  const { output } = await bundle.generate({ minify: true })
  const script = output[0].code.replaceAll('</', '<\\/')
  const style = read('style.css')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
  // By functions, because `$` has a meaning in replacements.
  return read('index.html')
    .replaceAll(/\n\s*/g, '\n')
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace(/<script id="layouts"[^>]*>/, (tag) => tag + read('layouts.json').trim())
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
}

if (import.meta.main) {
  const html = await buildPage()
  // The page is bundled: its compiled modules serve nothing.
  const isUsed = (file: string) => /\/html\.(js|d\.ts)$/.test(file)
  for (const file of globSync('dist/adapters/inspect/page/*')) if (!isUsed(file)) rmSync(file)
  const module = `/** The inspector page as one HTML text. */\nexport const html = ${JSON.stringify(html)}\n`
  writeFileSync('dist/adapters/inspect/page/html.js', module)
  writeFileSync('dist/inspector.html', html)
  copyFileSync('adapters/inspect/page/layouts.json', 'dist/adapters/inspect/page/layouts.json')
}
