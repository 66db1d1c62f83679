/** An address a verification code can be sent to: a phone number or an e-mail address, never both. */
export type Contact =
  { phone_number: string; email?: never } | { email: string; phone_number?: never }

/** The contacts of a request that may carry both. */
export interface Contacts {
  phone_number?: string
  email?: string
}

/** The answer of an endpoint that confirms and returns nothing; also the input of one without fields. */
export type Empty = Record<never, never>
