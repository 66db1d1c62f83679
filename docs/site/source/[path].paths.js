/** The pages of the machines and of the examples: their source. */
import { globSync, readFileSync } from 'node:fs'
import { isSource, root } from '../sources.js'

export default {
  paths: () =>
    globSync(['machines/**/*.ts', 'docs/examples/*.ts'], { cwd: root })
      .filter(isSource)
      .map((path) => ({
        params: { path },
        content: `\`\`\`ts\n${readFileSync(root + path, 'utf8')}\n\`\`\``,
      })),
}
