/** Plays stories on an app in the browser of the test file. */
import {
  createFlow,
  type FlowOptions,
  type Screens,
} from '../../adapters/testing/playwright/index.ts'
import type { Failure } from '../../adapters/testing/playwright/failures.ts'
import type { Model, Story } from '../../adapters/testing/index.ts'
import { openBrowser } from '../support/chromium.ts'
import { screensFor } from './storyScreens.ts'

/** An app to play stories on. */
export interface PlayedApp {
  url: string
  sandbox: string
  screens: Screens
  /** Operations that the app calls beside its flows. */
  ignore?: readonly string[]
  /** How the app makes its own calls. */
  calls?: FlowOptions['calls']
  /** What the user does in another tab. */
  tabs?: FlowOptions['tabs']
  /** What is stored before the app is opened. */
  stored?: Readonly<Record<string, string>>
  /** Milliseconds in which the app shows what it is to show. */
  timeout?: number
}

/** `STORIES=all` plays every story, which takes some minutes; otherwise a few of each model are played. */
export const isWhole = process.env['STORIES'] === 'all'

/** How long the stories of a model may take. */
export const STORIES_TIMEOUT_MS = isWhole ? 1_200_000 : 120_000

/**
 * Plays stories, each in a page of its own.
 *
 * @returns what has failed
 */
export async function playStories(
  { url, sandbox, screens, ignore = [], calls, tabs, stored = {}, timeout = 15_000 }: PlayedApp,
  world: Model,
  stories: readonly Story[],
): Promise<Failure[]> {
  const browser = await openBrowser()
  const failures: Failure[] = []
  for (const story of stories) {
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce' })
    await context.addInitScript(
      (entries) => entries.forEach(([name, value]) => localStorage.setItem(name, value)),
      Object.entries(stored),
    )
    const page = await context.newPage()
    const options = { env: 'demo', ignore, calls, tabs, timeout, outcomes: world.outcomes }
    const flow = createFlow(page, sandbox, screensFor(screens, world), options)
    try {
      await flow.open(url, world.status)
      await flow.play(story)
    } catch (thrown) {
      failures.push({ title: story.title, message: (thrown as Error).message })
    } finally {
      await context.close()
    }
  }
  return failures
}

/** Selects some of the stories, from all over the list; all of them for `STORIES=all`. */
export function sampleOf<T>(stories: readonly T[], count: number): T[] {
  const step = isWhole ? 1 : Math.ceil(stories.length / count)
  return stories.filter((_, at) => at % step === 0)
}
