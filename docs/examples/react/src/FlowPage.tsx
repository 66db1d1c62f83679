import { messageFor } from 'cloudbase-authflow/messages/en'
import { useAuth } from 'cloudbase-authflow/react'
import { useEffect, useRef, useState } from 'react'
import { ActionButton } from './ActionButton.tsx'
import { auth, type pages, startFlow } from './auth.ts'
import { Contacts } from './Contacts.tsx'
import { focusForm, formOf, keyOf, nextShown, submitForm } from './forms.ts'

export function FlowPage({ page }: { page: keyof typeof pages }) {
  const view = useAuth(auth)
  const [last, setLast] = useState(() => ({ view, shown: nextShown(undefined, view) }))
  const shown = last.view === view ? last.shown : nextShown(last.shown, view)
  if (last.view !== view) setLast({ view, shown })
  const key = shown && keyOf(shown)
  const { flow, step, busy, error } = view

  useEffect(() => startFlow(page), [page, flow])

  const element = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (element.current) focusForm(element.current)
  }, [key, error])

  if (!shown) {
    return (
      <p className="card" role="status">
        One moment …
      </p>
    )
  }
  const { title, note, fields = [], submit, actions = [] } = formOf(shown)
  return (
    <form
      key={key}
      ref={element}
      className="card"
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault()
        submitForm(shown, event.currentTarget)
      }}
    >
      <h1>{title}</h1>
      {note && <p>{note}</p>}
      {step === 'askingEdit' && <Contacts />}
      {fields.map(({ label, name, type, autocomplete, inputmode }) => (
        <label key={name}>
          {label}
          <input
            name={name}
            type={type}
            autoComplete={autocomplete}
            inputMode={inputmode}
            aria-invalid={!!error}
            aria-describedby={error && 'error'}
          />
        </label>
      ))}
      {error && (
        <p id="error" role="alert">
          {messageFor(error)}
        </p>
      )}
      {submit && (
        <button className="primary" disabled={busy}>
          {submit}
        </button>
      )}
      <div className="actions">
        {actions.map((action) => (
          <ActionButton
            key={action.label}
            action={action}
            isDisabled={busy}
            onShow={() => setLast({ view, shown: { ...shown, part: action.shows } })}
          />
        ))}
      </div>
    </form>
  )
}
