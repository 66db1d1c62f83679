import type { OperationName } from '../http/operation.ts'

/** The operations of errors: endpoints, and steps without an endpoint. */
export type Operation =
  OperationName | 'captcha' | 'destinationOf' | 'openPopup' | 'readCallback' | 'login'
