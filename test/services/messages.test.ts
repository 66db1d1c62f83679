import { assert, constantFrom, double, option, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from 'cloudbase-authflow'
import {
  type Catalogue,
  messageFor as inEnglish,
  type MessageKey,
} from 'cloudbase-authflow/messages/en'
import { messageFor as inChinese } from 'cloudbase-authflow/messages/zh'
import * as endpoints from '../../services/http/endpoints.ts'
import { sentences as en } from '../../services/messages/sentencesEn.ts'
import { sentences as zh } from '../../services/messages/sentencesZh.ts'

type Language = 'zh' | 'en'
const languages: Language[] = ['zh', 'en']
const messageFor = (error: AuthError, language: Language, catalogue?: Catalogue) =>
  ({ zh: inChinese, en: inEnglish })[language](error, catalogue)

const keys = Object.keys(en) as MessageKey[]
const operations = [...Object.keys({ ...endpoints }), 'captcha']

/** The codes of the protocol, of its documents and of this library. */
const documented = `
  unreachable local cancelled unknown unauthenticated resource_exhausted failed_precondition
  invalid_argument deadline_exceeded not_found already_exists permission_denied aborted out_of_range
  unimplemented internal unavailable data_loss invalid_password password_not_set invalid_status
  user_pending user_blocked invalid_verification_code two_factor_required invalid_two_factor
  invalid_two_factor_recovery under_review invalid_request unauthorized_client access_denied
  unsupported_response_type invalid_scope invalid_grant server_error temporarily_unavailable
  interaction_required login_required account_selection_required consent_required
  invalid_request_uri invalid_request_object request_not_supported request_uri_not_supported
  registration_not_supported captcha_required captcha_invalid provider_not_enabled
  login_method_disabled invalid_username_or_password invalid_credentials wrong_password
  user_not_found mfa_phone_required login_type_disabled provider_error
  rate_limit_exceeded invalid_captcha invalid_phone_number captcha_expired captcha_used weak_password
  code_expired invalid_response foreign_callback origin_not_allowed
`
  .trim()
  .split(/\s+/)

const say = (
  operation: string | undefined,
  code: string,
  language: Language,
  retryAfter?: number,
) => messageFor(new AuthError(code, { operation, retryAfter }), language)

describe('the tables', () => {
  /** The keys whose sentences break a rule. */
  const odd = (isGood: (chinese: string, english: string) => boolean) =>
    keys.filter((key) => !isGood(zh[key], en[key]))

  test('messages: both languages have the same keys and forms', () => {
    expect(Object.keys(zh).toSorted()).toEqual(keys.toSorted())
    const hasWait = (text: string) => text.includes('{wait}')
    expect(odd((chinese, english) => hasWait(chinese) === hasWait(english))).toEqual([])
    const rest = (text: string) => text.replace('{wait}', '')
    expect(odd((chinese) => /^\p{Script=Han}[^{}\w]*。$/u.test(rest(chinese)))).toEqual([])
    expect(odd((_, english) => /^[A-Z][^{}_\p{Script=Han}]*\.$/u.test(rest(english)))).toEqual([])
  })

  test('messages: every sentence says what to do next', () => {
    const next =
      /\b(try|check|get|sign|choose|contact|use|start|go|type|do|allow|enter|unlink|add|link)\b/i
    expect(odd((chinese) => /请|可/.test(chinese))).toEqual([])
    expect(odd((_, english) => next.test(english))).toEqual([])
  })

  test('messages: every documented code has a sentence and no other', () => {
    const codes = keys.filter((key) => !key.includes(':'))
    expect(codes.toSorted()).toEqual(documented.toSorted())
    const waits = ['openPopup', 'readCallback', 'login', 'destinationOf']
    for (const key of keys.filter((key) => key.includes(':'))) {
      const [operation, code] = key.split(':')
      expect([...operations, ...waits]).toContain(operation)
      expect(documented).toContain(code)
    }
  })
})

test.each(operations)('%s: every documented code has a sentence in both languages', (operation) => {
  for (const code of documented) {
    const [chinese, english] = languages.map((language) => say(operation, code, language))
    expect(chinese).not.toBe(english)
    if (code === 'unknown') continue
    expect(chinese).not.toBe(say(operation, 'unknown', 'zh'))
    expect(english).not.toBe(say(operation, 'unknown', 'en'))
  }
})

describe.each(languages)('messages in %s reveal no account', (language) => {
  const refusals = [
    'not_found',
    'invalid_password',
    'password_not_set',
    'invalid_credentials',
    'invalid_username_or_password',
    'wrong_password',
    'user_not_found',
  ]

  test.each(['signIn', 'signInV2'])('messages: %s by password reveals no account', (operation) => {
    expect(new Set(refusals.map((code) => say(operation, code, language))).size).toBe(1)
    const shut = ['user_blocked', 'user_pending'].map((code) => say(operation, code, language))
    expect(new Set(shut).size).toBe(1)
  })

  test.each(['sendVerification', 'resetPassword'])(
    'messages: %s reveals no account',
    (operation) => {
      const codes = [
        'not_found',
        'failed_precondition',
        'user_not_found',
        'user_blocked',
        'user_pending',
      ]
      expect(new Set(codes.map((code) => say(operation, code, language))).size).toBe(1)
    },
  )

  test('messages: only a verified contact is said to be registered', () => {
    const reveals =
      /不存在|没有注册|未注册|注册过|已被?注册|no account|no such|not exist|registered/i
    const revealing = keys.filter((key) => reveals.test({ zh, en }[language][key]))
    expect(revealing).toEqual(['signUp:failed_precondition'])
  })
})

describe('messages: the time to wait', () => {
  test.each<[number | undefined, string, string]>([
    [undefined, '稍后', 'later'],
    [0, '稍后', 'later'],
    [-1, '稍后', 'later'],
    [NaN, '稍后', 'later'],
    [Infinity, '稍后', 'later'],
    [1e12, '稍后', 'later'],
    [0.2, '在 1 秒后', 'in 1 second'],
    [45, '在 45 秒后', 'in 45 seconds'],
    [89.5, '在 90 秒后', 'in 90 seconds'],
    [90, '在 2 分钟后', 'in 2 minutes'],
    [900, '在 15 分钟后', 'in 15 minutes'],
    [3600, '在 60 分钟后', 'in 60 minutes'],
    [5401, '在 2 小时后', 'in 2 hours'],
    [200_000, '在 3 天后', 'in 3 days'],
  ])('messages: a wait of %s s reads “%s” and “%s”', (seconds, chinese, english) => {
    const code = 'resource_exhausted'
    expect(say('signIn', code, 'zh', seconds)).toBe(`操作过于频繁，请${chinese}重试。`)
    expect(say('signIn', code, 'en', seconds)).toBe(
      `You have tried too often. Try again ${english}.`,
    )
  })

  test('messages: the time to wait goes into every sentence', () => {
    const isGood = (key: MessageKey) => {
      const [code = key, operation] = key.split(':').toReversed()
      return (
        /在 45 秒后.*。$/.test(say(operation, code, 'zh', 45)) &&
        /in 45 seconds.*\.$/.test(say(operation, code, 'en', 45))
      )
    }
    expect(keys.filter((key) => !isGood(key))).toEqual([])
    expect(say('verify', 'unreachable', 'en', 5)).toBe(
      'The network is down. Check your connection and try again. You can try again in 5 seconds.',
    )
  })
})

test('messages: the description for developers is not shown', () => {
  const error = new AuthError('permission_denied', {
    operation: 'signIn',
    description: 'cors permission denied,please check if https://a.example in your client domains',
    requestId: 'canary',
    cause: new Error('canary'),
  })
  for (const language of languages) {
    expect(messageFor(error, language)).not.toMatch(/cors|example|canary|permission_denied/)
  }
})

test('messages: any operation and code has a sentence', () => {
  const odd = constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '{wait}')
  const name = constantFrom(...operations, ...documented, undefined)
  assert(
    property(
      constantFrom(...languages),
      option(string(), { nil: undefined }),
      string(),
      odd,
      name,
      double(),
      (language, text, code, oddity, known, retryAfter) => {
        for (const [operation, named] of [
          [text, code],
          [known, oddity],
          [oddity, oddity],
          [oddity, code],
        ] as const) {
          const sentence = say(operation, named, language, retryAfter)
          expect(sentence).toMatch(/^\P{Cc}{5,200}[.。]$/u)
          expect(sentence).not.toContain('{wait}')
        }
      },
    ),
  )
  expect(say('signIn', 'constructor', 'en')).toBe(say('signIn', 'unknown', 'en'))
  expect(say('__proto__', 'not_found', 'en')).toBe(say(undefined, 'not_found', 'en'))
})

test('messages: an error without input does not blame the input', () => {
  for (const language of languages) {
    const typedWrong = say(undefined, 'invalid_argument', language)
    const said = say('destinationOf', 'invalid_argument', language)
    expect(said).not.toBe(typedWrong)
    expect(said).toBe(say(undefined, 'invalid_request', language))
    expect(say('openPopup', 'unimplemented', language)).toMatch(/window|窗口/)
  }
})

test.each(languages)(
  'messages in %s: an operation with the errors of another has its sentences',
  (language) => {
    for (const [operation, twin] of [
      ['signInV2', 'signIn'],
      ['verifyV2', 'verify'],
      ['signInWithProviderV2', 'signInWithProvider'],
      ['upgrade', 'signUp'],
      ['initCaptcha', 'createCaptcha'],
      ['patchProviderToken', 'grantProviderToken'],
    ] as const) {
      const shared = Object.keys(en)
        .filter((key) => key.startsWith(`${twin}:`))
        .map((key) => key.split(':')[1]!)
        .filter((code) => !Object.hasOwn(en, `${operation}:${code}`))
      expect(shared).not.toEqual([])
      for (const code of shared)
        expect(say(operation, code, language)).toBe(say(twin, code, language))
    }
  },
)

describe("an app's own catalogue", () => {
  const error = new AuthError('not_found', { operation: 'signIn', retryAfter: 45 })

  test('catalogue: its sentence wins under the same key, and the exact key over the general one', () => {
    const own: Catalogue = { 'signIn:not_found': 'No. {wait}', not_found: 'Nothing.' }
    expect(messageFor(error, 'en', own)).toBe('No. in 45 seconds')
    expect(messageFor(error, 'zh', own)).toBe('No. 在 45 秒后')
    const { 'signIn:not_found': _, ...general } = own
    expect(messageFor(error, 'en', general)).toBe(messageFor(error, 'en'))
    const elsewhere = new AuthError('not_found', { operation: 'getUser' })
    expect(messageFor(elsewhere, 'en', own)).toBe('Nothing.')
  })

  test('catalogue: it may have codes of its own server and a general sentence', () => {
    const own = { 'signIn:no_ticket': 'Buy a ticket.', unknown: 'Oh!' } satisfies Catalogue
    expect(messageFor(new AuthError('no_ticket', { operation: 'signIn' }), 'en', own)).toBe(
      'Buy a ticket.',
    )
    expect(messageFor(new AuthError('no_seat', { operation: 'signIn' }), 'en', own)).toBe('Oh!')
  })

  test('catalogue: missing keys fall back to the built-in sentences', () => {
    const own = { 'signIn:not_found': undefined } as Catalogue
    expect(messageFor(error, 'en', own)).toBe(messageFor(error, 'en'))
    expect(messageFor(error, 'en', {})).toBe(messageFor(error, 'en'))
  })

  test('catalogue: an unknown operation or code is a type error', () => {
    // @ts-expect-error no operation of ours
    const misspelt: Catalogue = { 'signin:not_found': 'x' }
    // @ts-expect-error no code of ours
    const mistaken: Catalogue = { not_fund: 'x' }
    expect(messageFor(error, 'en', { ...misspelt, ...mistaken })).toBe(messageFor(error, 'en'))
  })
})

test('messages: a language that lacks a key is a type error', () => {
  const { unknown: _, ...rest } = zh
  // @ts-expect-error unknown is missing
  const incomplete: Record<MessageKey, string> = rest
  expect(incomplete).not.toHaveProperty('unknown')
})
