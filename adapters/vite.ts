import { answerLayout, type Request, type Response } from './inspect/layoutAnswer.ts'
import { html } from './inspect/page/html.ts'
import { withSettings } from './inspect/settings.ts'

/** The part of Vite's development server that is used. */
interface DevServer {
  middlewares: {
    use(
      path: string,
      handler: (request: Request, response: Response, next: () => void) => void,
    ): unknown
  }
  config: { base?: string; logger: { info(text: string): void } }
  httpServer: { once(event: 'listening', run: () => void): unknown; address(): unknown } | null
}

/** A plugin for Vite. */
export interface InspectorPlugin {
  name: string
  apply: 'serve'
  configureServer(server: DevServer): void
}

/** Where the development server serves the inspector page. */
const PATH = '/__authflow/'

/**
 * Serves the inspector page from the development server of Vite, at `/__authflow/`. It shows the
 * clients whose `inspect` is `broadcast()`, and draws flows of the app if `elkjs` is installed. Builds
 * for production are left as they are.
 *
 * @example
 *   // vite.config.ts
 *   import { authflow } from 'cloudbase-authflow/vite'
 *   export default { plugins: [authflow()] }
 */
export function authflow(): InspectorPlugin {
  return {
    name: 'cloudbase-authflow',
    apply: 'serve',
    configureServer({ middlewares, config, httpServer }) {
      middlewares.use(PATH, (request, response, next) => {
        const { method, url = '/' } = request
        if (method === 'POST' && url === '/layout') return void answerLayout(request, response)
        if (method !== 'GET' || !/^\/(\?|$)/.test(url)) return next()
        const type = { 'content-type': 'text/html; charset=utf-8' }
        response.writeHead(200, type).end(withSettings(html, { layoutUrl: 'layout' }))
      })
      httpServer?.once('listening', () => {
        const { port } = httpServer.address() as { port?: number }
        config.logger.info(`  authflow inspector: http://localhost:${port}${PATH}`)
      })
    },
  }
}
