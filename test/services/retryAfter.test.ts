import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { answer, failureOf, type Handler } from './server.ts'

describe('retryAfter', () => {
  const retryAfterOf = async (body: object, headers: Record<string, string> = {}) =>
    (await failureOf(answer(429, { error: 'resource_exhausted', ...body }, headers))).retryAfter

  test.each([
    [{ retry_after: 60 }, 60],
    [{ retryAfter: 60 }, 60],
    [{ retry_after: 0.5 }, 0.5],
    [{ retry_after: '60' }, 60],
    [{ retry_after: 0 }, undefined],
    [{ retry_after: -60 }, undefined],
    [{ retry_after: '-60' }, undefined],
    [{ retry_after: 'NaN' }, undefined],
    [{ retry_after: 'Infinity' }, undefined],
    [{ retry_after: 'soon' }, undefined],
    [{ retry_after: '' }, undefined],
    [{ retry_after: null }, undefined],
    [{ retry_after: {} }, undefined],
    [{}, undefined],
  ])('retryAfter: %j means %j seconds', async (body, seconds) => {
    expect(await retryAfterOf(body)).toBe(seconds)
  })

  test('retryAfter: a number beyond all numbers is ignored', async () => {
    const body = '{"error":"resource_exhausted","retry_after":1e999}'
    expect((await failureOf(answer(429, body))).retryAfter).toBeUndefined()
  })

  test.each([
    ['120', 120],
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
  ])('retryAfter: the header %s is read', async (header, seconds) => {
    expect(await retryAfterOf({}, { 'retry-after': header })).toBe(seconds)
  })

  describe('retryAfter as a date', () => {
    const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')

    /** The wait as seen by a local clock that is a year late. */
    const waitFor = async (headers: Record<string, string | undefined>) => {
      vi.useFakeTimers({ toFake: ['Date'], now: now - 365 * 86_400_000 })
      onTestFinished(() => void vi.useRealTimers())
      const handler: Handler = (_, response) => {
        response.sendDate = false
        for (const [name, value] of Object.entries(headers))
          if (value) response.setHeader(name, value)
        response.writeHead(429).end('{"error":"resource_exhausted"}')
      }
      return (await failureOf(handler)).retryAfter
    }

    const date = new Date(now).toUTCString()

    test.each([
      ['Sun, 06 Nov 1994 08:50:37 GMT', 60],
      ['Sunday, 06-Nov-94 08:50:37 GMT', 60],
      ['Sun Nov  6 08:50:37 1994', 60],
      ['Sun, 06 Nov 1994 08:50:37', 60],
      // In the past, now, beyond a day.
      ['Sun, 06 Nov 1994 08:49:36 GMT', undefined],
      [date, undefined],
      ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400],
      // No dates.
      ['Sun, 06 Nov 1994 08:50:37 PST', undefined],
      ['1994-11-06T08:50:37Z', undefined],
      ['1994-11-06', undefined],
      ['Sun, GMT', undefined],
      ['Tomorrow at 8', undefined],
      ['GMT', undefined],
      ['1', 1],
      ['1 GMT', undefined],
      ['Sun, 99 Nov 1994 99:99:99 GMT', undefined],
      ['x'.repeat(5000), undefined],
    ])('retryAfter: the date %s is read', async (header, seconds) => {
      expect(await waitFor({ date, 'retry-after': header })).toBe(seconds)
    })

    test.each([undefined, 'yesterday', '1994-11-06', '784111777'])(
      'retryAfter: the local clock is used when the Date of the answer is %j',
      async (date) => {
        const inAMinute = new Date(now - 365 * 86_400_000 + 60_000).toUTCString()
        expect(await waitFor({ date, 'retry-after': inAMinute })).toBe(60)
      },
    )
  })

  test.each([
    [{ retry_after: 1e9 }, {}],
    [{ retry_after: '100000' }, {}],
    [{}, { 'retry-after': '999999999' }],
  ])('retryAfter: %j %j is limited to a day', async (body, headers) => {
    expect(await retryAfterOf(body, headers as Record<string, string>)).toBe(86_400)
  })

  test.each([[{ retry_after: 'soon' }], [{ retry_after: true }], [{ retry_after: [60] }]])(
    'retryAfter: the invalid body %j does not hide the header',
    async (body) => {
      expect(await retryAfterOf(body, { 'retry-after': '7' })).toBe(7)
    },
  )

  test('retryAfter: the body wins over the header', async () => {
    expect(await retryAfterOf({ retry_after: 60 }, { 'retry-after': '120' })).toBe(60)
  })

  test('retryAfter: the header of a proxy is read', async () => {
    const handler = answer(503, '<html></html>', { 'retry-after': '7' })
    expect(await failureOf(handler)).toMatchObject({ code: 'unavailable', retryAfter: 7 })
  })
})
