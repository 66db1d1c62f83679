import { assign, setup } from 'xstate'
import type { Api } from '../services/api.ts'
import { AuthError, errorOf, isTransient } from '../services/error.ts'
import type { Secret } from '../services/secret.ts'
import type { Contact, Profile } from '../services/wire.ts'
import { request } from './request.ts'
import { verification } from './verification.ts'

type Endpoints = 'sendVerification' | 'verify' | 'signIn' | 'signUp' | 'updateProfile'

/**
 * Signs a person in by a code sent to their phone or e-mail, or by password. Whether the contact
 * has an account yet decides between sign-in and sign-up; if that changed since the code was sent,
 * the other way is taken. A new account is created first and asked for its optional profile then,
 * so that nothing is lost if the person leaves at that point.
 */
export const signIn = (api: Pick<Api, Endpoints | 'clock'>) =>
  setup({
    types: {
      context: {} as {
        contact?: Contact
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
        | { type: 'signUp.prepare'; profile?: Profile; password?: Secret }
        | { type: 'signIn.retry' }
        | { type: 'profile.submit'; profile: Profile }
        | { type: 'profile.skip' },
      output: {} as { isNewUser: boolean },
      children: {} as { verification: 'verification' },
      tags: {} as 'asking' | 'busy',
    },
    actors: {
      verification: verification(api),
      signIn: request(api, 'signIn'),
      signUp: request(api, 'signUp'),
      updateProfile: request(api, 'updateProfile'),
    },
    guards: {
      isProven: ({ context }) => !!context.verificationToken,
      isProvenStranger: ({ context }) => !!context.verificationToken && context.isUser === false,
      hasVanished: ({ context, event }) =>
        !context.switched && errorOf(event)?.code === 'not_found',
      hasAppeared: ({ context, event }) =>
        !context.switched && errorOf(event)?.code === 'failed_precondition',
      isTransient: ({ event }) => isTransient(errorOf(event)),
      isDescribed: ({ context }) => !!context.newAccount,
    },
    actions: {
      forgetError: assign({ error: undefined }),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      // The proof is a secret: it does not outlive the page.
      rememberExpiry: assign({
        error: () => new AuthError('code_expired', { operation: 'signIn' }),
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
        entry: assign({ verificationToken: undefined, newAccount: undefined }),
        on: {
          'contact.submit': {
            target: 'verification',
            actions: assign({
              contact: ({ event: { phone_number, email } }) => ({ phone_number, email }) as Contact,
            }),
          },
          'password.submit': 'checkingPassword',
        },
      },
      checkingPassword: {
        tags: 'busy',
        entry: 'forgetError',
        invoke: {
          id: 'signIn',
          src: 'signIn',
          input: ({ event }) => {
            const { username, password } = event as { username: string; password: Secret }
            return { username, password }
          },
          onDone: 'done',
          onError: { target: 'askingAccount', actions: 'rememberError' },
        },
      },
      verification: {
        entry: 'forgetError',
        on: {
          'contact.change': { target: 'askingAccount', actions: 'forgetError' },
          'signUp.prepare': {
            actions: assign({
              newAccount: ({ event: { profile, password } }) => ({ ...profile, password }),
            }),
          },
        },
        invoke: {
          id: 'verification',
          src: 'verification',
          input: ({ context }) => ({ contact: context.contact! }),
          onDone: {
            target: 'entering',
            actions: assign(({ event: { output } }) => ({
              verificationToken: output.verificationToken,
              isUser: output.isUser,
              switched: false,
            })),
          },
          onError: { target: 'askingAccount', actions: 'rememberError' },
        },
      },
      entering: {
        always: [
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
            { guard: 'hasVanished', target: 'signingUp', actions: 'switchWay' },
            { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
            { target: 'askingAccount', actions: 'rememberError' },
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
            { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
            { target: 'askingAccount', actions: 'rememberError' },
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
