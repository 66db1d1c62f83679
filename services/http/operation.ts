/** The name of an endpoint, as errors and messages carry it. */
export type OperationName = keyof typeof import('./endpoints.ts')
