import { redirect } from 'next/navigation'
import { requestAuth } from '../requestAuth'
import { SignIn } from './SignIn'

export default async function Page() {
  const { status } = await (await requestAuth()).initialView()
  if (status === 'signedIn') redirect('/')
  return <SignIn />
}
