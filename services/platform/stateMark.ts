/**
 * How every `state` that goes out from here begins, by which the page it comes back to knows it for
 * ours. Letters and digits are all that some providers give back.
 */
export const STATE_PREFIX = 'authflow'

/**
 * The same of a visit in a window of its own, by which that page knows that another one waits: a
 * provider's page may cut the window off from it, and take its name.
 */
export const POPUP_PREFIX = `${STATE_PREFIX}popup`
