import type { OperationName } from '../http/operation.ts'

/** What an error can name as its operation: an endpoint, or a step without one. */
export type Operation =
  OperationName | 'captcha' | 'destinationOf' | 'openPopup' | 'readCallback' | 'login'
