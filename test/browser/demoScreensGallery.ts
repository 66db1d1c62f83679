/** Takes the pictures of the documentation, when `GALLERY` is set. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Page } from 'playwright-core'
import { gallery, type GalleryFlow, sheetOf } from '../../docs/guide/gallery.ts'
import { openBrowser } from '../support/chromium.ts'

type Language = Parameters<typeof sheetOf>[1]
interface Picture {
  step: string
  png: Buffer
}

/** `GALLERY=1` takes the pictures. */
export const takesPictures = !!process.env['GALLERY']
const pictures = new Map<string, Picture>()

/** What the demo adds around the card. */
const style = '.inbox-section, .again { display: none }'

/** Takes a picture of the card, or of the dialog over it, in the light scheme on a phone. */
export async function takePicture(page: Page, look: string, language: Language): Promise<void> {
  if (!takesPictures) return
  // High enough for every card: a page that has to scroll can cut one off.
  await page.setViewportSize({ width: 390, height: 1200 })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const dialog = page.locator('dialog[open]')
  const target = (await dialog.count()) > 0 ? dialog : page.locator('.card')
  const step = (await page.locator('.card').getAttribute('data-step'))!
  pictures.set(`${language} ${look}`, { step, png: await target.screenshot({ style }) })
}

/** Writes the sheets; a look without a picture is an error. */
export async function writeSheets(): Promise<void> {
  const page = await (await openBrowser()).newPage()
  for (const flow of Object.keys(gallery) as GalleryFlow[])
    for (const language of ['en', 'zh'] as const) await writeSheet(page, flow, language)
  await page.close()
}

async function writeSheet(page: Page, flow: GalleryFlow, language: Language) {
  const figures = gallery[flow].map((look) => {
    const { step, png } = pictures.get(`${language} ${look}`)!
    const source = `data:image/png;base64,${png.toString('base64')}`
    return `<figure><img src="${source}"><figcaption>${step}</figcaption></figure>`
  })
  const columns = Math.min(figures.length, 5)
  await page.setContent(
    `<!doctype html><style>
      body { display: grid; grid-template-columns: repeat(${columns}, 220px); gap: 16px; margin: 0;
        padding: 16px; width: max-content; background: #f4f5f8 }
      figure { margin: 0 } img { display: block; width: 100%; border-radius: 12px }
      figcaption { padding-top: 6px; font: 12px ui-monospace, monospace; color: #5a6172 }
    </style>${figures.join('')}`,
  )
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
  const box = (await page.locator('body').boundingBox())!
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 55,
    captureBeyondViewport: true,
    clip: { ...box, scale: 1 },
  })
  const path = sheetOf(flow, language)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, Buffer.from(data, 'base64'))
}
