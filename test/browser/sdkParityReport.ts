import { format } from 'prettier'
import { behaviours, type Difference, type Rule } from './sdkParityRules.ts'

export interface Row {
  calls: string[]
  result: unknown
}
export type Rows = Record<string, Row>

/** Everything in which two rows differ, leaf by leaf. */
export function differences(step: string, ours: Row, official: Row): Difference[] {
  const calls = { step, path: 'calls', ours: ours.calls, official: official.calls }
  const areSame = JSON.stringify(ours.calls) === JSON.stringify(official.calls)
  return [...(areSame ? [] : [calls]), ...compare(step, '', ours.result, official.result)]
}

function compare(step: string, path: string, ours: unknown, official: unknown): Difference[] {
  if (Array.isArray(ours) && Array.isArray(official) && ours.length === official.length) {
    return ours.flatMap((each, index) => compare(step, path, each, official[index]))
  }
  if (isFields(ours) && isFields(official)) {
    const names = new Set([...Object.keys(ours), ...Object.keys(official)])
    return [...names].flatMap((name) =>
      compare(step, path ? `${path}.${name}` : name, ours[name], official[name]),
    )
  }
  const areSame = JSON.stringify(ours) === JSON.stringify(official)
  return areSame ? [] : [{ step, path, ours, official }]
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Findings {
  ours: Rows
  /** The meant differences and the steps they show in. */
  meant: Map<Rule, string[]>
  /** Names that only the official client has. */
  missing: string[]
}

/** `docs/differences.md`. */
export function report({ ours, meant, missing }: Findings): Promise<string> {
  const lines = [
    '# The SDK’s compat beside the SDK',
    '',
    'One script plays every documented method of `@cloudbase/js-sdk` 3.7.0 on it and on',
    '`cloudbase-authflow/cloudbase`, in Chromium, against the sandbox. Method, path, names in query',
    'and body, credential and shape of the result are compared; what is not listed here as meant is',
    'the same. This page is what the test found:',
    '',
    '```sh',
    'npx vitest run --config test/vitest.config.ts --project browser sdkParity -u',
    '```',
    '',
    '## Meant to differ',
    '',
    ...[...meant].map(
      ([{ what, why }, steps]) => `- ${what} ${why}\n  _Seen in:_ ${steps.join('; ')}.`,
    ),
    '',
    '## Beyond one call',
    '',
    'What no single call shows, held by `test/adapters/compat*.test.ts`. What the official client',
    'does wrong, and this one does not, is in [faults.md](faults.md).',
    '',
    ...behaviours.map(([here, there]) => `- ${here}\n  _The official client:_ ${there}`),
    '',
    '## Not here',
    '',
    'This compat is about signing in. It has no database, storage or functions, and of the official',
    '`auth` it lacks ' + missing.map((name) => `\`${name}\``).join(', ') + '.',
    '',
    'Of `init`, `persistence` does nothing; `useAdapters` takes an adapter’s `captchaOptions` and',
    '`localStorage` and leaves the rest.',
    '',
    '## What each method sends',
    '',
    'The credential is in brackets, `?` goes before the names in the query, and those in the body are',
    'in braces.',
    '',
    ...Object.entries(ours).flatMap(([step, { calls }]) => [
      `- ${step}${calls.length > 0 ? '' : ': nothing'}`,
      ...calls.map((call) => `  - \`${call}\``),
    ]),
    '',
  ]
  return format(lines.join('\n'), { parser: 'markdown', printWidth: 100 })
}
