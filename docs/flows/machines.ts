/** Every machine there is, by floor: who stands above leans on who stands below. */
import { readFileSync } from 'node:fs'
import type { AnyStateMachine } from 'xstate'
import { account, provider, resetPassword, upgrade } from '../../adapters/client/index.ts'
import { captcha } from '../../machines/core/captcha.ts'
import { consent } from '../../machines/parts/consent.ts'
import { elevation } from '../../machines/parts/elevation.ts'
import { gatedEdit } from '../../machines/parts/gatedEdit.ts'
import { request } from '../../machines/core/request.ts'
import { session } from '../../machines/core/session.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { signOut } from '../../machines/core/signOut.ts'
import { tokens } from '../../machines/core/tokens.ts'
import { verification } from '../../machines/parts/verification.ts'
import * as api from '../../services/http/endpoints.ts'

/** What an app can start. */
export const flows = { signIn, upgrade, provider, resetPassword, account }

export interface Floor {
  name: string
  about: string
  machines: Record<string, AnyStateMachine>
}

export const floors: Floor[] = [
  {
    name: 'Session',
    about: 'The root: who is signed in, and which flow is running.',
    machines: { session: session(flows) },
  },
  {
    name: 'Flows',
    about: 'What an app starts: `auth.send({ type: "flow.start", flow: "signIn" })`.',
    machines: Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, flow])),
  },
  {
    name: 'Pieces',
    about: 'What flows hand a part of the journey to.',
    machines: {
      verification: verification,
      elevation: elevation,
      gatedEdit: gatedEdit,
      consent: consent,
    },
  },
  {
    name: 'Request',
    about: 'Every call to the server that a machine makes runs inside this one.',
    machines: { request: request(api.getUser) },
  },
  {
    name: 'Peers',
    about: 'The waits all requests share, and what outlives a session.',
    machines: { captcha: captcha, tokens: tokens, signOut: signOut },
  },
]

export const machines: Record<string, AnyStateMachine> = Object.assign(
  {},
  ...floors.map((floor) => floor.machines),
)

/** What a machine says of itself, above its source. */
export function storyOf(name: string): string {
  const source = readFileSync(new URL(`../../machines/${name}.ts`, import.meta.url), 'utf8')
  const block = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*export (?:const|function) ${name}\\b`,
  ).exec(source)
  if (!block) throw new Error(`machines/${name}.ts says nothing of \`${name}\``)
  return block[1]!.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()
}

/** `POST /v1/signin`, when an actor of this name calls the server. */
export function endpointOf(name: string): string | undefined {
  const { method, path } = (api[name as keyof typeof api] ?? {}) as {
    method?: string
    path?: string
  }
  return method && path && `${method} ${path}`
}

/** The machines a machine runs or asks. */
export function leansOn(name: string): string[] {
  const actors = Object.values(machines[name]!.implementations.actors) as { id?: string }[]
  const ids = new Set(actors.map(({ id }) => id ?? ''))
  // The peers are not run by a request, but found by their names.
  const asked = name === 'request' ? ['captcha', 'tokens'] : []
  return Object.keys(machines).filter((other) => ids.has(other) || asked.includes(other))
}
