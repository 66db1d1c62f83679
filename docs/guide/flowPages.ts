/** Writes a page about each flow from its machine; `test/project/guidePages.test.ts` keeps them. */
import type { AnyStateMachine } from 'xstate'
import { outcomes } from '../../adapters/testing/outcomes.ts'
import { messageFor as messageInEnglish } from '../../services/messages/en.ts'
import { messageFor as messageInChinese } from '../../services/messages/zh.ts'
import { routeOf, sections } from '../flows/machines.ts'
import { flowPageTexts, flowTexts } from './flowTexts.ts'
import { code, fieldsTable, type Language, stepsOf, stepsTable, table } from './steps.ts'

/** The flows of the package by name. */
export const flows = sections.find(({ folder }) => folder === 'flows')!.machines

/** Returns the path of a page of the guide in a language. */
export const pathOf = (page: string, language: Language): string =>
  `docs/guide/${page}${language === 'en' ? '' : '.zh-CN'}.md`

/** Writes the page about a flow. */
export function flowPage(name: string, language: Language): string {
  const flow = flows[name]!
  const own = flowTexts[name]!
  const words = flowPageTexts[language]
  const say = ([en, zh]: readonly [string, string]) => (language === 'en' ? en : zh)
  const { seen } = stepsOf(flow, language)
  const events = new Set([...seen.values()].flatMap((step) => step.events))
  const who = (flow.config.meta as { who?: string[] } | undefined)?.who
  const [otherLanguage, otherEnd] = words.other

  return `# ${say(own.title)}

\`${name}\` · [${otherLanguage}](${name}.${otherEnd})

${say(own.about)}

${who ? `${words.status.only} ${code(who)}` : words.status.any}

## ${words.start}

\`\`\`ts
import { auth } from './auth.ts'

${own.example}
\`\`\`
${own.input ? `\n${words.input} ${say(own.input)}\n` : ''}
## ${words.steps}

${stepsTable(seen, language)}

## ${words.events}

${fieldsTable([...events].toSorted(), language)}

## ${words.errors}

${words.errorsIntro}

${table(words.errorColumns, errorRows(flow, language))}

${words.alsoErrors}

## ${words.chart}

[![${words.chartAlt} ${name}](../../flows/${name}.svg)](../../flows/${name}.svg)

[${words.chartText}](../../flows/${name}.md)
`
}

/** The errors that the operations of a flow are documented to end with, and what a user reads. */
function errorRows(flow: AnyStateMachine, language: Language): string[] {
  const messageFor = language === 'en' ? messageInEnglish : messageInChinese
  return operationsOf(flow).flatMap((operation) =>
    (outcomes[operation] ?? []).flatMap(({ error }) =>
      error
        ? [`| \`${operation}\` | \`${error}\` | ${messageFor({ operation, code: error })} |`]
        : [],
    ),
  )
}

/** The operations that a machine and its parts call, in the order of their actors. */
function operationsOf({ implementations }: AnyStateMachine): string[] {
  const operations = Object.entries(implementations.actors).flatMap(([name, logic]) => {
    if (routeOf(name)) return [name]
    return 'implementations' in logic ? operationsOf(logic as AnyStateMachine) : []
  })
  return [...new Set(operations)]
}
