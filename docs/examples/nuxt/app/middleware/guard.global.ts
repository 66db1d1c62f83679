export default defineNuxtRouteMiddleware(async ({ path }) => {
  const view = useView()
  if (!view.value) await refreshView()
  const isSignedIn = view.value?.status === 'signedIn'
  if (path === '/sign-in') return isSignedIn ? navigateTo('/') : undefined
  return isSignedIn ? undefined : navigateTo('/sign-in')
})
