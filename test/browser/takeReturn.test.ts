import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

const ownState = `authflow${'0123456789abcdef'.repeat(2)}`

let served: ServedPage
beforeAll(async () => {
  served = await servePage('test/browser/pages/takeReturn.ts')
  return served.close
})

/** Opens a URL; returns what `takeReturn` returned and what is left in the address bar. */
async function open(path: string) {
  const page = await openPage('about:blank')
  const origin = served.url.slice(0, -1)
  const goTo = async (path: string) => {
    await page.goto(origin + path)
    await page.waitForFunction(() => 'returned' in globalThis)
    const { returned, state } = await page.evaluate(() => ({
      returned: (globalThis as { returned?: string }).returned,
      state: history.state as unknown,
    }))
    return { returned: returned?.replace(origin, ''), left: page.url().replace(origin, ''), state }
  }
  return { page, goTo, ...(await goTo(path)) }
}

describe('takeReturn: an own authorization response', () => {
  test.each([
    [`/?code=c&state=${ownState}`, '/'],
    [`/back?error=access_denied&error_description=No+thanks&state=${ownState}`, '/back'],
    [`/?error=x&error_uri=https://idp.example/x&state=${ownState}`, '/'],
    [`/?code=c&state=${ownState}#top`, '/#top'],
    [
      `/?a=b%20c+d&code=c&barcode=1&x&state=${ownState}&z=%E4%BD%A0#/route?code=kept`,
      '/?a=b%20c+d&barcode=1&x&z=%E4%BD%A0#/route?code=kept',
    ],
    [`/?code=c&code=d&state=${ownState}&state=other`, '/'],
    [`//a//b?code=c&state=${ownState}`, '//a//b'],
  ])('is removed from %s', async (path, left) => {
    expect(await open(path)).toMatchObject({ returned: path, left, state: { app: 'kept' } })
  })

  test('is returned once: after a reload there is none', async () => {
    const { page, ...first } = await open(`/?code=c&state=${ownState}`)
    expect(first.returned).toContain('code=c')
    await page.reload()
    await page.waitForFunction(() => 'returned' in globalThis)
    expect(await page.evaluate(() => (globalThis as { returned?: string }).returned)).toBe(
      undefined,
    )
  })

  test('in a popup is removed, and left to the window that waits', async () => {
    const path = `/?a=b&code=c&state=authflowpopup${'0'.repeat(32)}#top`
    expect(await open(path)).toMatchObject({ returned: undefined, left: '/?a=b#top' })
  })
})

describe('takeReturn: a response to another library is ignored', () => {
  test.each([
    '/?code=c',
    '/?code=c&state=',
    '/?code=c&state=of-another-library',
    `/?code=c&state=prd-${'0'.repeat(32)}`,
    `/?code=c&state=x${ownState}`,
    `/?code=c&state=other&state=${ownState}`,
    '/?error=access_denied&state=of-another-library#top',
    `/?state=${ownState}`,
    `/#code=c&state=${ownState}`,
    '/?a=b',
  ])('%s stays in the address bar', async (path) => {
    expect(await open(path)).toMatchObject({ returned: undefined, left: path })
  })
})

test('takeReturn: every other part of the URL stays, byte for byte', async () => {
  const { goTo } = await open('/')
  const name = fc.stringMatching(/^[a-z]{1,3}(%[2-7][0-9A-F])?[a-z+]{0,3}$/)
  const pair = fc
    .tuple(name, fc.stringMatching(/^(=[\w+.~%]{0,6})?$/))
    .map((parts) => parts.join(''))
  const others = fc.array(
    pair.filter((text) => !/^(code|state|error)\b/.test(text) && !/%(?![\dA-F]{2})/.test(text)),
    { maxLength: 4 },
  )
  const hash = fc.stringMatching(/^(#[\w/?=&]{1,9})?$/)
  await fc.assert(
    fc.asyncProperty(others, others, hash, async (before, after, hash) => {
      const query = [...before, 'code=c', ...after, `state=${ownState}`].join('&')
      const rest = [...before, ...after].join('&')
      const { returned, left } = await goTo(`/?${query}${hash}`)
      expect(returned).toBe(`/?${query}${hash}`)
      expect(left).toBe(`/${rest && `?${rest}`}${hash}`)
    }),
    { numRuns: 40 },
  )
})
