import { describe, expect, expectTypeOf, test } from 'vitest'
import type { account, upgrade, View } from 'cloudbase-authflow'
import {
  contactOf,
  countdown,
  eventOf,
  fields,
  maskContact,
  renderStep,
  stepsOf,
  type Templates,
  titleOf,
  type UiEvent,
  type UiFlows,
} from 'cloudbase-authflow/ui'
import { en } from 'cloudbase-authflow/ui/en'
import { zh } from 'cloudbase-authflow/ui/zh'
import * as machines from '../../docs/flows/machines.ts'
import { stepsOf as stepsInCharts } from '../../docs/guide/steps.ts'
import type { Clock } from '../../services/clock.ts'

const flows = machines.sections.find(({ folder }) => folder === 'flows')!.machines
const flowNames = Object.keys(flows) as (keyof UiFlows)[]
const asking = (flow: string) =>
  [...stepsInCharts(flows[flow]!, 'en').seen.keys()].filter((step) => step.startsWith('asking'))

describe('ui: fields', () => {
  test.each(flowNames)('ui: stepsOf(%s) lists every step in which the user moves', (flow) => {
    expect(stepsOf(flow).toSorted()).toEqual(asking(flow).toSorted())
  })

  test.each(flowNames)('ui: every form of %s sends an event that its step takes', (flow) => {
    const { seen } = stepsInCharts(flows[flow]!, 'en')
    for (const step of stepsOf(flow)) {
      const events = Object.keys(fields({ flow, step }))
      expect(seen.get(step)!.events).toEqual(expect.arrayContaining(events))
    }
  })

  test('ui: every field has a label, a hint where it names one, and a title above it, in both languages', () => {
    for (const flow of flowNames) {
      for (const step of stepsOf(flow)) {
        for (const texts of [en, zh]) {
          expect(titleOf({ flow, step }, texts)).toMatch(/\S/)
          for (const field of Object.values(fields({ flow, step })).flat()) {
            expect(texts.labels[field!.label]).toMatch(/\S/)
            expect(field!.hint === undefined || texts.hints[field!.hint]).not.toBeFalsy()
          }
        }
      }
    }
  })

  test('ui: the field of a code is filled from a message, and a pasted code fits', () => {
    const [code] = fields({ flow: 'signIn', step: 'askingCode' })['code.submit']!
    expect(code).toMatchObject({ autocomplete: 'one-time-code', inputmode: 'numeric' })
    expect(code!.maxlength).toBeGreaterThan('123 - 456'.length)
  })

  test('ui: there are no fields where the machine works, and none for names that objects inherit', () => {
    for (const step of ['sendingCode', 'constructor', undefined]) {
      expect(fields({ flow: 'signIn', step })).toEqual({})
      expect(fields({ flow: 'constructor', step })).toEqual({})
    }
    expect(titleOf({ flow: 'signIn', step: 'sendingCode' }, en)).toBeUndefined()
    expect(titleOf({ flow: 'signIn', step: 'constructor' }, en)).toBeUndefined()
  })

  test('ui: the event of a form has what was typed, without what was left empty', () => {
    const cases: [UiEvent['type'], object, object][] = [
      ['contact.submit', { phone_number: ' 138 ', email: '' }, { phone_number: '138' }],
      [
        'password.submit',
        { username: ' ada ', password: ' p ' },
        { username: 'ada', password: ' p ' },
      ],
      ['code.submit', { code: ' 1 ' }, { code: '1' }],
      ['profile.submit', { name: 'Ada ', username: '' }, { profile: { name: 'Ada' } }],
    ]
    for (const [type, values, expected] of cases)
      expect(eventOf(type, { ...values })).toEqual({ type, ...expected })
  })

  test('ui: the step of a view finds its template, and no other does', () => {
    const view = { flow: 'upgrade', step: 'askingChoice' } as unknown as View<{
      upgrade: typeof upgrade
    }>
    const templates: Templates<{ upgrade: typeof upgrade }, string> = {
      askingAccount: () => 'account',
      askingCode: () => 'code',
      askingResend: () => 'resend',
      askingReturn: () => 'return',
      askingPopup: () => 'popup',
      askingClick: () => 'click',
      askingChoice: ({ step }) => step,
      askingRetry: () => 'retry',
    }
    expect(renderStep(view, templates)).toBe('askingChoice')
    expect(renderStep({ ...view, step: 'sendingCode' } as typeof view, templates)).toBeUndefined()
    expect(renderStep({ ...view, step: undefined } as never, templates)).toBeUndefined()
  })
})

describe('ui: types', () => {
  test('ui: a template that misses a step, or has one too many, does not compile', () => {
    type Account = Templates<{ account: typeof account }, string>
    type Step = keyof Account
    expectTypeOf<'askingProof' | 'askingCode' | 'askingReturn'>().toExtend<Step>()
    expectTypeOf<Record<Step, () => string>>().toExtend<Account>()
    expectTypeOf<Record<Exclude<Step, 'askingProof'>, () => string>>().not.toExtend<Account>()
    // @ts-expect-error: `askingChoice` is a step of another flow
    const wrong: Account = { ...({} as Account), askingChoice: () => '' }
    expect(wrong).toBeDefined()
  })

  test('ui: an event that no flow takes, and a wrong payload, do not compile', () => {
    expectTypeOf(eventOf).parameter(0).not.toEqualTypeOf<string>()
    expectTypeOf<'code.submit'>().toExtend<UiEvent['type']>()
    expectTypeOf<'code.submitted'>().not.toExtend<UiEvent['type']>()
    expectTypeOf<{ type: 'code.submit'; code: string }>().toExtend<UiEvent>()
    expectTypeOf<{ type: 'code.submit'; code: number }>().not.toExtend<UiEvent>()
    expectTypeOf<{ type: 'code.submit' }>().not.toExtend<UiEvent>()
  })
})

/** A clock that stands still until a test moves it. */
const stillClock = () => {
  let now = 1_000_000
  let passed = 0
  let waits: { deadline: number; resolve(): void }[] = []
  const clock: Clock = {
    now: () => now,
    monotonic: () => passed,
    until: (deadline) => new Promise((resolve) => waits.push({ deadline, resolve })),
  }
  /** Passes time; `setBack`: milliseconds by which the system time is set back meanwhile. */
  const pass = async (ms: number, setBack = 0) => {
    passed += ms
    now += ms - setBack
    const due = waits.filter(({ deadline }) => setBack || deadline <= now)
    waits = waits.filter((wait) => !due.includes(wait))
    for (const { resolve } of due) resolve()
    await new Promise(setImmediate)
  }
  return { clock, pass }
}

describe('ui: countdown', () => {
  const start = (milliseconds: number) => {
    const { clock, pass } = stillClock()
    const shown: number[] = []
    const stop = countdown(clock.now() + milliseconds, clock).subscribe((seconds) =>
      shown.push(seconds),
    )
    return { shown, stop, pass }
  }

  test('ui: a countdown calls at once and each second, and ends at 0', async () => {
    const { shown, pass } = start(2500)
    expect(shown).toEqual([3])
    for (let i = 0; i < 8; i++) await pass(500)
    expect(shown).toEqual([3, 2, 1, 0])
  })

  test('ui: a countdown is right after a sleep, in which no timer ran', async () => {
    const { shown, pass } = start(60_000)
    await pass(45_200)
    expect(shown).toEqual([60, 15])
    await pass(100_000)
    expect(shown.at(-1)).toBe(0)
  })

  test('ui: a countdown that is over or has no deadline shows 0 once', () => {
    const shown: number[] = []
    countdown(undefined).subscribe((seconds) => shown.push(seconds))
    countdown(Date.now() - 1).subscribe((seconds) => shown.push(seconds))
    expect(shown).toEqual([0, 0])
  })

  test('ui: nothing is called after unsubscribing, and each subscriber has its own', async () => {
    const { shown, stop, pass } = start(5000)
    stop()
    await pass(10_000)
    expect(shown).toEqual([5])
  })

  test('ui: a countdown does not count up when the system time is set back', async () => {
    const { shown, pass } = start(10_000)
    await pass(4000, 3_600_000)
    expect(shown).toEqual([10, 6])
  })
})

describe('ui: contacts', () => {
  test.each([
    [{ phone_number: '+86 13800000000' }, '+86\u00a0138••••0000'],
    [{ phone_number: '+852 91234567' }, '+852\u00a091••••67'],
    [{ email: 'ada@example.com' }, 'a•••@example.com'],
    [{}, ''],
  ])('ui: the masked form of %j is %s', (contact, masked) => {
    expect(maskContact(contact)).toBe(masked)
  })

  test.each([
    ['138 0000 0000', '', { phone_number: '138 0000 0000' }],
    ['9123 4567', '852', { phone_number: '+852 9123 4567' }],
    ['+852 9123 4567', '86', { phone_number: '+852 9123 4567' }],
    ['ada＠example.com', '852', { email: 'ada@example.com' }],
  ])('ui: what was typed as %j with the country %j is %j', (typed, country, contact) => {
    expect(contactOf(typed, country)).toEqual(contact)
  })
})
