import type { User } from './http/wire.ts'

/** @returns whether a user has a password; undefined when the server does not say */
export const hasPassword = ({ hasPassword, password }: Partial<User>): boolean | undefined =>
  hasPassword ?? (password === undefined ? undefined : password === 'SET')
