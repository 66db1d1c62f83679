import type { AnyActorRef } from 'xstate'

/**
 * Subscribes to actors, once to each.
 *
 * @param onChange runs after every change of an actor, and when it ends
 * @returns adds an actor
 */
export function followActors(onChange: () => void): (actor: AnyActorRef) => void {
  const followed = new WeakSet<AnyActorRef>()
  return (actor) => {
    if (followed.has(actor)) return
    followed.add(actor)
    actor.subscribe({ next: onChange, error: onChange, complete: onChange })
  }
}
