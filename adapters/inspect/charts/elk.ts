import { chartOf } from './chart.ts'
import { type Elk, type Layout, layOut } from './layout.ts'
import type { MachineConfig } from '../trace.ts'

/**
 * Computes the layout of a machine with `elkjs`.
 *
 * @throws Error when `elkjs` is not installed
 */
export async function layOutConfig(config: MachineConfig): Promise<Layout> {
  const module = (await import('elkjs/lib/elk.bundled.js').catch(() => {
    throw new Error('the layout of your own machines needs the package elkjs: npm install -D elkjs')
  })) as unknown as { default: (new () => Elk) | { default: new () => Elk } }
  // A CommonJS module, which bundlers and Node wrap differently.
  const Layouter = 'default' in module.default ? module.default.default : module.default
  return layOut(chartOf(config), new Layouter())
}
