import * as endpoints from '../../services/endpoints.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'

const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'operation' in value

/** The endpoints of this package. */
export const shipped: readonly AnyEndpoint[] = (Object.values(endpoints) as unknown[]).filter(
  isEndpoint,
)
