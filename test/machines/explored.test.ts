/** `EXPLORE=all` also runs what takes long; see `test/support/explorations.ts`. */
import * as shipped from '../../adapters/client/index.ts'
import { outcomes as documented } from '../../adapters/testing/outcomes.ts'
import { request } from '../../machines/core/request.ts'
import { signOut } from '../../machines/core/signOut.ts'
import {
  getUser,
  sendVerification,
  signInWithCustomTicket,
  updateProfile,
} from '../../services/http/endpoints.ts'
import {
  callOutcomes,
  contacts,
  explorations,
  fails,
  isLong,
  only,
  popup,
  redirect,
  refused,
  withFailures,
  withSecondFactor,
} from '../support/explorations.ts'

const { captcha, session, signIn, tokens, verification } = shipped
const { cover, explore, sample } = explorations()

/** Leaves one way to sign in. */
const guestOnly = {
  'contact.submit': false,
  'password.submit': false,
  'ticket.submit': false,
  'provider.submit': false,
} as const

const codesArrive = {
  verify: [documented['verify']![0]!],
  sendVerification: [documented['sendVerification']![0]!],
}

explore([
  [
    'refused calls',
    'signIn',
    { outcomes: withFailures(documented, ...refused('captcha_required', 'unreachable')) },
  ],
  ['a reload', 'signIn', { reloads: 1, outcomes: withSecondFactor }],
  ['another tab', 'signIn', { otherTabs: 1 }],
  ['a call of the app', 'signIn', { calls: [{ endpoint: getUser }] }],
  [
    'wrong input, an account that is prepared, and the end of the session',
    'signIn',
    {
      status: 'anonymous',
      outcomes: { ...withSecondFactor, signIn: fails('mfa_phone_required') },
      events: {
        'contact.submit': contacts,
        'code.submit': [{ code: '123456' }, { code: '', note: 'empty' }],
        'signUp.prepare': [{}],
        'session.end': [{}],
      },
    },
  ],
  [
    'an account that is prepared with a password, and a reload',
    'signIn',
    {
      reloads: 1,
      outcomes: codesArrive,
      events: {
        ...guestOnly,
        'guest.enter': false,
        'contact.submit': contacts,
        'signUp.prepare': [{ password: 'a password' }],
      },
    },
  ],
  [
    'a second factor and two failures',
    'signIn',
    {
      faults: 2,
      outcomes: {
        ...withSecondFactor,
        ...codesArrive,
      },
      events: {
        ...guestOnly,
        'guest.enter': false,
        'contact.submit': contacts,
        'password.submit': [{ username: 'ada', password: 'a password' }],
      },
    },
  ],
  [
    'captchas that are rejected',
    'signIn',
    {
      faults: 3,
      outcomes: {
        signInAnonymously: [
          documented['signInAnonymously']![0]!,
          ...fails('captcha_required', 'captcha_invalid'),
        ],
        verifyCaptcha: [
          documented['verifyCaptcha']![0]!,
          ...fails('captcha_invalid', 'unreachable'),
        ],
      },
      events: guestOnly,
    },
  ],
  [
    'two calls of the app and no flow',
    'signIn',
    {
      status: 'signedIn',
      faults: 2,
      outcomes: {
        ...callOutcomes('getUser', 'captcha_required', 'unauthenticated'),
        ...callOutcomes('updateProfile', 'captcha_required', 'unauthenticated'),
        ...callOutcomes('refresh', 'unavailable'),
        ...callOutcomes('verifyCaptcha'),
        ...callOutcomes('createCaptcha'),
      },
      events: { 'flow.start': false, 'captcha.replace': false },
      calls: [{ endpoint: getUser }, { endpoint: updateProfile, params: { name: 'Ada' } }],
      stop: ({ pending, choices }) => pending.length === 0 && choices.length === 0,
    },
  ],
  [
    'two calls that share a captcha, one of which is cancelled',
    'signIn',
    {
      status: 'signedIn',
      faults: 2,
      modal: false,
      outcomes: {
        getUser: fails('captcha_required'),
        signInAnonymously: fails('captcha_required'),
        ...callOutcomes('verifyCaptcha'),
        ...callOutcomes('createCaptcha'),
      },
      events: {
        ...guestOnly,
        'flow.cancel': [{}],
        'captcha.replace': false,
        'captcha.cancel': false,
      },
      calls: [{ endpoint: getUser }],
    },
  ],
  [
    'a refresh that fails',
    'account',
    {
      faults: 2,
      outcomes: {
        ...callOutcomes('getUser'),
        ...callOutcomes('updateProfile', 'unauthenticated'),
        ...callOutcomes('refresh', 'unavailable'),
      },
      events: only(),
      calls: [{ endpoint: updateProfile, params: { name: 'Ada' } }],
    },
  ],
  ['a failure', 'resetPassword', {}],
  [
    'a sign-in by the app',
    'upgrade',
    {
      faults: 0,
      events: { 'contact.submit': false },
      calls: [
        { endpoint: signInWithCustomTicket, params: { provider_id: 'custom', ticket: 'a ticket' } },
      ],
    },
  ],
  [
    'a call of the app that shares the captcha',
    'signIn',
    {
      status: 'signedIn',
      faults: 2,
      modal: false,
      outcomes: {
        ...callOutcomes('getUser', 'captcha_required'),
        ...callOutcomes('signInAnonymously', 'captcha_required'),
      },
      events: { ...guestOnly, 'flow.cancel': [{}] },
      calls: [{ endpoint: getUser }],
    },
    'long',
  ],
])

sample(
  {
    hostile: true,
    status: 'signedOut',
    modal: false,
    events: {
      'session.end': [{}, { note: 'to a page', redirect_uri: 'https://app.example/bye' }],
      'flow.cancel': [{}],
      'contact.submit': contacts,
      'signUp.prepare': [{}],
      'provider.choose': [redirect, { note: 'popup', ...popup }],
      'provider.bind': [redirect, { note: 'popup', ...popup }],
    },
    calls: [
      { endpoint: getUser },
      { endpoint: updateProfile, params: { name: 'Ada' } },
      { endpoint: sendVerification, params: { phone_number: '+86 13900000000' } },
    ],
  },
  isLong ? 200 : 20,
)

const failingClock = 'the clock of the world neither is wrong nor fails'
const failingStore = 'the store of the world does not fail'
const otherService = 'the world asks for captchas by a picture that the app shows'
const noWaiter = 'the world lets a refresh end before anything else asks for one'

cover([session, tokens, captcha, signOut, request(getUser), verification, signIn], {
  'session on clock.skewed #0': failingClock,
  'session on store.failed #0': failingStore,
  'tokens on tokens.reload #0': 'the compat client alone sends it',
  'tokens on clock.skewed #0': failingClock,
  'tokens on store.failed #0': failingStore,
  'tokens.loading on xstate.error.actor.load #0': failingStore,
  'tokens.kept on tokens.refresh #0': noWaiter,
  'tokens.refreshing on xstate.done.actor.refresh #0':
    'the change of the pair, which comes first, leaves the state',
  'tokens.pausing on tokens.drop #0': 'no user ends the session while it pauses',
  'tokens.pausing on xstate.error.actor.until #0': failingClock,
  'captcha.fetching on captcha.require #0': otherService,
  'captcha.fetching on xstate.done.actor.createCaptcha #0': otherService,
  'captcha.asking on xstate.error.actor.untilExpiry #0': failingClock,
  'captcha.checking on xstate.error.actor.verifyCaptcha #0': otherService,
  'captcha.checking on xstate.error.actor.verifyCaptcha #1': otherService,
  'signOut.starting on always #0': 'every session of the world has a token to revoke',
  'signOut.pausing on xstate.error.actor.until #0': failingClock,
  'request.pausing on xstate.error.actor.until #0': failingClock,
  'verification.askingCode on xstate.error.actor.untilResend #0': failingClock,
  'verification.askingCode on xstate.error.actor.untilExpiry #0': failingClock,
  'verification.askingResend on xstate.error.actor.untilResend #0': failingClock,
  'signIn.verification on xstate.error.actor.verification #0':
    'a call that fails for good is explored in the long form',
})
