export { broadcast } from './broadcast.ts'
export { type Inspector, inspector, several, type Sink } from './inspector.ts'
export { type LegacyInspector, legacyInspector } from './legacy.ts'
export { mountInspector, type MountOptions } from './mount.ts'
export { type Recorder, type RecorderOptions, recorder } from './recorder.ts'
export { redact } from './redact.ts'
export { socket } from './socket.ts'
export { type Stately, type StatelyInspector, statelyInspector } from './stately.ts'
export {
  type MachineConfig,
  readTrace,
  type Trace,
  type TracedActor,
  type TracedCall,
  type TracedEvent,
  type TracedSnapshot,
  type TracedView,
  type TraceEntry,
  type TraceStep,
  type TransitionConfig,
} from './trace.ts'
