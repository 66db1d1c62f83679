import { type AnyStateMachine, createMachine } from 'xstate'

/** Makes a copy of a machine with another config. */
export function mutate<M extends AnyStateMachine>(machine: M, change: (config: Config) => void): M {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]))
  }
  const config = copy(machine.config) as Config
  change(config)
  return createMachine(config as never, machine.implementations as never) as unknown as M
}

/** What tests change of a machine. */
export interface Config {
  on: Record<string, unknown>
  states: Record<string, { invoke: Record<string, unknown>; on: object }>
}
