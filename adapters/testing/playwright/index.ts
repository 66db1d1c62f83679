/** Plays the stories of `cloudbase-authflow/testing` on an app in a browser, with Playwright. */
export { createFlow, type Flow, type FlowOptions } from './flow.ts'
export type { Given, Look } from './script.ts'
export type { PlannedAnswer } from './arrange.ts'
export type { App } from './app.ts'
export type { Control, Input, Screen, Screens } from './screens.ts'
export { default } from './reporter.ts'
