export { type Inspector, inspector } from './inspector.ts'
export { redact } from './redact.ts'
export { type Stately, type StatelyInspector, statelyInspector } from './stately.ts'
export type { Trace, TracedActor, TracedEvent, TracedSnapshot } from './trace.ts'
