/** An app with a flow of its own, the inspector behind a button, and Vue DevTools. */
import { createAuth, signIn } from 'cloudbase-authflow'
import { broadcast, mountInspector, several } from 'cloudbase-authflow/inspect'
import { vueDevtools } from 'cloudbase-authflow/vue/devtools'
import { devtools, devtoolsContext, devtoolsState } from '@vue/devtools-kit'
import { createApp } from 'vue'
import { naming } from '../../../../docs/examples/naming.ts'

const added: unknown[] = []
devtools.init()
// As when its panel is open.
devtoolsState.highPerfModeEnabled = false
devtoolsContext.hooks.hook(
  'timelineEventAdded' as never,
  ((event: unknown) => void added.push(event)) as never,
)

const timeline = vueDevtools()
const auth = createAuth({
  env: 'demo',
  endpoint: new URLSearchParams(location.search).get('api')!,
  flows: { signIn, naming },
  inspect: several(broadcast(), timeline),
})
createApp({ render: () => 'app' })
  .use(timeline)
  .mount(document.body.appendChild(document.createElement('main')))
auth.start()

const elk = () => import('elkjs/lib/elk.bundled.js')
const remove = mountInspector({ float: true, elk: elk as never })

Object.assign(window, { auth, added, remove })
