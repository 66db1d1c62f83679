/** Writes the pages about errors; `test/project/guidePages.test.ts` keeps them. */
import { sentences as english } from '../../services/messages/sentencesEn.ts'
import { sentences as chinese } from '../../services/messages/sentencesZh.ts'
import { errorPageTexts, errorTexts } from './errorTexts.ts'
import { type Language, table } from './steps.ts'

const keys = Object.keys(english) as (keyof typeof english)[]

/** Writes the page of all errors. */
export function errorsPage(language: Language): string {
  const words = errorPageTexts[language]
  const codes = Object.entries(errorTexts).map(
    ([
      code,
      {
        from,
        meaning: [en, zh],
      },
    ]) => `| \`${code}\` | ${words.from[from]} | ${language === 'en' ? en : zh} |`,
  )
  const rowsOf = (chosen: typeof keys) =>
    chosen.map((key) => {
      const names = key.split(':').map((name) => `\`${name}\``)
      return `| ${names.join(' | ')} | ${english[key]} | ${chinese[key]} |`
    })

  return `# ${words.title}

${words.intro}

## ${words.codes}

${table(words.codeColumns, codes)}

## ${words.sentences}

${words.sentencesIntro}

${table(words.sentenceColumns, rowsOf(keys.filter((key) => !key.includes(':'))))}

## ${words.byOperation}

${table(words.operationColumns, rowsOf(keys.filter((key) => key.includes(':'))))}
`
}
