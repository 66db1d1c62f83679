import { getUser } from 'cloudbase-authflow/endpoints'
import { useEffect, useState } from 'react'
import { auth } from './auth.ts'

export function Contacts() {
  const [user, setUser] = useState<{ phone_number?: string; email?: string }>({})
  useEffect(() => {
    auth.call(getUser).then(setUser, () => undefined)
  }, [])
  return (
    <dl>
      <dt>Phone</dt>
      <dd>{user.phone_number ?? 'none'}</dd>
      <dt>E-mail</dt>
      <dd>{user.email ?? 'none'}</dd>
    </dl>
  )
}
