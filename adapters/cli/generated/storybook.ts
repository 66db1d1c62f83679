import type { Picture } from '../../testing/index.ts'
import { literal, quote } from './literal.ts'

/**
 * Writes a story of Storybook for everything that a user can see (Component Story Format 3).
 *
 * @param title the name of the files
 * @param command the command that writes the file
 */
export function storybookStories(
  pictures: readonly Picture[],
  title: string,
  command: string,
): string {
  const names = new Set<string>()
  const stories = pictures.map(({ name, look }) => {
    const words = name.replace(/^\w+\./, '').match(/\w+/g) ?? []
    const joined = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
    const id = names.has(joined) ? `${joined}${names.size}` : joined
    names.add(id)
    return `export const ${id} = { name: ${quote(name)}, args: ${literal(look)} }\n`
  })
  return `// Written anew by \`${command}\`; what is yours is in ${title}.render.ts.
import { render } from './${title}.render.js'

export default { title: ${quote(`Flows/${title}`)}, render }

${stories.join('')}`
}

/** Writes the file that is the user's: how a look becomes what Storybook shows. */
export const storybookRender = (): string => `// Yours. \`generate\` writes it once.
import type { Look } from 'cloudbase-authflow/testing'

/** Shows your screen of a step: an element, or what your framework's Storybook takes. */
export function render(look: Look) {
  const element = document.createElement('pre')
  element.textContent = JSON.stringify(look, undefined, 2)
  return element
}
`
