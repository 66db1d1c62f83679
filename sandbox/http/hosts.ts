import { isIP } from 'node:net'

const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]']

/**
 * Checks whether a host is this machine.
 *
 * @param host A host without port.
 * @returns Whether it is `localhost`, `127.0.0.1` or `::1`.
 */
export const isLoopback = (host: string): boolean => loopback.includes(host)

/**
 * Creates the check of the header `Host`. A foreign name that resolves to this machine is a page
 * that attempts DNS rebinding; an address cannot be rebound.
 *
 * @param host The host a server listens on.
 * @param names Further names it may be reached under.
 * @returns Whether a request to a host, without port, is answered.
 */
export function createHostCheck(
  host: string,
  names: readonly string[],
): (hostname: string) => boolean {
  const isOpen = !isLoopback(host)
  return (hostname) => {
    if (isLoopback(hostname) || hostname === host || names.includes(hostname)) return true
    return isOpen && isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  }
}
