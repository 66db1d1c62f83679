import { format } from 'prettier'
import { behaviours, type Difference, type Rule } from './sdkParityRules.ts'

/** What a step sends, and the shape of its result. */
export interface Row {
  calls: string[]
  events: string[]
  result: unknown
}
/** The rows by their steps. */
export type Rows = Record<string, Row>

/** Returns every difference of two rows, one for each leaf. */
export function differences(step: string, ours: Row, official: Row): Difference[] {
  const lists = (['calls', 'events'] as const)
    .map((path) => ({ step, path, ours: ours[path], official: official[path] }))
    .filter((list) => JSON.stringify(list.ours) !== JSON.stringify(list.official))
  return [...lists, ...compare(step, '', ours.result, official.result)]
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
  /** The intended differences and the steps that show them. */
  intended: Map<Rule, string[]>
  /** Names that only the official SDK has. */
  missing: string[]
}

/** Returns the text of `docs/differences.md`. */
export function report({ ours, intended, missing }: Findings): Promise<string> {
  const lines = [
    '# Differences from the official SDK',
    '',
    'One script calls every documented method of `@cloudbase/js-sdk` 3.7.0 and of',
    '`cloudbase-authflow/cloudbase`, in Chromium, against the sandbox: each form of it, in success and in',
    'failure. A test compares the method, the path, the names in query and body and the credential of',
    'every request, the shape of the result, the fields of the error and the events, and fails for every',
    'difference that is not listed here. The test generates this page:',
    '',
    '```sh',
    'npx vitest run --config test/vitest.config.ts --project browser sdkParity -u',
    '```',
    '',
    '## Intended differences',
    '',
    ...[...intended].map(
      ([{ what, why }, steps]) => `- ${what} ${why}\n  _Steps:_ ${steps.join('; ')}.`,
    ),
    '',
    '## Behaviour beyond a single call',
    '',
    'The comparison of single calls cannot show these differences; `test/adapters/compat*.test.ts`',
    'tests them. [faults.md](faults.md) lists the faults of the official SDK that this package avoids.',
    '',
    ...behaviours.map(([here, there]) => `- ${here}\n  _Official SDK:_ ${there}`),
    '',
    '## Not included',
    '',
    'The compat API covers sign-in. It has no database, storage or functions, and it lacks these',
    'methods of the official `auth`: ' + missing.map((name) => `\`${name}\``).join(', ') + '.',
    '',
    'They belong to the low-code platform, to devices without a browser or to QR codes, or they fail in',
    '3.7.0 as well. `useAdapters` uses the `captchaOptions` and the `localStorage` of an adapter and',
    'ignores its other parts.',
    '',
    '## Requests of each method',
    '',
    'The credential is in parentheses, the names in the query follow `?`, and the names in the body are',
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
