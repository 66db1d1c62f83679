import type { Secret } from '../secret.ts'

/**
 * Prefix of the OAuth `state` of every redirect this library starts, so that `takeReturn` recognizes
 * its own authorization responses. Some providers return letters and digits only.
 */
export const STATE_PREFIX = 'authflow'

/**
 * Prefix used when the provider opens in a popup. The page the provider redirects to reads from it
 * that another window is waiting.
 */
export const POPUP_PREFIX = `${STATE_PREFIX}popup`

/** Prefix of the `state` in the address that the hosted login page returns to. */
export const LOGIN_PREFIX = `${STATE_PREFIX}login`

/**
 * Checks whether a callback URL answers the authorization request with this `state`.
 *
 * @param state an empty one answers to nothing
 */
export function hasState(url: Secret, state: string): boolean {
  const [address = ''] = url.reveal().split('#')
  return !!state && address.split(/[?&]/).slice(1).includes(`state=${state}`)
}
