/** Renders the three frameworks on a server. */
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { render } from 'svelte/server'
import { createSSRApp } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import { ReactView } from './react.ts'
import type { Framework, PageAuth } from './shared.ts'
import View from './View.svelte'
import { vueView } from './vue.ts'

export async function renderAll(auth: PageAuth): Promise<Record<Framework, string>> {
  return {
    react: renderToString(createElement(ReactView, { auth })),
    svelte: (await render(View as never, { props: { auth } } as never)).body,
    vue: await renderVue(createSSRApp(vueView(auth))),
  }
}
