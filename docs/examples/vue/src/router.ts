import { createRouter, createWebHistory } from 'vue-router'
import { auth, ready, redirectOf } from './auth.ts'
import FlowPage from './FlowPage.vue'
import Home from './Home.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: Home },
    { path: '/sign-in', component: FlowPage },
    { path: '/upgrade', component: FlowPage },
    { path: '/account', component: FlowPage },
    { path: '/:others(.*)', redirect: '/' },
  ],
})

router.beforeEach(async ({ path, fullPath, query }) => {
  await ready
  const to = redirectOf(path, auth.get())
  if (to === '/sign-in') return { path: to, query: { to: fullPath } }
  return path === '/sign-in' && to && query.to ? String(query.to) : to
})

// The guard once more when the user signs in or out, also in another tab.
void router.isReady().then(() =>
  auth.subscribe((view) => {
    const { path, query } = router.currentRoute.value
    if (redirectOf(path, view)) void router.replace({ path, query, force: true })
  }),
)
