/**
 * What a provider sent along, taken out of the address before anything else runs. In the window of
 * a visit it was handed to the page that waits for it, and there is nothing more to do here.
 */
import { takeReturn } from 'cloudbase-authflow'

const before = location.href

/** The address with the answer. */
export const returned = takeReturn()

export const hasHandedOver = returned === undefined && location.href !== before
