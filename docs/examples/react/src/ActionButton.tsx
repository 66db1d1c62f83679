import { useEffect, useState } from 'react'
import { auth } from './auth.ts'
import { type Action, secondsUntil } from './forms.ts'

interface Props {
  action: Action
  isDisabled: boolean
  onShow(): void
}

export function ActionButton({ action: { label, event, at }, isDisabled, onShow }: Props) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])

  const seconds = secondsUntil(at, now)
  return (
    <button
      type="button"
      disabled={isDisabled || seconds > 0}
      onClick={() => (event ? auth.send(event) : onShow())}
    >
      {label}
      {seconds > 0 && ` in ${seconds} s`}
    </button>
  )
}
