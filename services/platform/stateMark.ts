/**
 * The beginning of every OAuth `state` of this library, which identifies its authorization responses.
 * Some providers return nothing but letters and digits.
 */
export const STATE_PREFIX = 'authflow'

/**
 * The beginning of the `state` of an authorization in a popup. A provider's page can cut the popup
 * off from its opener and rename it, so nothing else shows that a window waits for the response.
 */
export const POPUP_PREFIX = `${STATE_PREFIX}popup`
