import { Hono } from 'hono'
import { addUser, viewUser } from './accounts.ts'
import { decideAt } from './endpoints/providerPage.ts'
import type { Link } from './http/route.ts'
import type { Core } from './core.ts'
import { ApiError } from './error.ts'
import type { Message } from './state.ts'
import { Fields, parseJson, parseObject } from './fields.ts'

/** The control API under `/__sandbox`, for tests and demos on the same machine. */
export function control(core: Core): Hono<{ Bindings: Link }> {
  const app = new Hono<{ Bindings: Link }>()
  app.use(async ({ env }, next) => {
    if (!env.isLocal) throw new ApiError('unimplemented')
    return next()
  })
  app.get('/inbox', ({ req }) => Response.json(inbox(core, req.query('to'))))
  app.get('/users', () => Response.json([...core.state.users.values()].map(viewUser)))
  app.post('/users', async ({ req }) => {
    return Response.json(await addUser(core, Fields.parse(await req.text())))
  })
  app.get('/requests', () => Response.json(core.journal.list()))
  app.get('/captcha/:token', ({ req }) => {
    const answer = core.captchas.answer(req.param('token'))
    if (answer === undefined) throw new ApiError('not_found', 'There is no such picture')
    return Response.json({ answer })
  })
  app.get('/clock', () => Response.json(clock(core)))
  app.post('/clock', async ({ req }) => {
    setClock(core, parseObject(await req.text()))
    return Response.json(clock(core))
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
    return Response.json({ location: decideAt(core, body.need('uri'), body.text('person')) })
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

/** Delivered codes, newest first, to one contact or to all. */
export function inbox({ state }: Core, to: string | undefined): Message[] {
  // An unescaped + in a query reads as a space.
  const address = to?.toLowerCase().replace(/^ /, '+')
  return state.messages
    .filter((message) => address === undefined || message.to === address)
    .toReversed()
}

const clock = ({ clock }: Core): object => ({
  offsetSeconds: clock.offsetSeconds,
  now: clock.now(),
})

const mostSeconds = 10 * 365 * 86_400

/** Sets how many seconds the server runs ahead of the machine, at most ten years either way. */
export function setClock(core: Core, body: object): void {
  const value = 'offsetSeconds' in body ? body.offsetSeconds : undefined
  if (typeof value !== 'number' || !(Math.abs(value) <= mostSeconds)) {
    throw new ApiError('invalid_argument', 'offsetSeconds must be a number')
  }
  core.clock.offsetSeconds = value
}
