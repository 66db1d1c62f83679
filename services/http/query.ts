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
