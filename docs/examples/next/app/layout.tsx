import Link from 'next/link'
import type { ReactNode } from 'react'
import { signOut } from './actions'
import { requestAuth } from './requestAuth'
import './style.css'

export const metadata = { title: 'Paperboat', icons: { icon: 'data:,' } }

export default async function Layout({ children }: { children: ReactNode }) {
  const { status } = await (await requestAuth()).initialView()
  return (
    <html lang="en">
      <body>
        <header>
          <Link href="/">Paperboat</Link>
          {status === 'signedIn' && (
            <form action={signOut}>
              <button>Sign out</button>
            </form>
          )}
        </header>
        <main>{children}</main>
      </body>
    </html>
  )
}
