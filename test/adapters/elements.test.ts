import { expect, expectTypeOf, test } from 'vitest'
import { createAuth, signIn } from 'cloudbase-authflow'
import type { AnyAuth, AuthflowEventMap, OwnTexts } from 'cloudbase-authflow/elements'
import type { JsxElements } from '../../adapters/elements/react.ts'
import type { SvelteElements } from '../../adapters/elements/svelte.ts'
import { findRegions, regionOfNumber, regionsIn } from '../../adapters/elements/countries.ts'

test('elements: a client with any flows is accepted, and nothing else', () => {
  const create = () => createAuth({ env: 'demo', flows: { signIn } })
  expectTypeOf<ReturnType<typeof create>>().toExtend<AnyAuth>()
  expectTypeOf<{ start(): void }>().not.toExtend<AnyAuth>()
})

test('elements: tags, events and own texts are typed', () => {
  expectTypeOf<HTMLElementTagNameMap['authflow-root']['language']>().toEqualTypeOf<
    'zh' | 'en' | undefined
  >()
  type SignedIn = HTMLElementEventMap['authflow-signed-in']
  expectTypeOf<SignedIn['detail']['isGuest']>().toEqualTypeOf<boolean>()
  expectTypeOf<SignedIn>().toEqualTypeOf<AuthflowEventMap['authflow-signed-in']>()
  expectTypeOf<{ account: { lead: string } }>().toExtend<OwnTexts>()
  expectTypeOf<{ account: { lead: number } }>().not.toExtend<OwnTexts>()
})

test('elements: attributes in JSX and in Svelte are typed', () => {
  type Jsx = JsxElements['authflow-sign-in']
  expectTypeOf<{ requireConsent: true; className: 'card'; methods: 'code' }>().toExtend<Jsx>()
  expectTypeOf<{ requireConsent: 'yes' }>().not.toExtend<Jsx>()
  expectTypeOf<{ 'onauthflow-signed-in': () => void }>().toExtend<Jsx>()
  type Svelte = SvelteElements['authflow-account']
  expectTypeOf<{ theme: 'dark'; class: 'card' }>().toExtend<Svelte>()
  expectTypeOf<{ theme: 'pink' }>().not.toExtend<Svelte>()
})

test('elements: every region has a name in both languages and a calling code', () => {
  for (const language of ['en', 'zh']) {
    const regions = regionsIn(language)
    expect(regions.length).toBeGreaterThan(200)
    expect(new Set(regions.map(({ id }) => id)).size).toBe(regions.length)
    expect(regions.filter(({ id, name }) => name === id || !name)).toEqual([])
    expect(regions.filter(({ callingCode }) => !/^\d{1,3}$/.test(callingCode))).toEqual([])
    expect(regions.slice(0, 4).map(({ id }) => id)).toEqual(['CN', 'HK', 'MO', 'TW'])
  }
})

test.each([
  ['+852 9123 4567', 'HK'],
  ['0044 20', 'GB'],
  ['+1 415', 'US'],
  ['+7', 'RU'],
  ['+86', 'CN'],
  ['138 0000 0000', undefined],
  ['+0', undefined],
])('elements: the number %j is of the region %s', (typed, region) => {
  expect(regionOfNumber(typed, 'en')?.id).toBe(region)
})

test.each([
  ['日本', 'zh', 'JP'],
  ['jap', 'zh', 'JP'],
  ['United Kingdom', 'en', 'GB'],
  ['８１', 'en', 'JP'],
])('elements: %j finds in %s the region %s first', (typed, language, region) => {
  expect(findRegions(typed, language)[0]!.id).toBe(region)
})
