import { describe, expect, test } from 'vitest'
import { captcha } from '../../machines/core/captcha.ts'
import { AuthError } from '../../services/error.ts'
import { type CaptchaKind, captchaKinds, walkCaptcha } from '../support/captchaWalk.ts'
import { interruptions } from '../support/interruptions.ts'
import { edgePaths, type Path } from '../support/paths.ts'
import { transitionsOf } from '../support/transitions.ts'

describe('captcha', () => {
  /** After an answer that came too late. */
  const asksAgain = ['asking', expect.any(AuthError)]
  const taken = new Set<string>()
  const paths = captchaKinds.flatMap((kind) =>
    edgePaths(captcha, kind.model).map((path): [string, Path, CaptchaKind] => [
      `${kind.model.note}: ${path.name}`,
      path,
      kind,
    ]),
  )

  test.each(paths)(
    'captcha: by %s: the dialog ends the same under every interruption',
    async (_name, path, kind) => {
      const expected = path.steps.map(({ to, facts }) => [to, facts])
      const plain = await walkCaptcha(path, kind, 'nothing')
      expect(plain.states).toEqual(expected)
      for (const transition of plain.taken) taken.add(transition)
      for (const interruption of interruptions.slice(1)) {
        const { states, lateAnswer } = await walkCaptcha(path, kind, interruption)
        expect.soft(states.at(-1), interruption).toEqual(expected.at(-1))
        expect(lateAnswer ?? asksAgain).toEqual(asksAgain)
      }
    },
  )

  test('captcha: the paths take every transition', () => {
    expect(transitionsOf(captcha).filter((transition) => !taken.has(transition))).toEqual([])
  })
})
