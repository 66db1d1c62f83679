import { expect, test } from 'vitest'
import { readFileSync, statSync } from 'node:fs'
import { errorsPage } from '../../docs/guide/errors.ts'
import { errorTexts } from '../../docs/guide/errorTexts.ts'
import { flowPage, flows, pathOf } from '../../docs/guide/flowPages.ts'
import { gallery, type GalleryFlow, sheetOf } from '../../docs/guide/gallery.ts'
import { isKnownCode } from '../../services/codes.ts'

const languages = ['en', 'zh'] as const
const pages = languages.flatMap((language) =>
  Object.keys(flows).map((flow) => [pathOf(`flows/${flow}`, language), flow, language] as const),
)

test.each(pages)('%s is generated from the machine', async (file, flow, language) => {
  await expect(flowPage(flow, language)).toMatchFileSnapshot(`../../${file}`)
})

test.each(languages)('docs/guide/errors in %s has every code and sentence', async (language) => {
  await expect(errorsPage(language)).toMatchFileSnapshot(`../../${pathOf('errors', language)}`)
})

test('docs/guide/gallery: each look is in one sheet, and every flow with a page has one of at most 7 kB a look', () => {
  const looks = Object.values(gallery).flat()
  expect(new Set(looks).size).toBe(looks.length)
  // The page that CloudBase hosts is not ours to show.
  expect([...Object.keys(gallery), 'hostedLogin'].toSorted()).toEqual(Object.keys(flows).toSorted())
  for (const flow of Object.keys(gallery) as GalleryFlow[])
    for (const language of languages)
      expect(statSync(sheetOf(flow, language)).size, sheetOf(flow, language)).toBeLessThan(
        7000 * gallery[flow].length,
      )
})

test('docs/guide/errors: the codes are those that the type AuthErrorCode describes', () => {
  const source = readFileSync(new URL('../../services/error.ts', import.meta.url), 'utf8')
  const described = [...source.matchAll(/^ \* \| `(\w+)` \| (\w+) \|/gm)]
  expect(Object.entries(errorTexts).map(([code, { from }]) => [code, from])).toEqual(
    described.map(([, code, from]) => [code, from]),
  )
  expect(Object.keys(errorTexts).filter((code) => !isKnownCode(code))).toEqual([])
})
