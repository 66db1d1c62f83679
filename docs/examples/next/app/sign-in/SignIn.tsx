'use client'

import { useActionState } from 'react'
import { answer } from '../actions'

export function SignIn() {
  const [{ contact, verificationId, isUser, error }, action, isPending] = useActionState(answer, {})
  const field = { 'aria-invalid': !!error, 'aria-describedby': error && 'error' }
  return verificationId ? (
    <form key="code" className="card" action={action}>
      <h1>Enter the code</h1>
      <p>We sent it to {contact}.</p>
      <input type="hidden" name="contact" value={contact} />
      <input type="hidden" name="verificationId" value={verificationId} />
      <input type="hidden" name="isUser" value={isUser} />
      <label>
        Code
        <input name="code" autoComplete="one-time-code" inputMode="numeric" {...field} />
      </label>
      {error && (
        <p id="error" role="alert">
          {error}
        </p>
      )}
      <button className="primary" disabled={isPending}>
        Continue
      </button>
      <a href="/sign-in">Use another phone or e-mail</a>
    </form>
  ) : (
    <form key="contact" className="card" action={action}>
      <h1>Sign in</h1>
      <p>A new phone or e-mail gets a new account.</p>
      <label>
        Phone or e-mail
        <input name="contact" autoComplete="username" {...field} />
      </label>
      {error && (
        <p id="error" role="alert">
          {error}
        </p>
      )}
      <button className="primary" disabled={isPending}>
        Send code
      </button>
    </form>
  )
}
