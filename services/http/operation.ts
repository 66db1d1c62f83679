import type * as endpoints from './endpoints.ts'

/** The name of an endpoint, as errors and messages carry it. */
export type OperationName = keyof typeof endpoints
