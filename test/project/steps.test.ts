import { expect, test } from 'vitest'
import { sections } from '../../docs/flows/machines.ts'
import { stepsOf, stepsPage } from '../../docs/guide/steps.ts'
import { eventFields, stepTexts } from '../../docs/guide/stepTexts.ts'

const flows = sections.find(({ folder }) => folder === 'flows')!.machines

test.each([
  ['docs/guide/steps.md', 'en'],
  ['docs/guide/steps.zh-CN.md', 'zh'],
] as const)(
  '%s lists every step of every flow and the events it accepts',
  async (file, language) => {
    await expect(stepsPage(language)).toMatchFileSnapshot(`../../${file}`)
  },
)

test('docs/guide: every event that a flow accepts is listed with its fields, and no other', () => {
  const steps = Object.values(flows).flatMap((flow) => [...stepsOf(flow, 'en').seen.values()])
  const events = new Set(steps.flatMap(({ events }) => events))
  expect(Object.keys(eventFields)).toEqual([...events].toSorted())
})

test('docs/guide: no text is about a step that does not exist', () => {
  const page = stepsPage('en')
  const texts = Object.values(stepTexts).flatMap((steps) => Object.values(steps))
  expect(texts.filter(([text]) => !page.includes(text))).toEqual([])
})
