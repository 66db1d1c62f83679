import { decode } from './percent.ts'

/**
 * The query of an absolute address, of each name the first; undefined for what is no such address.
 * Read without `URL`, which mini-programs lack.
 */
export function queryOf(address: string): Map<string, string> | undefined {
  if (!/^[a-z][a-z\d+.-]*:/i.test(address)) return undefined
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(address) ?? []
  return paramsOf(query)
}

/** The same of `name=value&…` alone. */
export function paramsOf(query: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const pair of query.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')) ?? []
    if (!params.has(decode(name))) params.set(decode(name), decode(value))
  }
  return params
}

/**
 * Adds fields to an address as its query, without those that are undefined.
 *
 * @param address an address without a query
 */
export function withQuery(address: string, fields: Record<string, unknown>): string {
  let mark = '?'
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    address += `${mark}${encode(name)}=${encode(String(value))}`
    mark = '&'
  }
  return address
}

/** A lone surrogate, which no address can hold, becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))
}
