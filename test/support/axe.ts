import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame, Page } from 'playwright-core'

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Result {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[]
}

/** What {@link axeViolations} looks at. */
export interface AxeOptions {
  /** A selector of the part of the page. Default: the page. */
  within?: string
  /** The ids of the rules. Default: all. */
  rules?: string[]
}

/**
 * Finds what axe calls a violation.
 *
 * @param page a page or a frame
 * @returns a line for each element
 */
export async function axeViolations(
  page: Page | Frame,
  { within, rules }: AxeOptions = {},
): Promise<string[]> {
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(script)
  const { violations } = await page.evaluate(
    async ([selector, ids]) => {
      const { axe } = window as unknown as {
        axe: { run(root: ParentNode, options: object): Promise<unknown> }
      }
      const root = selector ? document.querySelector(selector)! : document
      return (await axe.run(root, {
        resultTypes: ['violations'],
        ...(ids && { runOnly: ids }),
      })) as Result
    },
    [within, rules] as const,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}
