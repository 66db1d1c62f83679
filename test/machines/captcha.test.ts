import { describe, expect, test } from 'vitest'
import type { CaptchaService } from 'cloudbase-authflow'
import { captchaPicture } from '../../services/captcha/captcha.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import type { CaptchaToken } from '../../services/http/wire.ts'
import { Secret } from '../../services/secret.ts'
import { openWorld } from '../support/world.ts'

const sendVerification = { method: 'POST', path: '/auth/v1/verification' }

describe('captcha', () => {
  /** A service that waits for the user itself, and what settles its questions. */
  function openBoxes() {
    const boxes: { resolve(token: CaptchaToken): void }[] = []
    const service: CaptchaService = {
      ...captchaPicture,
      asksItself: true,
      async create() {
        return { solved: await new Promise((resolve) => void boxes.push({ resolve })) }
      },
    }
    return { boxes, service }
  }

  test('captcha: a service that waits for the user is asked again by a later call', async () => {
    const { boxes, service } = openBoxes()
    const world = await openWorld({ captcha: service })
    const refusal = { ...sendVerification, status: 400, body: { error: 'captcha_required' } }
    world.sandbox.faults([refusal, refusal, refusal])
    const call = (digit: number) =>
      world.auth.call(endpoints.sendVerification, { phone_number: `+86 1380000000${digit}` })
    const first = [call(1), call(2)]
    await world.settle({ answering: false })
    expect(boxes).toHaveLength(1)
    const later = call(3)
    await world.settle({ answering: false })
    expect(boxes).toHaveLength(2)
    boxes[1]!.resolve({ captcha_token: new Secret('given'), expires_in: 600 })
    await Promise.all([...first, later])
    expect(world.countMessages()).toBe(3)
    await world.close()
  })

  test('captcha: a question is replaced when its picture expires', async () => {
    const world = await openWorld()
    world.sandbox.faults([
      { ...sendVerification, status: 400, body: { error: 'captcha_required' } },
    ])
    const call = world.auth.call(endpoints.sendVerification, { phone_number: '+86 13800000000' })
    await world.settle({ answering: false })
    const { image } = world.auth.get().captcha!
    world.advance(299)
    await world.settle({ answering: false })
    expect(world.auth.get().captcha).toMatchObject({ image, error: undefined })
    world.advance(1)
    await world.settle({ answering: false })
    const { captcha } = world.auth.get()
    expect(captcha).toMatchObject({ busy: false, error: { code: 'captcha_expired' } })
    expect(captcha!.image).not.toBe(image)
    world.answerCaptcha()
    await call
    await world.close()
  })

  test.each(['javascript:alert(1)', 'https://evil.example/x.png', 'data:text/html,<p>', '//x'])(
    'captcha: a server that sends the picture %s shows nothing',
    async (data) => {
      const world = await openWorld()
      world.sandbox.faults([
        { ...sendVerification, status: 400, body: { error: 'captcha_required' } },
        { method: 'POST', path: '/auth/v1/captcha/data', status: 200, body: { data, token: 't' } },
      ])
      const call = world.auth.call(endpoints.sendVerification, { phone_number: '+86 13800000000' })
      await expect(call).rejects.toMatchObject({
        code: 'invalid_response',
        operation: 'createCaptcha',
      })
      expect(world.auth.get().captcha).toBeUndefined()
      await world.close()
    },
  )
})
