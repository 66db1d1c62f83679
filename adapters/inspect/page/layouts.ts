/** The layouts of charts: those that came with the page, and those of an app's own machines. */
import type { Layout } from '../charts/layout.ts'
import type { MachineConfig } from '../trace.ts'
import type { FindLayout } from './chartView.ts'
import { hasOwn } from '../../../services/record.ts'

/**
 * Creates the function that finds the layout of a chart. A layout that is missing is asked for once.
 *
 * @param shipped the layouts that came with the page, by the names of their machines
 * @param layoutUrl an address that answers a chart with its layout
 * @param onLayout is called when a layout has come
 */
export function createLayouts(
  shipped: Record<string, Layout>,
  layoutUrl: string | undefined,
  onLayout: () => void,
): FindLayout {
  /** By the text of the chart; `null` where no layout can be had. */
  const own = new Map<string, Layout | null>()

  async function request(text: string, config: MachineConfig) {
    own.set(text, null)
    // Set by `mountInspector`, in whose page the app can import elkjs.
    const { layOutChart } = window as { layOutChart?: (config: MachineConfig) => Promise<Layout> }
    if (layOutChart) own.set(text, await layOutChart(config))
    else if (layoutUrl !== undefined) {
      const response = await fetch(layoutUrl, { method: 'POST', body: text })
      if (response.ok) own.set(text, (await response.json()) as Layout)
    }
    onLayout()
  }

  return (name, config) => {
    const known = hasOwn(shipped, name) ? shipped[name] : undefined
    if (known && isOf(known, config)) return known
    const text = JSON.stringify(config)
    if (!own.has(text)) void request(text, config)
    return own.get(text) ?? undefined
  }
}

/** Whether a layout shows the states of a chart: an app can name its own machine as one of ours. */
function isOf(layout: Layout, config: MachineConfig): boolean {
  const drawn = layout.states.flatMap(({ state }) => (state.kind === 'anywhere' ? [] : [state.id]))
  return [...drawn].sort().join() === [...idsIn(config)].sort().join()
}

const idsIn = (config: MachineConfig): string[] =>
  Object.values(config.states ?? {}).flatMap((state) => [state.id, ...idsIn(state)])
