/** The version of this package, sent as `X-SDK-Version`. */
export const VERSION = '0.1.0'
