/** Plays the stories of `cloudbase-authflow/testing` on an app in a browser, with Playwright. */
export { createFlow, type Flow, type FlowOptions, type Given, type Look } from './flow.ts'
export type { PlannedAnswer } from './arrange.ts'
export type { Control, Input, Screen, Screens } from './screens.ts'
