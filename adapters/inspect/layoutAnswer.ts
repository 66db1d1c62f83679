/** Answers the inspector page when it needs the layout of an app's own machine. */
import { layOutConfig } from './charts/elk.ts'
import type { MachineConfig } from './trace.ts'

/** The part of Node's `IncomingMessage` that is used; the types of Node are not installed everywhere. */
export interface Request extends AsyncIterable<Uint8Array> {
  method?: string
  url?: string
}

/** The part of Node's `ServerResponse` that is used. */
export interface Response {
  writeHead(status: number, headers?: Record<string, string>): Response
  end(text?: string): unknown
}

/** The largest chart, in bytes. */
const MAX_CHART = 1024 * 1024

/** Answers a chart with its layout. */
export async function answerLayout(request: Request, response: Response) {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  try {
    // Reading fails when the page is left meanwhile.
    for await (const chunk of request) {
      size += chunk.length
      if (size > MAX_CHART) return void response.writeHead(413).end()
      text += decoder.decode(chunk, { stream: true })
    }
    const config = JSON.parse(text) as MachineConfig
    const layout = JSON.stringify(await layOutConfig(config))
    response.writeHead(200, { 'content-type': 'application/json' }).end(layout)
  } catch (thrown) {
    response.writeHead(501).end((thrown as Error).message)
  }
}
