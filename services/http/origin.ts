/** The server a client talks to. */
export interface Host {
  /** The CloudBase environment id. */
  env: string
  /**
   * The region of the 2.x host, `https://ENV.REGION.tcb-api.tencentcloudapi.com`. Default:
   * `ap-shanghai`.
   */
  region?: string
  /** Whether to use the 3.x host, `https://ENV.api.tcloudbasegateway.com`, instead. */
  gateway?: boolean
  /**
   * Any other origin that serves the HTTP API, such as a sandbox: `http://localhost:4871`. A function
   * is called for each request.
   */
  endpoint?: string | (() => string)
}

/**
 * Finds the origin of the HTTP API.
 *
 * @returns scheme, host and port without a trailing slash
 */
export function originOf({ env, region = 'ap-shanghai', gateway, endpoint }: Host): string {
  const own = typeof endpoint === 'function' ? endpoint() : endpoint
  if (own) return own.replace(/\/+$/, '')
  if (gateway) return `https://${env}.api.tcloudbasegateway.com`
  return `https://${env}.${region}.tcb-api.tencentcloudapi.com`
}
