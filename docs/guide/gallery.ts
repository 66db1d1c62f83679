/**
 * The pictures of all looks: one sheet for each flow and language, which the documentation site shows on
 * the flow's page. `npm run gallery` takes them anew; they are no part of the npm package.
 */
import type { Language } from './steps.ts'

/** The looks of each flow, in the order of its sheet, by their names in `test/browser/demoScreens.test.ts`. */
export const gallery = {
  signIn: [
    'account',
    'account-empty',
    'account-wrong',
    'sending',
    'captcha-loading',
    'captcha',
    'captcha-wrong',
    'captcha-cancelled',
    'code',
    'code-half',
    'code-checking',
    'code-wrong',
    'code-again',
    'resend',
    'retry',
    'profile',
    'profile-wrong',
    'password',
    'password-wrong',
    'second-factor',
    'guest-not-in',
    'session-ended',
  ],
  resetPassword: ['forgotten', 'new-password-short', 'reset-retry', 'password-reset'],
  provider: [
    'provider-waiting',
    'provider-window',
    'provider-blocked',
    'provider-working',
    'provider-denied',
    'account-foreign',
  ],
  upgrade: ['guest', 'upgrade', 'choice', 'upgraded'],
  account: [
    'home',
    'settings',
    'edit-name-wrong',
    'edit-password',
    'edit-phone',
    'edit-email',
    'elevation-code',
    'elevation-password-wrong',
    'confirm-self',
    'confirm-new',
    'settings-success',
    'delete-unticked',
    'deleted',
  ],
} as const satisfies Record<string, readonly string[]>

/** A flow that has a sheet. */
export type GalleryFlow = keyof typeof gallery

/** The path of a sheet from the root of the repository. */
export const sheetOf = (flow: GalleryFlow, language: Language): string =>
  `docs/guide/flows/gallery/${flow}.${language}.webp`

/** The alternative text of a sheet. */
export const altOf = (flow: GalleryFlow, language: Language): string =>
  `${language === 'en' ? 'All looks of' : '全部界面：'} ${flow}: ${gallery[flow].join(', ')}`
