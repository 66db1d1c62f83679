/**
 * Sign-in inside a React Native app. Tested with the globals of its engine alone and with stubs of its
 * modules, not on a device.
 *
 * @packageDocumentation
 */
import { AuthError } from '../../services/error.ts'
import { queryOf } from '../../services/http/query.ts'
import { type Platform, readCallback } from '../../services/platform/platform.ts'
import type { Awaitable, Store } from '../../services/session/store.ts'
import { installPolyfills } from '../wechat/polyfills.ts'

/** The part of `AsyncStorage` that is used; MMKV and SecureStore fit with three short functions. */
export interface NativeStorage {
  getItem(key: string): Awaitable<string | null | undefined>
  setItem(key: string, value: string): Awaitable<void>
  removeItem(key: string): Awaitable<void>
}

/** What the app brings, from the modules of React Native. */
export interface NativeOptions {
  /** Keeps the session and the running flow, such as `AsyncStorage`. */
  storage: NativeStorage
  /** `AppState`: an expired token is refreshed when the app comes to the front. */
  appState?: {
    addEventListener(type: 'change', run: (state: string) => void): { remove(): void }
  }
  /** Opens the page of a third-party provider, such as `(url) => Linking.openURL(url)`. */
  openURL?(url: string): unknown
}

/** The options of `createAuth` for a React Native app. */
export interface Native {
  /** The global one, looked up after `installGlobals`. */
  fetch: typeof globalThis.fetch
  /** A flow is stored like the session, because the system often ends an app in the background. */
  storage: { shared: Store; tab: Store }
  /**
   * Third-party sign-in in the browser of the device. The app sends the URL that it is opened with as
   * `provider.return`.
   */
  platform: Pick<Platform, 'redirect' | 'openPopup' | 'openLoginPage' | 'readCallback'>
  /** Calls `wake` when the app comes to the front. @returns how to stop */
  watch(wake: () => void): () => void
}

/**
 * Creates the options of `createAuth` for a React Native app.
 *
 * @example
 *   import AsyncStorage from '@react-native-async-storage/async-storage'
 *   import { AppState, Linking } from 'react-native'
 *
 *   installGlobals({ getRandomValues: Crypto.getRandomValues }) // of expo-crypto
 *   const options = native({ storage: AsyncStorage, appState: AppState, openURL: Linking.openURL })
 *   const auth = createAuth({ env: 'my-env', flows: { signIn }, ...options })
 */
export function native({ storage, appState, openURL }: NativeOptions): Native {
  const store: Store = {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  }
  return {
    fetch: (...request) => globalThis.fetch(...request),
    storage: { shared: store, tab: store },
    platform: {
      redirect(url) {
        if (!openURL) {
          const description = 'native({ openURL }) must open the page of a provider'
          throw new AuthError('failed_precondition', { operation: 'redirect', description })
        }
        openURL(url)
      },
      async openPopup() {
        const description = 'an app has no windows: do not set isPopup'
        throw new AuthError('unimplemented', { operation: 'openPopup', description })
      },
      openLoginPage() {
        const description = 'the hosted page keeps the session in the browser: use the flow signIn'
        throw new AuthError('unimplemented', { operation: 'openLoginPage', description })
      },
      // The `URL` of React Native reads no query.
      readCallback: (callback) => readCallback(callback, queryOf),
    },
    watch(wake) {
      const subscription = appState?.addEventListener('change', (state) => {
        if (state === 'active') wake()
      })
      return () => subscription?.remove()
    },
  }
}

/** Where an engine without `crypto` takes its random bytes from. */
export interface NativeGlobals {
  /** Fills an array with cryptographic random numbers, as `getRandomValues` of expo-crypto does. */
  getRandomValues?<T extends Uint8Array | Uint32Array>(array: T): T
}

/**
 * Installs the globals that `createAuth` needs and the engine lacks; existing ones stay. Call it once,
 * before `createAuth`.
 *
 * @throws AuthError `unimplemented` when there are no cryptographic random numbers
 */
export function installGlobals({ getRandomValues }: NativeGlobals = {}): void {
  installPolyfills()
  const crypto = globalThis.crypto as { getRandomValues?: unknown }
  crypto.getRandomValues ??= getRandomValues
  if (crypto.getRandomValues) return
  throw new AuthError('unimplemented', {
    operation: 'installGlobals',
    description:
      'no random numbers: import react-native-get-random-values first, or pass getRandomValues',
  })
}
