import type { NewUser } from '../../sandbox/index.ts'
import type { World } from './world.ts'

/**
 * Signs in a new user.
 *
 * @param world of the test
 * @param user what the account has; a username only if it is given
 */
export async function signInAs(world: World, user: NewUser): Promise<void> {
  const { sub } = await world.sandbox.addUser({ sub: 'li.hua', username: undefined, ...user })
  const ticket = await world.sandbox.mintTicket(sub)
  await world.call('signInWithCustomTicket', { provider_id: 'custom', ticket })
}
