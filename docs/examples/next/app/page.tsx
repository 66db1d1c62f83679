import { redirect } from 'next/navigation'
import { requestAuth } from './requestAuth'

export default async function Home() {
  const { status, user } = await (await requestAuth()).initialView()
  if (status !== 'signedIn') redirect('/sign-in')
  return (
    <section className="card">
      <h1>Your boats</h1>
      <p>You are signed in.</p>
      <p className="quiet">
        User <code>{user?.uid}</code>
      </p>
    </section>
  )
}
