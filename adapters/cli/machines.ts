import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyStateMachine } from 'xstate'
import { getUser } from '../../services/endpoints.ts'
import {
  account,
  captcha,
  consent,
  elevation,
  gatedEdit,
  provider,
  request,
  resetPassword,
  session,
  signIn,
  signOut,
  tokens,
  upgrade,
  verification,
} from '../client/index.ts'
import { hasOwn } from '../../services/record.ts'

/** The machines of the package by name. */
export const machines: Record<string, AnyStateMachine> = {
  signIn,
  resetPassword,
  provider,
  upgrade,
  account,
  verification,
  elevation,
  gatedEdit,
  consent,
  session,
  request: request(getUser),
  captcha,
  tokens,
  signOut,
}

/**
 * Finds what the user names.
 *
 * @param flow the name of a machine of the package, or `file#export`; the export may be left out where there is one
 * @param isWanted selects what is looked for among the exports of a file
 * @param kind in words
 * @returns what was found, and the name of the export
 * @throws Error that says what the file exports
 */
export async function findExport<T>(
  flow: string,
  isWanted: (value: unknown) => value is T,
  kind: string,
): Promise<{ value: T; exported: string }> {
  const shipped = hasOwn(machines, flow) ? machines[flow] : undefined
  if (isWanted(shipped)) return { value: shipped, exported: flow }
  const [file = '', name] = flow.split('#')
  if (!/\.\w+$/.test(file)) {
    const names = Object.keys(machines).join(', ')
    throw new Error(`there is no flow "${flow}": name one of ${names}, or a file: file.js#export`)
  }
  const module = (await import(pathToFileURL(resolve(file)).href).catch((error: Error) => {
    throw new Error(`${file} cannot be loaded: ${error.message}`)
  })) as Record<string, unknown>
  const found = Object.entries(module).filter(([, value]) => isWanted(value))
  const [only] = name === undefined ? found : found.filter(([key]) => key === name)
  if (only && (name !== undefined || found.length === 1)) {
    return { value: only[1] as T, exported: only[0] }
  }
  const exported = found.map(([key]) => key).join(', ') || 'none'
  throw new Error(
    name === undefined
      ? `say which ${kind} of ${file}: file#export; it exports ${exported}`
      : `${file} exports no ${kind} "${name}"; it exports ${exported}`,
  )
}

/** Checks whether a value is a state machine, of any copy of XState. */
export const isMachine = (value: unknown): value is AnyStateMachine =>
  typeof value === 'object' && value !== null && 'root' in value && 'implementations' in value
