import { Hono } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import type { Core } from '../core.ts'
import { ServiceError } from '../serviceError.ts'
import { storagePath } from '../endpoints/files.ts'
import type { Connection } from './route.ts'

/**
 * Creates the server of uploads and temporary URLs, which stands in for the object storage.
 *
 * @param core The server's core.
 * @returns The routes, mounted at `/storage`.
 */
export function createStorage(core: Core): Hono<{ Bindings: Connection }> {
  const app = new Hono<{ Bindings: Connection }>({ router: new LinearRouter() })
  app.put('/*', async ({ req }) => {
    const authorization = req.header('authorization') ?? ''
    const type = req.header('content-type') ?? 'application/octet-stream'
    core.files.store(authorization, toPath(req.url), type, new Uint8Array(await req.arrayBuffer()))
    return new Response(null, { status: 200 })
  })
  app.post('/*', async ({ req }) => {
    const form = await req.formData()
    const file = form.get('file')
    const signature = form.get('signature')
    if (!(file instanceof File) || typeof signature !== 'string') {
      throw new ServiceError('INVALID_PARAM', 'file and signature are required')
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    core.files.store(signature, toPath(req.url), file.type, bytes)
    return new Response(null, { status: 201 })
  })
  app.get('/*', ({ req }) => {
    const file = core.files.read(toPath(req.url), new URL(req.url).searchParams)
    const bytes = Buffer.from(file.content, 'base64')
    return new Response(req.method === 'HEAD' ? null : bytes, {
      headers: {
        'content-type': file.type,
        'content-length': String(bytes.length),
        'last-modified': new Date(file.changedAt).toUTCString(),
        'cache-control': 'private',
        'x-content-type-options': 'nosniff',
        // The file may be a page. It must not act as a page of this origin.
        'content-security-policy': `sandbox; default-src 'none'; style-src 'unsafe-inline'`,
      },
    })
  })
  return app
}

function toPath(url: string): string {
  const path = new URL(url).pathname.slice(storagePath.length + 1)
  try {
    return path.split('/').map(decodeURIComponent).join('/')
  } catch {
    throw new ServiceError('INVALID_PARAM', 'The path is malformed')
  }
}
