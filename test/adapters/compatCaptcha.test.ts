import { EventEmitter } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { createCloudbase } from '../../adapters/compat/cloudbase.ts'
import type { CaptchaToken } from '../../adapters/compat/index.ts'
import { memoryStore } from '../../services/session/store.ts'
import {
  type CompatOptions,
  email,
  failure,
  openCompat,
  password,
  username,
} from './compatWorld.ts'

const config = { captchaOnEveryCall: 'on' } as const
const gated = (call: string) => [`${call} captcha_required`, 'POST /auth/v1/captcha/data']
const solved = (call: string) => [...gated(call), 'POST /auth/v1/captcha/data/verify', call]
const lookup = 'GET /auth/v1/checkIfUserExist'

describe('parseCaptcha', () => {
  const { parseCaptcha } = createCloudbase()

  test('parseCaptcha returns the parts of a captcha URL', () => {
    expect(parseCaptcha('data:image/gif;base64,R0lG?state=POST%3A%2Fv1&token=a%2Bb')).toEqual({
      captchaData: 'data:image/gif;base64,R0lG',
      state: 'POST:/v1',
      token: 'a+b',
    })
  })

  test('parseCaptcha returns an error for a malformed URL', () => {
    expect(parseCaptcha('data:image/gif;base64,R0lG').error).toBe('invalid_argument')
    expect(parseCaptcha('data:image/gif;base64,R0lG?state=s').error).toBe('invalid_argument')
    expect(parseCaptcha('https://captcha.example/').error).toBe('unimplemented')
  })
})

/** The recipe of the official documents, and a user who reads the pictures. */
async function openRecipe() {
  const { sandbox, url } = await openCompat({ config })
  const EVENT_BUS = new EventEmitter()
  const cloudbase = createCloudbase()

  function genAdapter(options: { EVENT_BUS: EventEmitter }) {
    const adapter = {
      captchaOptions: {
        openURIWithCallback: async (url: string) => {
          const { captchaData, state, token } = cloudbase.parseCaptcha(url)
          options.EVENT_BUS.emit('CAPTCHA_DATA_CHANGE', { captchaData, state, token })
          return new Promise<CaptchaToken>((resolve) => {
            options.EVENT_BUS.once('RESOLVE_CAPTCHA_DATA', (res: CaptchaToken) => {
              resolve(res)
            })
          })
        },
      },
    }
    return adapter
  }
  cloudbase.useAdapters(genAdapter, { EVENT_BUS })
  const app = cloudbase.init({ env: 'demo', storage: memoryStore() })
  app.registerHost(url)
  const auth = app.auth()

  let captchaState = { captchaData: '', state: '', token: '' }
  const pictures: string[] = []
  EVENT_BUS.on('CAPTCHA_DATA_CHANGE', ({ captchaData, state, token }: typeof captchaState) => {
    captchaState = { captchaData, state, token }
    pictures.push(captchaData)
  })
  const refreshCaptcha = async () => {
    const result = await auth.createCaptchaData({ state: captchaState.state })
    captchaState = { ...captchaState, captchaData: result.data, token: result.token }
    pictures.push(result.data)
  }
  const verifyCaptchaData = async (userCaptcha: string) => {
    try {
      const verifyResult = await auth.verifyCaptchaData({
        token: captchaState.token,
        key: userCaptcha,
      })
      EVENT_BUS.emit('RESOLVE_CAPTCHA_DATA', verifyResult)
    } catch {
      await refreshCaptcha()
    }
  }
  const read = () => sandbox.captchaAnswer(captchaState.token)!
  const asked = () => new Promise((resolve) => EVENT_BUS.once('CAPTCHA_DATA_CHANGE', resolve))
  const calls = () =>
    sandbox.requests().map(({ method, path, error }) => `${method} ${path} ${error ?? ''}`.trim())
  return { sandbox, auth, pictures, read, asked, verifyCaptchaData, calls }
}

describe('the EVENT_BUS recipe of the official documents', () => {
  test('EVENT_BUS recipe: the user solves a captcha and the call succeeds', async () => {
    const { auth, asked, read, verifyCaptchaData, pictures, calls } = await openRecipe()
    const question = asked()
    const answer = auth.isUsernameRegistered('ada')
    expect(await question).toMatchObject({ state: 'GET:/v1/checkIfUserExist' })
    await verifyCaptchaData(read())
    expect(await answer).toBe(false)
    expect(pictures).toHaveLength(1)
    expect(pictures[0]).toMatch(/^data:image\/gif;base64,/)
    expect(calls()).toEqual(solved(lookup))
  })

  test('EVENT_BUS recipe: a wrong answer shows another picture', async () => {
    const { auth, asked, read, verifyCaptchaData, pictures } = await openRecipe()
    const question = asked()
    const answer = auth.isUsernameRegistered('ada')
    await question
    await verifyCaptchaData('wrong')
    expect(pictures).toHaveLength(2)
    await verifyCaptchaData(read())
    expect(await answer).toBe(false)
  })

  test('EVENT_BUS recipe: waiting calls share one captcha, and a call with a used token asks again', async () => {
    const { auth, asked, read, verifyCaptchaData, pictures } = await openRecipe()
    const question = asked()
    const answers = Promise.all(['ada', 'grace'].map((name) => auth.isUsernameRegistered(name)))
    await question
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(pictures).toHaveLength(1)
    const next = asked()
    await verifyCaptchaData(read())
    await next
    await verifyCaptchaData(read())
    expect(await answers).toEqual([false, false])
    expect(pictures).toHaveLength(2)
  })
})

describe('captchaOptions: a box that the user has closed', () => {
  const openBoxes = async () => {
    const boxes: { url: string; resolve(token: CaptchaToken): void; reject(error: Error): void }[] =
      []
    const openURIWithCallback = (url: string) =>
      new Promise<CaptchaToken>((resolve, reject) => void boxes.push({ url, resolve, reject }))
    const captchaOptions = { openURIWithCallback }
    const compat = await openCompat({ config, captchaOptions })
    const solve = async ({ url, resolve }: (typeof boxes)[0]) => {
      const { token } = compat.cloudbase.parseCaptcha(url)
      const key = compat.sandbox.captchaAnswer(token!)!
      resolve(await compat.auth.verifyCaptchaData({ token: token!, key }))
    }
    const shown = (count: number) => expect.poll(() => boxes.length).toBe(count)
    return { ...compat, boxes, solve, shown }
  }
  test.each([0, 1])(
    'captchaOptions: a later call opens another box, and the answer of box %d serves both',
    async (answered) => {
      const { auth, boxes, solve, shown } = await openBoxes()
      const first = auth.isUsernameRegistered('ada')
      await shown(1)
      const second = auth.isUsernameRegistered('ada')
      await shown(2)
      await solve(boxes[answered]!)
      await Promise.race([first, second])
      // The sandbox takes a token once.
      await shown(3)
      await solve(boxes[2]!)
      expect(await Promise.all([first, second])).toEqual([false, false])
    },
  )

  test('captchaOptions: an older box that is closed late does not end the newer one', async () => {
    const { auth, boxes, solve, shown } = await openBoxes()
    const first = auth.isUsernameRegistered('ada')
    await shown(1)
    const second = auth.isUsernameRegistered('ada')
    await shown(2)
    boxes[0]!.reject(new Error('closed'))
    await solve(boxes[1]!)
    await shown(3)
    await solve(boxes[2]!)
    expect(await Promise.all([first, second])).toEqual([false, false])
  })

  test('captchaOptions: a box without an answer ends when its picture expires', async () => {
    const { auth, pass, shown } = await openBoxes()
    const failed = failure(auth.isUsernameRegistered('ada'))
    await shown(1)
    pass(300)
    expect(await failed).toMatchObject({ error: 'captcha_expired' })
  })
})

describe('captchaOptions', () => {
  const open = (openURIWithCallback: (url: string) => Promise<CaptchaToken>) =>
    openCompat({ config, captchaOptions: { openURIWithCallback } })

  test('captchaOptions: openURIWithCallback receives a URL that parseCaptcha can parse', async () => {
    let asked = ''
    const compat = await open(async (url) => {
      asked = url
      const { token } = compat.cloudbase.parseCaptcha(url)
      return compat.auth.verifyCaptchaData({
        token: token!,
        key: compat.sandbox.captchaAnswer(token!)!,
      })
    })
    expect(await compat.auth.isUsernameRegistered('ada')).toBe(false)
    expect(asked).toMatch(/^data:image\/gif;base64,[^?]+\?state=GET%3A%2Fv1%2Fcheck\w+&token=\S+$/)
    expect(compat.calls()).toEqual(solved(lookup))
  })

  test('captchaOptions: an error with a code from openURIWithCallback is the error of the call', async () => {
    const refusal = { error: 'captcha_closed', error_description: 'closed by the user' }
    const compat = await open(() => Promise.reject(refusal as unknown as Error))
    const calls = ['ada', 'grace'].map((name) => failure(compat.auth.isUsernameRegistered(name)))
    for (const error of await Promise.all(calls)) expect(error).toMatchObject(refusal)
    expect(compat.calls().filter((call) => call.endsWith('/captcha/data'))).toHaveLength(1)
  })

  test('captchaOptions: an error without a code from openURIWithCallback cancels the call', async () => {
    const cause = new Error('window closed')
    const compat = await open(() => Promise.reject(cause))
    expect(await failure(compat.auth.isUsernameRegistered('ada'))).toMatchObject({
      error: 'cancelled',
      error_description: 'window closed',
      cause,
    })
  })

  test.each([undefined, {}, { captcha_token: 7 }])(
    'captchaOptions: the malformed answer %o fails the call with captcha_invalid',
    async (answer) => {
      const compat = await open(async () => answer as unknown as CaptchaToken)
      const error = await failure(compat.auth.isUsernameRegistered('ada'))
      expect(['captcha_invalid', 'cancelled']).toContain(error.error)
    },
  )

  test('captchaOptions: openURIWithCallback may call any method without a deadlock', async () => {
    const compat = await openCompat({
      config: { failuresBeforeCaptcha: 0 },
      captchaOptions: {
        async openURIWithCallback(url) {
          await compat.auth.signInAnonymously()
          await compat.auth.getLoginState()
          const { token } = compat.cloudbase.parseCaptcha(url)
          const key = compat.sandbox.captchaAnswer(token!)!
          return compat.auth.verifyCaptchaData({ token: token!, key })
        },
      },
    })
    await compat.sandbox.addUser({ username, password })
    const { user } = await compat.auth.signIn({ username, password })
    // The sign-in that started last wins: the anonymous one.
    expect(user.uid).toBe(compat.auth.currentUser?.uid)
    expect(await compat.auth.loginScope()).toBe('anonymous')
  })

  test('captchaOptions: options of a later app.auth call apply from then on', async () => {
    const compat = await openCompat({ config })
    expect(await failure(compat.auth.isUsernameRegistered('ada'))).toMatchObject({
      error: 'captcha_required',
      error_code: 4001,
      error_description: expect.stringContaining('openURIWithCallback'),
    })
    const captchaOptions = {
      async openURIWithCallback(url: string) {
        const { token } = compat.cloudbase.parseCaptcha(url)
        const key = compat.sandbox.captchaAnswer(token!)!
        return compat.auth.verifyCaptchaData({ token: token!, key })
      },
    }
    expect(compat.app.auth({ captchaOptions })).toBe(compat.auth)
    expect(await compat.auth.isUsernameRegistered('ada')).toBe(false)
  })
})

describe('captcha calls', () => {
  test('createCaptchaData and verifyCaptchaData create a picture and verify its text', async () => {
    const { auth, sandbox, calls } = await openCompat()
    const picture = await auth.createCaptchaData({ state: 'POST:/v1/signin' })
    expect(picture).toEqual({
      data: expect.stringMatching(/^data:image\/gif;base64,/),
      token: expect.any(String),
      type: 'image',
      expires_in: 300,
    })
    const key = sandbox.captchaAnswer(picture.token)!
    expect(await auth.verifyCaptchaData({ token: picture.token, key })).toEqual({
      captcha_token: expect.any(String),
      expires_in: 600,
    })
    expect(calls()).toEqual(['POST /auth/v1/captcha/data', 'POST /auth/v1/captcha/data/verify'])
  })

  test('verifyCaptchaData rejects missing parameters', async () => {
    const { auth } = await openCompat()
    const error = await failure(auth.verifyCaptchaData({ token: 'x' } as never))
    expect(error.error_description).toBe('key is required')
  })
})

describe('a captcha box that the app never answers', () => {
  /** Opens an app whose boxes are answered by the test. */
  async function openBoxes() {
    const boxes: { token: string; resolve(token: CaptchaToken): void; reject(e: Error): void }[] =
      []
    const openURIWithCallback = (url: string) =>
      new Promise<CaptchaToken>((resolve, reject) => {
        boxes.push({ token: compat.cloudbase.parseCaptcha(url).token!, resolve, reject })
      })
    const compat = await openCompat({ config, captchaOptions: { openURIWithCallback } })
    const solve = async (box: (typeof boxes)[0]) =>
      box.resolve(
        await compat.auth.verifyCaptchaData({
          token: box.token,
          key: compat.sandbox.captchaAnswer(box.token)!,
        }),
      )
    const count = (boxCount: number) => vi.waitUntil(() => boxes.length === boxCount)
    return { ...compat, boxes, solve, count }
  }

  test('a call that is made later asks the app again', async () => {
    const { auth, boxes, solve, count } = await openBoxes()
    const calls = [auth.isUsernameRegistered('ada')]
    await count(1)
    calls.push(auth.isUsernameRegistered('grace'))
    await count(2)
    expect(boxes[1]!.token).not.toBe(boxes[0]!.token)
    await solve(boxes[1]!)
    // A token is valid for one call, so the other one asks for its own.
    await count(3)
    await solve(boxes[2]!)
    expect(await Promise.all(calls)).toEqual([false, false])
  })

  test('an earlier box that the app closes then does not fail the calls', async () => {
    const { auth, boxes, solve, count } = await openBoxes()
    const calls = [auth.isUsernameRegistered('ada')]
    await count(1)
    calls.push(auth.isUsernameRegistered('grace'))
    await count(2)
    boxes[0]!.reject(new Error('replaced by a new box'))
    await solve(boxes[1]!)
    await count(3)
    await solve(boxes[2]!)
    expect(await Promise.all(calls)).toEqual([false, false])
  })

  test('the question ends when its picture expires, and the next call asks anew', async () => {
    const { auth, boxes, solve, count, pass } = await openBoxes()
    const outcome = failure(auth.isUsernameRegistered('ada'))
    await count(1)
    pass(3600)
    expect(await outcome).toMatchObject({ error: 'captcha_expired', operation: 'captcha' })
    const next = auth.isUsernameRegistered('ada')
    await count(2)
    await solve(boxes[1]!)
    expect(await next).toBe(false)
  })
})

describe('getVerification with withCaptcha', () => {
  async function openSolver(options: CompatOptions = {}) {
    const compat = await openCompat({
      ...options,
      captchaOptions: {
        async openURIWithCallback(url) {
          const token = compat.cloudbase.parseCaptcha(url).token!
          const key = compat.sandbox.captchaAnswer(token)!
          return compat.auth.verifyCaptchaData({ token, key })
        },
      },
    })
    return compat
  }

  test('withCaptcha asks for a captcha first and sends its token with the request', async () => {
    const compat = await openSolver()
    const { verification_id } = await compat.auth.getVerification({ email }, { withCaptcha: true })
    expect(verification_id).toEqual(expect.any(String))
    expect(compat.calls()).toEqual([
      'POST /auth/v1/captcha/data',
      'POST /auth/v1/captcha/data/verify',
      'POST /auth/v1/verification',
    ])
    expect(compat.sandbox.requests().at(-1)!.query).toHaveProperty('captcha_token')
    await compat.auth.getVerification({ email: 'grace@example.com' }, { withCaptcha: false })
    expect(compat.calls()).toEqual(['POST /auth/v1/verification'])
  })

  test('withCaptcha: the token goes out beside a publishable key', async () => {
    const accessKey = 'publishable-key'
    const config = { accessKeys: [accessKey] }
    const { auth, sandbox } = await openSolver({ config, init: { accessKey } })
    await auth.getVerification({ email }, { withCaptcha: true })
    const { headers, query } = sandbox.requests().at(-1)!
    expect(headers['authorization']).toMatch(/^Bearer /)
    expect(query).toEqual({ captcha_token: expect.any(String) })
  })

  test('withCaptcha: nothing is sent when the user closes the captcha', async () => {
    const compat = await openCompat({
      captchaOptions: { openURIWithCallback: () => Promise.reject(new Error('closed')) },
    })
    const attempt = compat.auth.getVerification({ email }, { withCaptcha: true })
    expect(await failure(attempt)).toMatchObject({ error: 'cancelled' })
    expect(compat.calls()).toEqual(['POST /auth/v1/captcha/data'])
  })
})
