import { messageFor } from 'cloudbase-authflow/messages/en'
import { useEffect, useRef, useState } from 'react'
import { auth, type AuthView } from './auth.ts'

export function CaptchaDialog({ captcha }: { captcha: NonNullable<AuthView['captcha']> }) {
  const [text, setText] = useState('')
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
    return () => dialog.current?.close()
  }, [])

  const { image, busy, error } = captcha
  return (
    <dialog
      ref={dialog}
      aria-labelledby="captcha"
      onCancel={(event) => {
        event.preventDefault()
        auth.send({ type: 'captcha.cancel' })
      }}
    >
      <form
        className="card"
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault()
          auth.send({ type: 'captcha.answer', text })
          setText('')
        }}
      >
        <h2 id="captcha">Are you human?</h2>
        {image && <img src={image} alt="Characters to type" />}
        <label>
          Characters in the picture
          <input
            name="captcha"
            value={text}
            onChange={({ target }) => setText(target.value)}
            autoComplete="off"
            autoCapitalize="none"
            aria-invalid={!!error}
            aria-describedby={error && 'captcha-error'}
          />
        </label>
        {error && (
          <p id="captcha-error" role="alert">
            {messageFor(error)}
          </p>
        )}
        <button className="primary" disabled={busy}>
          Confirm
        </button>
        <button type="button" onClick={() => auth.send({ type: 'captcha.replace' })}>
          Another picture
        </button>
        <button type="button" onClick={() => auth.send({ type: 'captcha.cancel' })}>
          Cancel
        </button>
      </form>
    </dialog>
  )
}
