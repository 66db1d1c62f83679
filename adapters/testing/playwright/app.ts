import type { Locator, Page } from '@playwright/test'
import type { FlowOptions } from './flow.ts'

/** Where an app and its sandbox run, for generated tests. */
export interface App extends FlowOptions {
  /** The address of the app. */
  url: string
  /** The address of the sandbox that the app uses. */
  sandbox: string
  /** Finds what differs in each run, such as a time of day, to be covered in pictures. */
  mask?(page: Page): Locator[]
}
