import type { Secret } from '../../secret.ts'
import type { Count } from '../shape.ts'
import type { Contact } from './contact.ts'

/** The profile that a user can edit. */
export interface Profile {
  name?: string
  username?: string
  gender?: 'MALE' | 'FEMALE' | 'UNKNOWN'
  /** The URL of a picture. */
  picture?: string
  locale?: string
  /** `YYYY-MM-DD`. */
  birthdate?: string
}

/** A user. */
export interface User extends Profile {
  /** The user id. */
  sub: string
  phone_number?: string
  email?: string
  email_verified?: boolean
  zoneinfo?: string
  /** ISO 8601. */
  created_at?: string
  groups?: readonly unknown[]
  providers?: readonly unknown[]
  /** Whether the user has a password; some servers send `password` instead. */
  hasPassword?: boolean
  /** `SET` when the user has a password. */
  password?: 'SET' | 'UNSET'
}

/** The user that was deleted. */
export type DeletedUser = Partial<User>

/** Changes the user; the endpoint has its own names. A new contact must be verified shortly before. */
export interface EditUserRequest {
  /** The id of the user who asked for it; compared with the session and not sent. */
  uid?: string
  nickname?: string
  username?: string
  description?: string
  avatar_url?: string
  gender?: Profile['gender']
  email?: string
  phone?: string
  /** The current password, together with `new_password`. */
  password?: Secret
  new_password?: Secret
}

/** Proves the identity of the signed-in user once more, by a password or a verification token. */
export interface SudoRequest {
  password?: Secret
  verification_token?: Secret
}

/** Permission for a sensitive change. */
export interface Sudo {
  /** Missing for a user without password and contact, whose changes need none. */
  sudo_token?: Secret
  /** Seconds until the token expires. */
  expires_in?: number
}

/** Replaces the phone number or the e-mail address of the user. */
export type SetContactRequest = Contact & {
  sudo_token?: Secret
  verification_token: Secret
  /** How to proceed when the contact belongs to another user. */
  conflict_resolution?: 'DEFAULT' | 'DELETE_ACCOUNT_TRANSFER' | 'TRANSFER'
}

/** Sets the password of the user. */
export interface SetPasswordRequest {
  new_password: Secret
  /** Missing for a user who signed up by a provider and has no password. */
  sudo_token?: Secret
}

/** Deletes the user. */
export interface DeleteUserRequest {
  sudo_token?: Secret
}

/** Finds users by one of the fields. */
export interface QueryUsersRequest {
  /** At most 50 user ids, separated by commas. */
  id?: string
  username?: string
  email?: string
  phone_number?: string
}

/** The users that were found. */
export interface Users {
  total?: Count
  data: readonly unknown[]
}

/** Asks about a username. */
export interface UsernameRequest {
  username: string
}

/** Whether it exists. */
export interface Existence {
  exist: boolean
}
