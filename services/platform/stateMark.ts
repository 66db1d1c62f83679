/**
 * Prefix of the OAuth `state` of every redirect this library starts, so that `takeReturn` recognizes
 * its own authorization responses. Some providers return letters and digits only.
 */
export const STATE_PREFIX = 'authflow'

/**
 * Prefix used when the provider opens in a popup. The page the provider redirects to reads from it
 * that another window is waiting: a provider's page may cut the popup off from its opener and clear
 * its window name.
 */
export const POPUP_PREFIX = `${STATE_PREFIX}popup`
