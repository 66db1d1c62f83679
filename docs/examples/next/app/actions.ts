'use server'

import { redirect } from 'next/navigation'
import { type Asked, sendCode, signInByCode } from '../lib/auth'
import { requestAuth, setCookies } from './requestAuth'

/** Sends a code, then signs in by it: the form of the code brings back what the first one returned. */
export async function answer(_before: Asked, form: FormData): Promise<Asked> {
  const auth = await requestAuth()
  const { contact, code, verificationId, isUser } = Object.fromEntries(form) as Record<
    string,
    string
  >
  if (!verificationId) return sendCode(auth, contact ?? '')
  const failed = await signInByCode(auth, code ?? '', { contact, verificationId, isUser })
  if (failed) return failed
  await setCookies(auth)
  redirect('/')
}

export async function signOut(): Promise<void> {
  const auth = await requestAuth()
  await auth.signOut()
  await setCookies(auth)
  redirect('/sign-in')
}
