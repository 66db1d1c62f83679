import { decode } from './percent.ts'

/**
 * Reads the query of an absolute URL without `URL`, which mini-programs lack.
 *
 * @returns the first value of each name, or undefined when the text is no absolute URL
 */
export function queryOf(address: string): Map<string, string> | undefined {
  if (!/^[a-z][a-z\d+.-]*:/i.test(address)) return undefined
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(address) ?? []
  return paramsOf(query)
}

/**
 * Reads a query like `name=value&…`.
 *
 * @returns the first value of each name
 */
export function paramsOf(query: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const pair of query.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')) ?? []
    if (!params.has(decode(name))) params.set(decode(name), decode(value))
  }
  return params
}

/**
 * Appends fields to a URL as its query, without those that are undefined.
 *
 * @param address a URL without a query
 */
export function withQuery(address: string, fields: Record<string, unknown>): string {
  let mark = '?'
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    address += `${mark}${encode(name)}=${encode(String(value as string))}`
    mark = '&'
  }
  return address
}

/** A lone surrogate, which no URL can hold, becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))
}
