/** The API reference: every entry of the package, under the name it is imported by. */
import { readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)
const { name, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

/** The source of each entry, by the name an app imports. */
export const entries = Object.entries(exports).flatMap(([path, target]) =>
  target.types?.startsWith('./dist/')
    ? [
        {
          name: name + path.slice(1),
          file: target.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts'),
        },
      ]
    : [],
)

export default {
  plugin: [
    'typedoc-plugin-markdown',
    'typedoc-plugin-missing-exports',
    'typedoc-vitepress-theme',
    './entryNames.js',
  ],
  entryPoints: entries.map(({ file }) => `../../${file}`),
  tsconfig: '../../tsconfig.json',
  skipErrorChecking: true,
  out: '../api',
  router: 'module',
  docsRoot: '..',
  readme: 'none',
  name: 'API reference',
  disableSources: true,
  excludeInternal: true,
  excludeExternals: true,
  externalPattern: ['**/node_modules/**'],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  internalModule: 'Types that have no export',
  // `test/project/language.test.ts` requires a description of every export.
  validation: { notDocumented: false },
}
