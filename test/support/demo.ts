import { bundlePage, type Demo, type DemoOptions, serveDemo } from '../../docs/demo/serve.ts'
import { once } from './once.ts'

/**
 * Serves the demo at a free port, with its page bundled once in a test run.
 *
 * @param options those of `serveDemo`
 * @returns the demo, to be closed
 */
export const serveBundledDemo = async (options: DemoOptions = {}): Promise<Demo> =>
  serveDemo({ port: 0, bundled: await once('demo', bundlePage), ...options })
