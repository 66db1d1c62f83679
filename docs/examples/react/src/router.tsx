import { createBrowserRouter, type LoaderFunctionArgs, redirect } from 'react-router'
import { App } from './App.tsx'
import { auth, ready, redirectOf } from './auth.ts'
import { FlowPage } from './FlowPage.tsx'
import { Home } from './Home.tsx'

async function guard({ request }: LoaderFunctionArgs) {
  await ready
  const { pathname, search, searchParams } = new URL(request.url)
  const to = redirectOf(pathname, auth.get())
  if (!to) return null
  if (to === '/sign-in') return redirect(`${to}?${new URLSearchParams({ to: pathname + search })}`)
  const wanted = searchParams.get('to')
  // Only a path of this app, as anyone can write a link.
  return redirect(pathname === '/sign-in' && wanted && /^\/(?!\/)/.test(wanted) ? wanted : to)
}

export const router = createBrowserRouter([
  {
    element: <App />,
    hydrateFallbackElement: <p role="status">One moment …</p>,
    children: [
      { path: '/', element: <Home />, loader: guard },
      { path: '/sign-in', element: <FlowPage key="sign-in" page="/sign-in" />, loader: guard },
      { path: '/upgrade', element: <FlowPage key="upgrade" page="/upgrade" />, loader: guard },
      { path: '/account', element: <FlowPage key="account" page="/account" />, loader: guard },
      { path: '*', loader: () => redirect('/') },
    ],
  },
])

// The guard once more when the user signs in or out, also in another tab.
void ready.then(() =>
  auth.subscribe((view) => {
    const { navigation, location } = router.state
    if (navigation.state === 'idle' && redirectOf(location.pathname, view)) void router.revalidate()
  }),
)
