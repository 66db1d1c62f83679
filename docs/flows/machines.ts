/** The machines that have a chart, by their folder in `machines/`. */
import { readFileSync } from 'node:fs'
import type { AnyStateMachine } from 'xstate'
import { captcha } from '../../machines/core/captcha.ts'
import { request } from '../../machines/core/request.ts'
import { session } from '../../machines/core/session.ts'
import { signOut } from '../../machines/core/signOut.ts'
import { tokens } from '../../machines/core/tokens.ts'
import { account } from '../../machines/flows/account.ts'
import { hostedLogin } from '../../machines/flows/hostedLogin.ts'
import { provider } from '../../machines/flows/provider.ts'
import { resetPassword } from '../../machines/flows/resetPassword.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { upgrade } from '../../machines/flows/upgrade.ts'
import { consent } from '../../machines/parts/consent.ts'
import { elevation } from '../../machines/parts/elevation.ts'
import { gatedEdit } from '../../machines/parts/gatedEdit.ts'
import { verification } from '../../machines/parts/verification.ts'
import * as endpoints from '../../services/http/endpoints.ts'

/** The machines of one folder. */
export interface Section {
  folder: string
  title: string
  about: string
  machines: Record<string, AnyStateMachine>
}

const flows = { signIn, upgrade, provider, hostedLogin, resetPassword, account }

/** All sections, the highest layer first. */
export const sections: Section[] = [
  {
    folder: 'flows',
    title: 'Flows',
    about: 'An app starts a flow with `auth.send({ type: "flow.start", flow: "signIn" })`.',
    machines: flows,
  },
  {
    folder: 'parts',
    title: 'Parts',
    about: 'Flows invoke these machines for the steps they share.',
    machines: { verification, elevation, gatedEdit, consent },
  },
  {
    folder: 'core',
    title: 'Core',
    about:
      'A client runs one `session`, which starts the flow and the actors `captcha` and `tokens`. ' +
      'Every call of a machine to the server is a `request`.',
    machines: {
      session,
      request: request(endpoints.getUser),
      captcha,
      tokens,
      signOut,
    },
  },
]

/** All machines by name. */
export const machines: Record<string, AnyStateMachine> = Object.assign(
  {},
  ...sections.map((section) => section.machines),
)

/** Returns the path of a machine's source from the root of the repository. */
export function sourceOf(name: string): string {
  const { folder } = sections.find((section) => name in section.machines)!
  return `machines/${folder}/${name}.ts`
}

/**
 * Returns a machine's JSDoc without its tags, as one paragraph: that of its export, else that of
 * `const machine`.
 *
 * @throws Error when neither has a JSDoc block
 */
export function descriptionOf(name: string): string {
  const source = readFileSync(new URL(`../../${sourceOf(name)}`, import.meta.url), 'utf8')
  const declaration = new RegExp(`^(?:export )?(?:const|function) (?:machine|${name})\\b`, 'gm')
  const description = [...source.matchAll(declaration)]
    .map(({ index }) => jsDocAtEnd(source.slice(0, index)))
    .findLast(Boolean)
  if (description) return description
  throw new Error(`${sourceOf(name)}: \`${name}\` has no JSDoc`)
}

/** Returns the text of the JSDoc block a source ends with; bundler annotations may follow it. */
function jsDocAtEnd(source: string): string | undefined {
  const end = source.replace(/\/\* @__\w+__ \*\/\s*$/, '').trimEnd()
  if (!end.endsWith('*/')) return undefined
  const block = end.slice(end.lastIndexOf('/*'), -'*/'.length)
  if (!block.startsWith('/**')) return undefined
  const lines = block.slice('/**'.length).split('\n')
  const text = lines.map((line) => line.replace(/^\s*\*/, '').trim())
  const tags = text.findIndex((line) => line.startsWith('@'))
  const description = tags === -1 ? text : text.slice(0, tags)
  return description.filter(Boolean).join(' ')
}

/** Returns the route of the endpoint of this name, such as `POST /v1/signin`. */
export function routeOf(name: string): string | undefined {
  const endpoint = Object.values(endpoints).find(({ operation }) => operation === name)
  return endpoint && `${endpoint.method} ${endpoint.path}`
}

/** Machines that are used without being listed in `setup({ actors })`. */
const ALSO_USED: Record<string, string[]> = {
  session: Object.keys(flows),
  request: ['captcha', 'tokens'],
}

/** Returns the names of the machines that a machine invokes or sends events to. */
export function dependenciesOf(name: string): string[] {
  const actors = Object.values(machines[name]!.implementations.actors) as { id?: string }[]
  const used = [...actors.map(({ id }) => id), ...(ALSO_USED[name] ?? [])]
  return Object.keys(machines).filter((other) => used.includes(other))
}
