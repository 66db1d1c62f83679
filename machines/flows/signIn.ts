import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { AuthError, errorOf, isSecondFactorWanted, isTransient } from '../../services/error.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact, Profile } from '../../services/http/wire.ts'
import { request } from '../core/request.ts'
import { verification } from '../parts/verification.ts'

/** How a call to sign in fails: for good, without an answer, or for want of a second factor. */
const refused = { target: 'askingAccount', actions: 'rememberError' } as const
const unheard = { guard: 'canRetry', target: 'askingRetry', actions: 'rememberError' } as const
const notEnough = {
  guard: 'isSecondFactorWanted',
  target: 'askingSecondFactor',
  actions: 'rememberError',
} as const

/**
 * Signs a person in: by a code sent to their phone or e-mail, by password, as a guest, by a custom
 * ticket or by a provider's token. Whether the contact has an account yet decides between sign-in
 * and sign-up; if that changed since the code was sent, the other way is taken. A new account is
 * created first and asked for its optional profile then, so that nothing is lost if the person
 * leaves at that point. Where the server wants a second factor, a code to a phone that has an
 * account goes with the password, or signs in by itself where there was none.
 */
const machine = setup({
  types: {
    context: {} as {
      contact?: Contact
      /** What was right but not enough; the password does not outlive the page. */
      firstFactor?: { username: string; password?: Secret }
      /** The code is a second factor: only somebody who has an account gets one. */
      target?: 'USER'
      verificationToken?: Secret
      isUser?: boolean
      /** Sign-in and sign-up were already exchanged for each other once. */
      switched: boolean
      newAccount?: Profile & { password?: Secret }
      error?: AuthError
    },
    events: {} as
      | ({ type: 'contact.submit' } & Contact)
      | { type: 'contact.change' }
      | { type: 'password.submit'; username: string; password: Secret }
      | { type: 'guest.enter' }
      | { type: 'ticket.submit'; ticket: Secret }
      | { type: 'provider.submit'; provider_token: Secret }
      | { type: 'signUp.prepare'; profile?: Profile; password?: Secret }
      | { type: 'signIn.retry' }
      | { type: 'profile.submit'; profile: Profile }
      | { type: 'profile.skip' },
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
    isTwofold: ({ context: { firstFactor, verificationToken } }) =>
      !!firstFactor?.password && !!verificationToken,
    hasLostFactor: ({ context: { firstFactor } }) => !!firstFactor && !firstFactor.password,
    isProven: ({ context }) => !!context.verificationToken,
    isProvenStranger: ({ context }) =>
      !!context.verificationToken && context.isUser === false && !context.target,
    hasVanished: ({ context, event }) =>
      !context.switched && !context.target && errorOf(event)?.code === 'not_found',
    hasAppeared: ({ context, event }) =>
      !context.switched && errorOf(event)?.code === 'failed_precondition',
    isSecondFactorWanted: ({ event }) => isSecondFactorWanted(errorOf(event)),
    isSecondFactor: ({ context }) => !!context.target,
    canRetry: ({ context, event }) => !!context.verificationToken && isTransient(errorOf(event)),
    isDescribed: ({ context }) => !!context.newAccount,
  },
  actions: {
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    // The proof is a secret: it does not outlive the page.
    rememberExpiry: assign({
      error: () => new AuthError('code_expired', { operation: 'signIn' }),
    }),
    // So is the password.
    rememberLoss: assign({ error: () => new AuthError('cancelled', { operation: 'signIn' }) }),
    rememberContact: assign(({ event }) => {
      const { phone_number, email } = event as Contact
      return { contact: { phone_number, email } as Contact }
    }),
    switchWay: assign(({ context }) => ({ switched: true, isUser: context.isUser === false })),
  },
}).createMachine({
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
      }),
      on: {
        'contact.submit': { target: 'verification', actions: 'rememberContact' },
        'password.submit': {
          target: 'checkingPassword',
          actions: assign({
            firstFactor: ({ event: { username, password } }) => ({ username, password }),
          }),
        },
        'guest.enter': 'enteringAsGuest',
        'ticket.submit': 'redeemingTicket',
        'provider.submit': 'enteringByProvider',
      },
    },
    checkingPassword: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ context: { firstFactor, verificationToken } }) => ({
          ...firstFactor!,
          verification_token: verificationToken,
        }),
        onDone: 'done',
        onError: [notEnough, unheard, refused],
      },
    },
    askingSecondFactor: {
      tags: 'asking',
      entry: assign({ target: 'USER', verificationToken: undefined }),
      on: {
        'contact.submit': [
          { guard: 'hasLostFactor', target: 'askingAccount', actions: 'rememberLoss' },
          { target: 'verification', actions: 'rememberContact' },
        ],
        'contact.change': { target: 'askingAccount', actions: 'forgetError' },
      },
    },
    enteringAsGuest: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signInAnonymously',
        src: 'signInAnonymously',
        input: {},
        onDone: 'done',
        onError: refused,
      },
    },
    redeemingTicket: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signInWithCustomTicket',
        src: 'signInWithCustomTicket',
        input: ({ event }) => ({
          provider_id: 'custom',
          ticket: (event as { ticket: Secret }).ticket,
        }),
        onDone: 'done',
        onError: [notEnough, refused],
      },
    },
    enteringByProvider: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signInWithProvider',
        src: 'signInWithProvider',
        input: ({ event }) => ({
          provider_token: (event as { provider_token: Secret }).provider_token,
        }),
        onDone: 'done',
        onError: [notEnough, refused],
      },
    },
    verification: {
      entry: 'forgetError',
      on: {
        'contact.change': [
          { guard: 'isSecondFactor', target: 'askingSecondFactor', actions: 'forgetError' },
          { target: 'askingAccount', actions: 'forgetError' },
        ],
        'signUp.prepare': {
          actions: assign({
            newAccount: ({ event: { profile, password } }) => ({ ...profile, password }),
          }),
        },
      },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context: { contact, target } }) => ({ contact: contact!, target }),
        onDone: {
          target: 'entering',
          actions: assign(({ event: { output } }) => ({
            verificationToken: output.verificationToken,
            isUser: output.isUser,
            switched: false,
          })),
        },
        onError: [
          { guard: 'isSecondFactor', target: 'askingSecondFactor', actions: 'rememberError' },
          refused,
        ],
      },
    },
    entering: {
      always: [
        { guard: 'isTwofold', target: 'checkingPassword' },
        { guard: 'hasLostFactor', target: 'askingAccount', actions: 'rememberLoss' },
        { guard: 'isProvenStranger', target: 'signingUp' },
        { guard: 'isProven', target: 'signingIn' },
        { target: 'askingAccount', actions: 'rememberExpiry' },
      ],
    },
    signingIn: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ context }) => ({
          username: (context.contact!.phone_number ?? context.contact!.email)!,
          verification_token: context.verificationToken,
        }),
        onDone: 'done',
        onError: [
          notEnough,
          { guard: 'hasVanished', target: 'signingUp', actions: 'switchWay' },
          unheard,
          refused,
        ],
      },
    },
    signingUp: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signUp',
        src: 'signUp',
        input: ({ context }) => ({
          ...context.contact,
          ...context.newAccount,
          verification_token: context.verificationToken,
        }),
        onDone: [{ guard: 'isDescribed', target: 'done' }, { target: 'askingProfile' }],
        onError: [
          { guard: 'hasAppeared', target: 'signingIn', actions: 'switchWay' },
          unheard,
          refused,
        ],
      },
    },
    askingRetry: {
      tags: 'asking',
      on: {
        'signIn.retry': 'entering',
        'contact.change': { target: 'askingAccount', actions: 'forgetError' },
      },
    },
    askingProfile: {
      tags: 'asking',
      entry: assign({ verificationToken: undefined, newAccount: undefined }),
      on: { 'profile.submit': 'savingProfile', 'profile.skip': 'done' },
    },
    savingProfile: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'updateProfile',
        src: 'updateProfile',
        input: ({ event }) => (event as { profile: Profile }).profile,
        onDone: 'done',
        onError: { target: 'askingProfile', actions: 'rememberError' },
      },
    },
    done: { type: 'final' },
  },
})

type Machine = typeof machine
export interface SignInMachine extends Machine {}
export const signIn: SignInMachine = machine
