/**
 * Takes the authorization response of a provider out of the address bar, before any other module
 * reads it. In a popup, `takeReturn` posts the response to the page that waits for it.
 */
import { takeReturn } from 'cloudbase-authflow'

const addressBefore = location.href

/** The URL with the authorization response that this page was opened with. */
export const callbackUrl = takeReturn()

/** Whether this page is a popup whose response has been posted, so that nothing is left to do. */
export const isFinishedPopup = callbackUrl === undefined && location.href !== addressBefore
