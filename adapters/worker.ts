/**
 * The whole library in one module that loads nothing later: for service workers, in which browsers
 * forbid `import()`, for the background of a browser extension, and as one file for a script tag.
 *
 * @packageDocumentation
 */
export * from './client/index.ts'
export { default as cloudbase, bridge, CloudbaseError, registerAuth } from './compat/index.ts'
export * as endpoints from '../services/endpoints.ts'
export { messageFor } from '../services/messages.ts'
