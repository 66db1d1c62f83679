import { useAuth } from 'cloudbase-authflow/react'
import { Link } from 'react-router'
import { auth } from './auth.ts'

export function Home() {
  const { status, user } = useAuth(auth)
  const isGuest = status === 'anonymous'
  return (
    <section className="card">
      <h1>Your boats</h1>
      <p>{isGuest ? 'You are here as a guest.' : 'You are signed in.'}</p>
      <p className="quiet">
        User <code>{user?.uid}</code>
      </p>
      {isGuest && (
        <Link to="/upgrade" className="primary">
          Keep your data
        </Link>
      )}
    </section>
  )
}
