import { Hono } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import { addUser, changeUser, removeUser, viewUser } from './manageUsers.ts'
import { authorizeByUri } from './endpoints/providerPage.ts'
import type { Connection } from './http/route.ts'
import type { Core } from './core.ts'
import { admin } from './database/documents.ts'
import { ApiError } from './error.ts'
import { listFiles } from './manageFiles.ts'
import type { Message } from './state.ts'
import { Fields, parseJson, parseObject } from './fields.ts'

/**
 * Creates the control API, which is mounted at `/__sandbox` and answers on loopback only, to pages
 * of this machine and programs.
 *
 * @param core The server's core.
 * @returns The routes of the control API.
 */
export function createControl(core: Core): Hono<{ Bindings: Connection }> {
  const app = new Hono<{ Bindings: Connection }>({ router: new LinearRouter() })
  app.use(async ({ env }, next) => {
    if (!env.isLocal) throw new ApiError('unimplemented')
    return next()
  })
  app.use(async ({ req }, next) => {
    // Such a request names no origin: a page of another site embeds the answer, or sends a form.
    const isEmbedded = req.header('sec-fetch-mode') !== 'navigate'
    if (req.header('sec-fetch-site') === 'cross-site' && isEmbedded && !req.header('origin')) {
      throw new ApiError('permission_denied', 'The control API is for pages on this machine')
    }
    // Pages of other sites can send every other type without asking first.
    const isJson = /^application\/json\b/i.test(req.header('content-type') ?? '')
    if ((req.method === 'POST' || req.method === 'PATCH') && !isJson) {
      const status = 415
      throw new ApiError('invalid_argument', 'The type must be application/json', { status })
    }
    return next()
  })
  app.get('/inbox', ({ req }) => Response.json(inbox(core, req.query('to'))))
  app.get('/users', () => Response.json([...core.state.users.values()].map(viewUser)))
  app.post('/users', async ({ req }) => {
    return Response.json(await addUser(core, Fields.parse(await req.text())))
  })
  app.patch('/users/:sub', async ({ req }) => {
    return Response.json(await changeUser(core, req.param('sub'), parseObject(await req.text())))
  })
  app.delete('/users/:sub', ({ req }) => {
    removeUser(core, req.param('sub'))
    return Response.json({})
  })
  app.get('/documents/:collection', ({ req }) => {
    const options = { limit: Infinity }
    return Response.json(core.documents.find(admin, req.param('collection'), {}, options))
  })
  app.post('/documents/:collection', async ({ req }) => {
    const documents = parseJson(await req.text())
    const list = Array.isArray(documents) ? documents : [documents]
    return Response.json({ ids: core.documents.add(admin, req.param('collection'), list) })
  })
  app.get('/files', () => Response.json(listFiles(core)))
  app.get('/requests', () => Response.json(core.requestLog.list()))
  app.get('/captcha/:token?', ({ req }) => {
    const answer = core.captchas.answer(req.param('token'))
    if (answer === undefined) throw new ApiError('not_found', 'There is no such picture')
    return Response.json({ answer })
  })
  app.get('/clock', () => Response.json(readClock(core)))
  app.post('/clock', async ({ req }) => {
    setClock(core, parseObject(await req.text()))
    return Response.json(readClock(core))
  })
  app.get('/config', () => Response.json(core.config()))
  app.post('/config', async ({ req }) => {
    return Response.json(core.configure(parseObject(await req.text())))
  })
  app.get('/faults', () => Response.json(core.faults.list()))
  app.post('/faults', async ({ req }) => {
    core.faults.set(parseJson(await req.text()))
    return Response.json(core.faults.list())
  })
  app.post('/consent', async ({ req }) => {
    const body = Fields.parse(await req.text())
    return Response.json({
      location: authorizeByUri(core, body.requireText('uri'), body.text('account')),
    })
  })
  app.post('/tickets', async ({ req }) => {
    const { uid, ...options } = parseObject(await req.text()) as { uid: string }
    return Response.json({ ticket: await core.tickets.mint(uid, options) })
  })
  app.post('/reset', () => {
    core.reset()
    return Response.json({})
  })
  return app
}

/**
 * Lists delivered codes, newest first.
 *
 * @param core The server's core.
 * @param to The contact to list codes for. Default: all contacts.
 * @returns The delivered codes.
 */
export function inbox({ state }: Core, to: string | undefined): Message[] {
  // An unescaped + in a query is decoded as a space.
  const address = to?.toLowerCase().replace(/^ /, '+')
  return state.messages
    .filter((message) => address === undefined || message.to === address)
    .toReversed()
}

const readClock = ({ clock }: Core): object => ({
  offsetSeconds: clock.offsetSeconds,
  now: clock.now(),
})

const maxOffsetSeconds = 10 * 365 * 86_400

/**
 * Sets the offset of the server's clock.
 *
 * @param core The server's core.
 * @param body An object with `offsetSeconds`: seconds ahead of the machine's clock, at most ten
 *   years in either direction.
 * @throws ApiError `invalid_argument` if `offsetSeconds` is missing or out of range.
 */
export function setClock(core: Core, body: object): void {
  const value = 'offsetSeconds' in body ? body.offsetSeconds : undefined
  if (typeof value !== 'number' || !(Math.abs(value) <= maxOffsetSeconds)) {
    throw new ApiError('invalid_argument', 'offsetSeconds must be a number')
  }
  core.clock.offsetSeconds = value
}
