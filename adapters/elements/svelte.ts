import type { HTMLAttributes } from 'svelte/elements'
import type { AuthflowElements } from './index.ts'
import type { ElementProps, EventAttributes } from './props.ts'

/** The elements in templates of Svelte 5. Import this entry once for its types. */
export type SvelteElements = {
  [K in keyof ElementProps]: Omit<HTMLAttributes<AuthflowElements[K]>, keyof ElementProps[K]> &
    ElementProps[K] &
    EventAttributes
}

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends SvelteElements {}
}
