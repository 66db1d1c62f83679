import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  account,
  hostedLogin,
  provider,
  resetPassword,
  signIn,
  upgrade,
} from '../../adapters/client/index.ts'
import { model, type ModelOptions } from '../../adapters/testing/index.ts'
import { type Outcome, outcomes as documented } from '../../adapters/testing/outcomes.ts'
import { NONCE } from '../../adapters/testing/model.ts'
import { type Choice, labelOf, lookLabelOf } from '../../adapters/testing/story.ts'
import { LOGIN_PREFIX } from '../../services/platform/stateMark.ts'
import { openWorld } from '../../adapters/testing/world.ts'

/**
 * The stories of `stories.txt`, as a user sees them: after each choice the step and the error, and what
 * the server is asked. No time passes and no request is sent, so that a story takes a few milliseconds.
 */

const flows = { signIn, resetPassword, upgrade, provider, account, hostedLogin }
const failures = ['unreachable', 'internal', 'captcha_required', 'captcha_invalid'].concat([
  'unauthenticated',
  'mfa_phone_required',
  'not_found',
])
const outcomes = Object.fromEntries(
  Object.entries(documented).map(([operation, list]) => {
    const missing = failures.filter((code) => !list.some(({ name }) => name === code))
    return [operation, [...list, ...missing.map((error) => ({ name: error, error }))]]
  }),
) as Record<string, Outcome[]>
outcomes['sendVerification']!.push({ name: 'later', error: 'resource_exhausted', retryAfter: 30 })

const redirect = { provider_id: 'github', redirect_uri: 'https://app.example/back' }
const popup = { ...redirect, isPopup: true, note: 'popup' }
const events: ModelOptions['events'] = {
  'signUp.prepare': [{ profile: { name: 'Ada' } }],
  'provider.choose': [redirect, popup],
  'provider.bind': [redirect, popup],
  'contact.submit': [{ phone_number: '+86 13800000000' }, { email: 'ada', note: 'wrong' }],
  'contact.replace': [{ email: 'ada@example.com' }, { email: 'ada', note: 'wrong' }],
  'code.submit': [{ code: '123456' }, { code: '', note: 'empty' }],
}
/** What is different where CloudBase hosts the sign-in: its page stores the session. */
const hosted: ModelOptions = {
  status: 'signedIn',
  events: {
    'flow.start': [{ flow: 'hostedLogin', input: { redirect_uri: redirect.redirect_uri } }],
    'provider.return': [{ url: `${redirect.redirect_uri}?state=${LOGIN_PREFIX}${NONCE}` }],
  },
}
/** What is different where a provider is bound to a user. */
const binding: ModelOptions = {
  status: 'signedIn',
  events: {
    ...events,
    'flow.start': [{ flow: 'provider', input: { ...redirect, purpose: 'bind' } }],
  },
}

/** Reads a choice as `labelOf` writes it. */
function choiceOf(label: string): Choice {
  const [operation, outcome] = label.split(' → ')
  if (outcome) return { type: 'answer', operation: operation!, outcome }
  if (label === 'time passes') return { type: 'wait' }
  if (label === 'the page is reloaded') return { type: 'reload' }
  const [, ended] = /^the popup is (\w+)$/.exec(label) ?? []
  if (ended) return { type: 'popup', outcome: ended as 'answered' }
  const [, event, note] = /^(\S+)(?: \((.*)\))?$/.exec(label)!
  return { type: 'send', event: event!, ...(note && { note }) }
}

/** Makes the choices of a story and returns what comes of each. */
async function play(flow: keyof typeof flows, choices: Choice[], options?: ModelOptions) {
  const given = { outcomes, events, faults: Infinity, reloads: Infinity, ...options }
  const world = await openWorld(model({ [flow]: flows[flow] }, given))
  const lines: string[] = []
  try {
    for (const choice of choices) {
      await world.perform(choice)
      const { look } = world.state()
      const asked = world.calls.map(({ operation, fields }) => `${operation}(${fields.join(', ')})`)
      const busy = look.busy ? ', busy' : ''
      const asks = asked.length > 0 ? `; asks ${asked.join(', ')}` : ''
      const after = choice.type === 'wait' ? `, after ${world.elapsed / 1000} s` : ''
      lines.push(`${labelOf(choice)} ⇒ ${lookLabelOf(look)}${busy}${after}${asks}`)
    }
  } finally {
    world.stop()
  }
  return lines
}

const stories = readFileSync(new URL('stories.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\n(?=\S)/)
  .map((story) => story.split(/\n {2}/) as [string, ...string[]])

test.each(stories)('%s', async (title, ...lines) => {
  const [, flow, isToBind] = /^(\w+)( to bind)?: /.exec(title)!
  const choices = lines.map((line) => choiceOf(line.split(' ⇒ ')[0]!))
  const options = isToBind ? binding : flow === 'hostedLogin' ? hosted : undefined
  expect(await play(flow as 'signIn', choices, options)).toEqual(lines)
})
