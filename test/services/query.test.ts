import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { queryOf } from '../../services/http/query.ts'
import { anyText } from './arbitrary.ts'

const back = 'https://example.com/back'

describe('queryOf', () => {
  test.each([
    [`${back}?a=1&b=2`, { a: '1', b: '2' }],
    [`${back}?a=1&a=2`, { a: '1' }],
    [`${back}?a=1#a=2&b=3`, { a: '1' }],
    [`${back}?a=1?b=2`, { a: '1?b=2' }],
    [`${back}?a=x=y==`, { a: 'x=y==' }],
    [`${back}?a+b=c+d%2Be`, { 'a b': 'c d+e' }],
    [`${back}?%E4%B8%AD=%e6%96%87`, { 中: '文' }],
    [`${back}?a=100%&b=%zz&c=%ff`, { a: '100%', b: '%zz', c: '%ff' }],
    [`${back}?a`, { a: '' }],
    ['appname://com.package.name/callback?a=1', { a: '1' }],
  ])('queryOf: %s is read', (address, params) => {
    expect(Object.fromEntries(queryOf(address)!)).toEqual(params)
  })

  test.each([back, `${back}?`, `${back}#?a=1`])('queryOf: the query of %s is empty', (address) => {
    expect(queryOf(address)?.get('a')).toBeUndefined()
  })

  test.each(['', '/back?a=1', '?a=1', 'example.com?a=1', ' https://example.com?a=1'])(
    'queryOf: %j is no absolute URL',
    (address) => {
      expect(queryOf(address)).toBeUndefined()
    },
  )

  test('queryOf: it reads what URLSearchParams writes', () => {
    const pairs = fc.array(fc.tuple(anyText(), anyText()), { minLength: 1 })
    fc.assert(
      fc.property(pairs, (pairs) => {
        const written = new URLSearchParams(pairs)
        const read = queryOf(`${back}?${written}#top`)!
        for (const [name] of pairs) expect(read.get(name)).toBe(written.get(name))
      }),
    )
  })
})
