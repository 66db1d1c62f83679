import type { App } from 'vue'
import { rowsOf, textOf } from './inspect/fold.ts'
import { type Inspector, inspector } from './inspect/inspector.ts'
import type { TraceEntry } from './inspect/trace.ts'

/** An inspector for `createAuth` that is a plugin of a Vue app, too. */
export interface VueDevtoolsInspector extends Inspector {
  install(app: App): void
}

/** The part of the API of Vue DevTools that is used. */
interface DevtoolsApi {
  addTimelineLayer(layer: { id: string; label: string; color: number }): void
  addTimelineEvent(event: {
    layerId: string
    event: {
      time: number
      title: string
      subtitle?: string
      data: object
      groupId?: number
      logType?: 'default' | 'warning' | 'error'
    }
  }): void
}

const LAYER = { id: 'cloudbase-authflow', label: 'authflow', color: 0x3a54d6 }

/** How many entries wait for Vue DevTools to open. */
const KEEP = 1000

/**
 * Creates an inspector that shows the client on the timeline of Vue DevTools: what the app sends,
 * requests, views, and the state of every machine. Nothing on it is secret.
 *
 * @example
 *   const devtools = vueDevtools()
 *   export const auth = createAuth({ env, flows, inspect: devtools })
 *   createApp(App).use(devtools).mount('#app')
 */
export function vueDevtools(): VueDevtoolsInspector {
  const waiting: (() => void)[] = []
  let api: DevtoolsApi | undefined
  let last: TraceEntry | undefined
  let group = 0

  const observer = inspector((entry, startedAt) => {
    const events = eventsOf(last, entry)
    last = entry
    if (entry.type === 'sent') group++
    const groupId = group
    for (const event of events) {
      const time = startedAt + entry.at
      const add = () =>
        api?.addTimelineEvent({ layerId: LAYER.id, event: { time, groupId, ...event } })
      if (api) add()
      else if (waiting.push(add) > KEEP) waiting.shift()
    }
  })

  return Object.assign(observer, {
    install(app: App) {
      const descriptor = { id: LAYER.id, label: LAYER.label, packageName: LAYER.id, app }
      registerPlugin(descriptor, (given) => {
        api = given
        api.addTimelineLayer(LAYER)
        for (const add of waiting.splice(0)) add()
      })
    },
  })
}

/** Describes an entry for the timeline; most entries between machines are left out. */
function eventsOf(before: TraceEntry | undefined, entry: TraceEntry) {
  if (entry.type === 'snapshot' && entry.actor.machine !== undefined) {
    const { actor, snapshot, event } = entry
    const title = `${actor.machine} → ${textOf(snapshot.value)}`
    return [{ title, subtitle: event.type, data: { ...snapshot } }]
  }
  const rows = rowsOf(before ? [before, entry] : [entry])
  const { n, at, type, ...data } = entry
  return rows
    .filter(({ index }) => index === (before ? 1 : 0))
    .filter(({ kind }) => kind !== 'inner')
    .map(({ kind, title, place, details }) => ({
      title,
      subtitle: [place, details].filter(Boolean).join(' · '),
      data,
      ...(kind === 'failure' && { logType: 'error' as const }),
      ...(kind === 'ignored' && { logType: 'warning' as const }),
    }))
}

/** The global hook by which plugins reach Vue DevTools, as `@vue/devtools-api` uses it. */
interface DevtoolsGlobal {
  __VUE_DEVTOOLS_GLOBAL_HOOK__?: {
    emit(event: string, descriptor: object, setup: (api: DevtoolsApi) => void): void
  }
  __VUE_DEVTOOLS_PLUGINS__?: object[]
}

/** Registers a plugin as `setupDevtoolsPlugin` of `@vue/devtools-api` does. */
function registerPlugin(descriptor: object, setup: (api: DevtoolsApi) => void) {
  const target = globalThis as DevtoolsGlobal
  const hook = target.__VUE_DEVTOOLS_GLOBAL_HOOK__
  if (hook) return hook.emit('devtools-plugin:setup', descriptor, setup)
  // Vue DevTools is not there yet and looks for plugins when it starts.
  const list = (target.__VUE_DEVTOOLS_PLUGINS__ ??= [])
  list.push({ pluginDescriptor: descriptor, setupFn: setup, proxy: undefined })
}
