import type { Locator, Page } from '@playwright/test'

/** How a user sends one event. */
export interface Control {
  /**
   * Finds what the user uses: a button, or the field that is filled in. It is enabled exactly when the event
   * can be sent.
   */
  find(page: Page): Locator
  /** Uses it. Default: a click. */
  use?(control: Locator, input: Input, page: Page): Promise<unknown>
}

/** What a user types: the payload of the event, with the code that was sent and the text of the captcha. */
export interface Input {
  phone_number: string
  email: string
  username: string
  password: string
  code: string
  text: string
  name: string
  [field: string]: string
}

/** One step of a flow, or the status while no flow runs, as the app shows it. */
export interface Screen {
  /** Finds what is visible on this screen alone, such as its heading. */
  find(page: Page): Locator
  /** How the user sends each event that the app offers here. */
  events?: Readonly<Record<string, Control>>
  /** Finds the error that is shown. Default: everything visible with the role `alert` and a text. */
  findError?(page: Page): Locator
  /** Codes of errors that this screen shows in another way than as an error. */
  silent?: readonly string[]
}

/**
 * The screens of an app: page objects by step, such as `askingCode`, or by status, such as `signedIn`. The
 * captcha dialog is `captcha`.
 *
 * @example
 *   const screens: Screens = {
 *     askingCode: {
 *       find: (page) => page.getByRole('heading', { name: 'Enter the code' }),
 *       events: {
 *         'code.submit': {
 *           find: (page) => page.getByLabel('Code'),
 *           use: (field, { code }) => field.fill(code),
 *         },
 *         'code.resend': { find: (page) => page.getByRole('button', { name: 'Send again' }) },
 *       },
 *     },
 *   }
 */
export type Screens = Readonly<Record<string, Screen>>
