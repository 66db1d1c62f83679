import type { Browser } from '@playwright/test'

/** A picture of the app. */
export interface Shot {
  name: string
  /** The name of its file. */
  file: string
  /** As PNG. */
  png: Buffer
  /** How it differs from the one before. */
  change?: Change
  /** What was wrong there: one sentence in each line. */
  failure?: string
}

/** How a picture differs from that of the last run: the part of its pixels, from 0 to 1, or that there was none. */
export type Change = number | 'new'

const escape = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`)

const dataUrl = (png: Buffer) => `data:image/png;base64,${png.toString('base64')}`

/** @returns a change in words */
export const changeLabelOf = (change: Change): string =>
  change === 'new' ? 'new' : `changed by ${(change * 100).toFixed(change < 0.01 ? 2 : 1)} %`

/**
 * Writes the page with all pictures.
 *
 * @param title its heading
 * @param isWhole whether the page has the pictures themselves, or leads to their files
 */
export function sheetHtml(title: string, shots: readonly Shot[], isWhole: boolean): string {
  const figures = shots.map(({ name, file, png, change, failure }) => {
    const notes = [change !== undefined && changeLabelOf(change), failure]
      .filter(Boolean)
      .join('\n')
    const kind = failure === undefined ? (change === undefined ? '' : 'changed') : 'failed'
    const source = isWhole ? dataUrl(png) : encodeURI(file)
    return `<figure class="${kind}"><img src="${source}" alt=""><figcaption>${escape(name)}<small>${escape(notes)}</small></figcaption></figure>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 24px; background: #f4f4f5; color: #18181b }
main { display: grid; grid-template-columns: repeat(4, 1fr); gap: 20px }
figure { margin: 0; padding: 8px; background: #fff; border: 2px solid #e4e4e7; border-radius: 8px }
figure.changed { border-color: #d97706 } figure.failed { border-color: #dc2626 }
img { width: 100%; display: block; border-radius: 4px }
figcaption { padding: 8px 4px 0 } small { display: block; white-space: pre-line; color: #b45309 }
figure.failed small { color: #b91c1c }
</style><h1>${escape(title)}</h1><main>
${figures.join('\n')}
</main></html>
`
}

/** Takes a picture of the page with all pictures. */
export async function sheetPng(browser: Browser, title: string, shots: readonly Shot[]) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } })
  try {
    await page.setContent(sheetHtml(title, shots, true))
    return await page.screenshot({ fullPage: true })
  } finally {
    await page.close()
  }
}

/**
 * Compares two pictures.
 *
 * @returns the part of the pixels that differ, from 0 to 1
 */
export async function differenceOf(browser: Browser, one: Buffer, other: Buffer): Promise<number> {
  if (one.equals(other)) return 0
  const page = await browser.newPage()
  try {
    return await page.evaluate(compare, [dataUrl(one), dataUrl(other)] as const)
  } finally {
    await page.close()
  }
}

/** Runs in the page. */
async function compare(urls: readonly [string, string]): Promise<number> {
  const [one, other] = await Promise.all(
    urls.map(async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob())
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!
      context.drawImage(bitmap, 0, 0)
      return context.getImageData(0, 0, bitmap.width, bitmap.height)
    }),
  )
  if (one!.width !== other!.width || one!.height !== other!.height) return 1
  let count = 0
  for (let at = 0; at < one!.data.length; at += 4) {
    const distance = [0, 1, 2].map((n) => Math.abs(one!.data[at + n]! - other!.data[at + n]!))
    if (Math.max(...distance) > 8) count++
  }
  return count / (one!.data.length / 4)
}
