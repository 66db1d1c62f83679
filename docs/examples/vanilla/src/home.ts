import { auth } from './auth.ts'
import { el } from './dom.ts'

/** Shows who is signed in; returns how to leave the page. */
export function home(main: HTMLElement): () => void {
  return auth.subscribe(({ status, user }) => {
    const isGuest = status === 'anonymous'
    main.replaceChildren(
      el(
        'section',
        { className: 'card' },
        el('h1', {}, 'Your boats'),
        el('p', {}, isGuest ? 'You are here as a guest.' : 'You are signed in.'),
        el('p', { className: 'quiet' }, 'User ', el('code', {}, user?.uid)),
        isGuest && el('a', { href: '#/upgrade', className: 'primary' }, 'Keep your data'),
      ),
    )
  })
}
