import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame, Page } from 'playwright-core'

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Result {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[]
}

/**
 * Finds what axe calls a violation.
 *
 * @param page a page or a frame
 * @returns a line for each element
 */
export async function axeViolations(page: Page | Frame): Promise<string[]> {
  await page.evaluate(script)
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document): Promise<unknown> } }
    return (await axe.run(document)) as Result
  })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}
