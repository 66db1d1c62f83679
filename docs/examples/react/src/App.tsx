import { useAuth } from 'cloudbase-authflow/react'
import { Link, Outlet } from 'react-router'
import { auth } from './auth.ts'
import { CaptchaDialog } from './CaptchaDialog.tsx'

export function App() {
  const { status, captcha } = useAuth(auth)
  return (
    <>
      <header>
        <Link to="/">Paperboat</Link>
        {status === 'signedIn' && (
          <nav>
            <Link to="/account">Account</Link>
            <button type="button" onClick={() => auth.send({ type: 'session.end' })}>
              Sign out
            </button>
          </nav>
        )}
      </header>
      <main>
        <Outlet />
      </main>
      {captcha && <CaptchaDialog captcha={captcha} />}
    </>
  )
}
