/** The pages of the machines and of the examples: their source. */
import { globSync, readFileSync } from 'node:fs'
import { addressOfSource, exampleFiles, isSource, root } from '../sources.js'

export default {
  paths: () =>
    [
      ...new Set([
        ...globSync(['machines/**/*.ts', 'docs/examples/*.ts'], { cwd: root }),
        ...exampleFiles,
      ]),
    ]
      .filter(isSource)
      .map((file) => ({
        params: { path: addressOfSource(file).replace('/source/', '') },
        content: `\`\`\`${file.split('.').at(-1)}\n${readFileSync(root + file, 'utf8')}\n\`\`\``,
      })),
}
