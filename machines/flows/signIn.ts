import { assign, setup } from 'xstate'
import { type AuthError, errorOf, isTransient } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact, Profile } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import { isOutdated, signInOrSignUp } from '../../services/signInOrSignUp.ts'
import {
  callsOf,
  contactActions,
  contactEdges,
  contactGuards,
  errorActions,
  errorGuards,
  expectEvent,
  failTo,
  lostSecret,
} from '../core/flow.ts'
import { request } from '../core/request.ts'
import { verification } from '../parts/verification.ts'

interface Context {
  contact?: Contact
  /** What was right but not enough. The password does not outlive the page. */
  firstFactor?: { username: string; password?: Secret }
  /** Set for a code that is a second factor: only a contact with an account gets one. */
  target?: 'USER'
  verificationToken?: Secret
  isUser?: boolean
  /** Sign-in was already exchanged for sign-up, or the reverse. */
  switched: boolean
  newAccount?: Profile & { password?: Secret; provider_token?: Secret }
  /** Whether `newAccount` was given secrets, which do not outlive the page. */
  hasAccountSecrets?: boolean
  error?: AuthError
}

type Event =
  | ({ type: 'contact.submit' } & Contact)
  | { type: 'contact.change' }
  | { type: 'password.submit'; username: string; password: Secret }
  | { type: 'guest.enter' }
  | { type: 'ticket.submit'; ticket: Secret }
  | { type: 'provider.submit'; provider_token: Secret }
  /** What a new account gets at once; with a `provider_token` its identity is linked to it. */
  | { type: 'signUp.prepare'; profile?: Profile; password?: Secret; provider_token?: Secret }
  | { type: 'signIn.retry' }
  | { type: 'profile.submit'; profile: Profile }
  | { type: 'profile.skip' }

const isNewUser = ({ verificationToken, isUser, target }: Context) =>
  !!verificationToken && !target && signInOrSignUp(isUser) === 'signUp'

const flow = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    output: {} as { isNewUser: boolean },
    children: {} as { verification: 'verification' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    verification,
    signIn: request(api.signIn),
    signUp: request(api.signUp),
    signInAnonymously: request(api.signInAnonymously),
    signInWithCustomTicket: request(api.signInWithCustomTicket),
    signInWithProvider: request(api.signInWithProvider),
    updateProfile: request(api.updateProfile),
  },
  guards: {
    ...errorGuards,
    ...contactGuards,
    hasBothFactors: ({ context: { firstFactor, verificationToken } }) =>
      !!firstFactor?.password && !!verificationToken,
    hasLostFactor: ({ context: { firstFactor } }) => !!firstFactor && !firstFactor.password,
    hasLostAccountSecrets: ({ context: { hasAccountSecrets, newAccount, ...context } }) =>
      !!hasAccountSecrets &&
      !(newAccount?.password ?? newAccount?.provider_token) &&
      isNewUser(context),
    hasProof: ({ context }) => !!context.verificationToken,
    isNewUser: ({ context }) => isNewUser(context),
    isNoLongerUser: ({ context, event }) =>
      !context.switched && !context.target && isOutdated('signIn', errorOf(event)?.code),
    isNowUser: ({ context, event }) =>
      !context.switched && isOutdated('signUp', errorOf(event)?.code),
    isSecondFactor: ({ context }) => !!context.target,
    canRetry: ({ context, event }) => !!context.verificationToken && isTransient(errorOf(event)),
    isPrepared: ({ context }) => !!context.newAccount,
  },
  actions: {
    ...errorActions<Context, Event>(),
    ...contactActions<Context, Event>(),
    rememberLostProof: assign(lostSecret('code_expired', 'signIn')),
    rememberLostPassword: assign(lostSecret('cancelled', 'signIn')),
    rememberPassword: assign(({ event }) => {
      const { username, password } = expectEvent(event, 'password.submit')
      return { firstFactor: { username, password } }
    }),
    switchWay: assign(({ context }) => ({ switched: true, isUser: context.isUser === false })),
  },
})

const call = callsOf<typeof flow>()
const startOver = { target: 'askingAccount', actions: 'forgetError' } as const
const toStart = failTo('askingAccount')
const toRetry = failTo('askingRetry', 'canRetry')
const toSecondFactor = failTo('askingSecondFactor', 'isSecondFactorWanted')
const toLostPassword = {
  guard: 'hasLostFactor',
  target: 'askingAccount',
  actions: 'rememberLostPassword',
} as const

const machine = flow.createMachine({
  id: 'signIn',
  context: { switched: false },
  initial: 'askingAccount',
  output: ({ context }) => ({ isNewUser: context.isUser === false }),
  states: {
    askingAccount: {
      tags: 'asking',
      entry: assign({
        firstFactor: undefined,
        target: undefined,
        isUser: undefined,
        verificationToken: undefined,
        newAccount: undefined,
        hasAccountSecrets: undefined,
      }),
      on: {
        'contact.submit': contactEdges('verification'),
        'password.submit': { target: 'checkingPassword', actions: 'rememberPassword' },
        'guest.enter': 'signingInAsGuest',
        'ticket.submit': 'redeemingTicket',
        'provider.submit': 'signingInByProvider',
      },
    },
    checkingPassword: call('signIn', {
      input: ({ context: { firstFactor, verificationToken } }) => ({
        ...firstFactor!,
        verification_token: verificationToken,
      }),
      onDone: 'done',
      onError: [toSecondFactor, toRetry, toStart],
    }),
    askingSecondFactor: {
      tags: 'asking',
      entry: assign({ target: 'USER', verificationToken: undefined }),
      on: {
        'contact.submit': [toLostPassword, ...contactEdges('verification')],
        'contact.change': startOver,
      },
    },
    signingInAsGuest: call('signInAnonymously', { input: {}, onDone: 'done', onError: toStart }),
    redeemingTicket: call('signInWithCustomTicket', {
      input: ({ event }) => ({
        provider_id: 'custom',
        ticket: expectEvent(event, 'ticket.submit').ticket,
      }),
      onDone: 'done',
      onError: [toSecondFactor, toStart],
    }),
    signingInByProvider: call('signInWithProvider', {
      input: ({ event }) => ({
        provider_token: expectEvent(event, 'provider.submit').provider_token,
      }),
      onDone: 'done',
      onError: [toSecondFactor, toStart],
    }),
    verification: {
      entry: 'forgetError',
      on: {
        'contact.change': [
          { guard: 'isSecondFactor', target: 'askingSecondFactor', actions: 'forgetError' },
          startOver,
        ],
        'signUp.prepare': {
          actions: assign(({ event: { profile, password, provider_token } }) => ({
            newAccount: { ...profile, password, provider_token },
            hasAccountSecrets: !!(password ?? provider_token),
          })),
        },
      },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context: { contact, target } }) => ({ contact: contact!, target }),
        onDone: {
          target: 'choosingWay',
          actions: assign(({ event: { output } }) => ({
            verificationToken: output.verificationToken,
            isUser: output.isUser,
            switched: false,
          })),
        },
        onError: [failTo('askingSecondFactor', 'isSecondFactor'), toStart],
      },
    },
    choosingWay: {
      always: [
        { guard: 'hasBothFactors', target: 'checkingPassword' },
        toLostPassword,
        { ...toLostPassword, guard: 'hasLostAccountSecrets' },
        { guard: 'isNewUser', target: 'signingUp' },
        { guard: 'hasProof', target: 'signingIn' },
        { target: 'askingAccount', actions: 'rememberLostProof' },
      ],
    },
    signingIn: call('signIn', {
      input: ({ context: { contact, verificationToken } }) => ({
        username: (contact!.phone_number ?? contact!.email)!,
        verification_token: verificationToken,
      }),
      onDone: 'done',
      onError: [
        toSecondFactor,
        { guard: 'isNoLongerUser', target: 'choosingWay', actions: 'switchWay' },
        toRetry,
        toStart,
      ],
    }),
    signingUp: call('signUp', {
      input: ({ context: { contact, newAccount, verificationToken } }) => ({
        ...contact,
        ...newAccount,
        verification_token: verificationToken,
      }),
      onDone: [{ guard: 'isPrepared', target: 'done' }, { target: 'askingProfile' }],
      onError: [
        { guard: 'isNowUser', target: 'signingIn', actions: 'switchWay' },
        toRetry,
        toStart,
      ],
    }),
    askingRetry: {
      tags: 'asking',
      on: { 'signIn.retry': 'choosingWay', 'contact.change': startOver },
    },
    askingProfile: {
      tags: 'asking',
      entry: assign({ verificationToken: undefined, newAccount: undefined }),
      on: { 'profile.submit': 'savingProfile', 'profile.skip': 'done' },
    },
    savingProfile: call('updateProfile', {
      input: ({ event }) => expectEvent(event, 'profile.submit').profile,
      onDone: 'done',
      onError: failTo('askingProfile'),
    }),
    done: { type: 'final' },
  },
})

type Machine = typeof machine
/** The type of {@link signIn}. */
export interface SignInMachine extends Machine {}

/**
 * Signs in: by a code sent to a phone or e-mail, by password, as a guest, by a custom ticket or by a
 * provider's token. Whether the contact has an account decides between sign-in and sign-up; if that
 * has changed since the code was sent, the other way is taken. A new account is created before its
 * optional profile is asked for, so that leaving at that point loses nothing. Where the server wants
 * a second factor, a code to a phone that has an account goes with the password, or signs in by
 * itself if there was none.
 */
export const signIn: SignInMachine = machine
