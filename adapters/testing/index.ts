/**
 * Tests from the machines: explores flows, generates stories and pictures, and replays them. It imports no
 * test runner and runs in Node.
 */
export { explore, type Exploration, type ExploreOptions, type Finding } from './explore.ts'
export type { Bounds, Edge } from './graph.ts'
export { type Invariant, invariants, type Memory } from './invariants.ts'
export {
  type AppCall,
  type Model,
  model,
  type ModelOptions,
  type Payload,
  type Payloads,
} from './model.ts'
export type { Outcome } from './outcomes.ts'
export { gallery, paths, type PathsOptions, type Picture } from './paths.ts'
export { type Driver, type Reading, replay } from './replay.ts'
export { rerun, type Rerun } from './rerun.ts'
export { sample, type Sampled, type SampleOptions } from './sample.ts'
export { shrink } from './shrink.ts'
export {
  signInAs,
  type SignInAsOptions,
  type StoredEntry,
  type TestPage,
  type TestUser,
} from './signInAs.ts'
export type { State } from './state.ts'
export {
  type Choice,
  type Look,
  type PopupOutcome,
  popupOutcomes,
  readChoices,
  type Step,
  Story,
  type StoryJson,
  type TabAction,
  tabActions,
} from './story.ts'
export { type RecordedStory, storyOf } from './storyOf.ts'
export { testLogic } from './testLogic.ts'
export type { Sent } from './world.ts'
