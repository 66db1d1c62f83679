import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LinearRouter } from 'hono/router/linear-router'
import { checkAppSource } from './appSource.ts'
import { readCall, readDeviceId } from './call.ts'
import { createControl } from '../control.ts'
import type { Core } from '../core.ts'
import { allowOrigin, isAllowedOrigin, isLoopbackOrigin, originError, toPreflight } from './cors.ts'
import { basicEdit } from '../endpoints/basicEdit.ts'
import { captcha } from '../endpoints/captcha.ts'
import { captchaPage } from '../endpoints/captchaPage.ts'
import { contact } from '../endpoints/contact.ts'
import { hostedPage } from '../endpoints/hostedPage.ts'
import { identities } from '../endpoints/identities.ts'
import { lookup } from '../endpoints/lookup.ts'
import { password } from '../endpoints/password.ts'
import { provider } from '../endpoints/provider.ts'
import { providerPage } from '../endpoints/providerPage.ts'
import { providerSignIn } from '../endpoints/providerSignIn.ts'
import { signIn } from '../endpoints/signIn.ts'
import { signUp } from '../endpoints/signUp.ts'
import { sudo } from '../endpoints/sudo.ts'
import { ticket } from '../endpoints/ticket.ts'
import { tokens } from '../endpoints/tokens.ts'
import { user } from '../endpoints/user.ts'
import { verification } from '../endpoints/verification.ts'
import { v2 } from '../endpoints/v2.ts'
import { gateway } from '../endpoints/gateway.ts'
import { storagePath } from '../endpoints/files.ts'
import { web } from '../endpoints/web.ts'
import { ApiError } from '../error.ts'
import { newId } from '../secret.ts'
import { ServiceError } from '../serviceError.ts'
import { toResponse } from './faults.ts'
import type { LoggedRequest } from './requestLog.ts'
import type { Connection, Route, EndpointGroup } from './route.ts'
import { createStorage } from './storage.ts'
import { createPurge } from '../purge.ts'

interface Env {
  Bindings: Connection
  Variables: { logged: LoggedRequest | undefined }
}

const groups: readonly EndpointGroup[] = [
  verification,
  signIn,
  signUp,
  tokens,
  user,
  captcha,
  captchaPage,
  sudo,
  contact,
  password,
  lookup,
  provider,
  providerPage,
  providerSignIn,
  identities,
  ticket,
  v2,
  basicEdit,
  web,
  gateway,
  hostedPage,
]
const servicePaths = ['/web', '/v1/*']
const kB = 1024
const maxBytes = 64 * kB
const maxServiceBytes = 1024 * kB
const maxFileBytes = 10 * 1024 * kB
const controlPath = '/__sandbox'
const isControlPath = (path: string): boolean => `${path}/`.startsWith(`${controlPath}/`)

/**
 * Creates the HTTP application of a core: all endpoints and the control API.
 *
 * @param core The server's core.
 * @returns A Hono application. Its `fetch` expects a {@link Connection} as bindings.
 */
export function createApp(core: Core): Hono<Env> {
  const app = new Hono<Env>({ router: new LinearRouter() })
  app.onError(toErrorResponse)
  app.notFound(() => new ApiError('unimplemented').toResponse())
  app.use(cors(core))
  app.use(limitBody())
  for (const path of ['/auth/*', ...servicePaths, `${storagePath}/*`]) {
    app.use(path, logRequests(core), injectFaults(core), limitRate(core))
  }
  const purge = createPurge(core.state, core.clock.now)
  for (const route of groups.flatMap((group) => group(core))) {
    app.on(route.method, route.path, (context) => {
      purge()
      return respond(core, route, context)
    })
  }
  app.route(storagePath, createStorage(core))
  app.route(controlPath, createControl(core))
  return app
}

async function respond(core: Core, route: Route, context: Context<Env>): Promise<Response> {
  const { req } = context
  if (route.access === 'open') checkOwnForm(context)
  else checkAppSource(core, req.raw.headers)
  const call = await readCall(core, {
    url: new URL(req.url),
    headers: req.raw.headers,
    text: await req.text(),
    params: req.param(),
    access: route.access,
    isJson: !route.isRaw,
    isEncryptable: route.isEncryptable ?? false,
  })
  const logged = context.get('logged')
  if (logged && call.bearer) logged.sub = call.bearer.user.sub
  if (core.config().captchaOnEveryCall === 'on' && !route.isCaptchaFree) call.redeemCaptcha()
  const result = await route.handle(call)
  if (result instanceof Response) return result
  return Response.json(result, { headers: { 'cache-control': 'no-store' } })
}

/** A form of another page would consent in place of the user. */
function checkOwnForm({ req }: Context<Env>): void {
  const origin = req.header('origin')
  if (req.method === 'GET' || origin === undefined || origin === new URL(req.url).origin) return
  throw new ApiError('permission_denied', 'The page takes its own form only')
}

function toErrorResponse(error: unknown, { req }: Context<Env>): Response {
  if (error instanceof ServiceError) return toServiceResponse(error, req.path)
  const isService = /^\/(?:web|v1\/|storage\/)/.test(req.path)
  if (error instanceof ApiError && isService && error.code === 'invalid_argument') {
    const { message, status } = error
    return toServiceResponse({ code: 'INVALID_PARAM', message, status }, req.path)
  }
  if (error instanceof ApiError) return error.toResponse()
  // The message may quote what the client sent, so only the error's name is shown.
  const kind = error instanceof Error ? error.name : typeof error
  return new ApiError('internal', `The sandbox failed with ${kind}`).toResponse()
}

/** SDK 2.x reads the error of `/web` only if the status is 200. */
function toServiceResponse(
  { code, message, status }: Pick<ServiceError, 'code' | 'message' | 'status'>,
  path: string,
): Response {
  const body = { code, message, requestId: newId() }
  return Response.json(body, { status: path === '/web' ? 200 : status })
}

type Middleware = (context: Context<Env>, next: () => Promise<void>) => Promise<Response | void>

function cors(core: Core): Middleware {
  return async (context, next) => {
    const { req } = context
    const origin = req.header('origin')
    const isAllowed =
      origin === undefined ||
      origin === new URL(req.url).origin ||
      (isControlPath(req.path) ? isLoopbackOrigin(origin) : isAllowedOrigin(origin, core.config()))
    if (!isAllowed) {
      return originError(origin, req.query('client_id') ?? 'sandbox').toResponse()
    }
    if (req.method === 'OPTIONS') {
      context.res = toPreflight(req.header('access-control-request-headers') ?? null)
    } else {
      await next()
    }
    const requestId = req.header('x-request-id')
    if (requestId !== undefined) context.res.headers.set('x-request-id', requestId)
    if (origin !== undefined) allowOrigin(context.res.headers, origin)
  }
}

function limitBody(): Middleware {
  const limitTo = (maxSize: number): Middleware => {
    const onError = (): never => {
      throw new ApiError('invalid_argument', `A body has at most ${maxSize} bytes`, { status: 413 })
    }
    return bodyLimit({ maxSize, onError })
  }
  const limits = [limitTo(maxBytes), limitTo(maxServiceBytes), limitTo(maxFileBytes)] as const
  return (context, next) => {
    const { path } = context.req
    const isService = path === '/web' || path.startsWith('/v1/')
    const kind = path.startsWith(`${storagePath}/`) ? 2 : isService ? 1 : 0
    return limits[kind](context, next)
  }
}

function logRequests(core: Core): Middleware {
  return async (context, next) => {
    const { req } = context
    const { method } = req
    // Files are not text: to read them as such would damage them.
    const text = req.path.startsWith(`${storagePath}/`) ? '' : await req.text()
    const entry = core.requestLog.add({
      method,
      url: new URL(req.url),
      headers: req.raw.headers,
      text,
    })
    context.set('logged', entry)
    await next()
    if (context.env.isBroken) return
    entry.status = context.res.status
    const { error } = context
    if (!error) return
    const isKnown = error instanceof ApiError || error instanceof ServiceError
    entry.error = isKnown ? error.code : 'internal'
  }
}

function injectFaults(core: Core): Middleware {
  return async (context, next) => {
    const fault = core.faults.take(context.req.method, context.req.path)
    if (!fault) return next()
    if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    const response = toResponse(fault)
    if (fault.drop !== 'before' && (!response || fault.acts)) await next()
    if (fault.drop) context.env.isBroken = true
    if (response || fault.drop === 'before') context.res = response ?? new Response(null)
  }
}

function limitRate(core: Core): Middleware {
  return async ({ req }, next) => {
    const limit = core.config().requestsPerMinute
    if (limit !== null) {
      const key = `calls ${readDeviceId(req.raw.headers) ?? ''}`
      const retryAfter = core.counters.wait(key, limit, 60)
      if (retryAfter > 0) throw new ApiError('resource_exhausted', undefined, { retryAfter })
      core.counters.add(key)
    }
    return next()
  }
}
