import { captchaDialog } from './captchaDialog.ts'
import { auth, pages, redirectOf } from './auth.ts'
import { el } from './dom.ts'
import { flowPage } from './flowPage.ts'
import { home } from './home.ts'
import './style.css'

const nav = el(
  'nav',
  { hidden: true },
  el('a', { href: '#/account' }, 'Account'),
  el('button', { type: 'button', onclick: () => auth.send({ type: 'session.end' }) }, 'Sign out'),
)
const main = el(
  'main',
  {},
  el('p', { className: 'card', attrs: { role: 'status' } }, 'One moment …'),
)
document
  .getElementById('app')!
  .append(el('header', {}, el('a', { href: '#/' }, 'Paperboat'), nav), main, captchaDialog())

let path: string | undefined
let leavePage = () => {}
/** Where the user wanted to go before signing in. */
let wanted: string | undefined

/** Shows the page of the address, or leads to the one that is for this user. */
function route() {
  const view = auth.get()
  const next = location.hash.slice(1) || '/'
  nav.hidden = view.status !== 'signedIn'
  if (view.status === 'unknown') return
  const to = redirectOf(next, view)
  if (to === '/sign-in') wanted = next
  if (to) return location.replace(`#${next === '/sign-in' ? (wanted ?? to) : to}`)
  if (next === path) return
  path = next
  leavePage()
  leavePage = next in pages ? flowPage(main, next as keyof typeof pages) : home(main)
}

addEventListener('hashchange', route)
auth.subscribe(route)
