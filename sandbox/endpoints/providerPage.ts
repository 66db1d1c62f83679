import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { seeOther } from '../http/page.ts'
import { parseRedirect, toFragment, toRedirect } from '../http/redirect.ts'
import type { Topic } from '../http/route.ts'
import { newPerson, toProviderPage } from '../provider/page.ts'
import { isPersonId } from '../provider/people.ts'
import { newId } from '../secret.ts'

/** Where the page of a third party lives; the protocol leaves the address to the server. */
export const pagePath = (providerId: string): string => `/auth/idp/${providerId}`
export const signOutPath = (providerId: string): string => `${pagePath(providerId)}/signout`

/** A code in the query, or a token in the fragment of the address that is led back to. */
export const responseTypes = ['code', 'token', 'id_token'] as const

const shared = { access: 'open', isCaptchaFree: true, isPage: true } as const

/** The page on which a person consents, in place of the third party's own. */
export const providerPage: Topic = (core) => [
  {
    ...shared,
    method: 'GET',
    path: pagePath(':provider_id'),
    handle: (call) => show(core, call),
  },
  {
    ...shared,
    method: 'POST',
    path: pagePath(':provider_id'),
    handle: (call) => submit(core, call),
  },
  {
    ...shared,
    method: 'GET',
    path: signOutPath(':provider_id'),
    handle: ({ query }) => seeOther(parseRedirect(query.need('redirect_uri')).href),
  },
]

/** What a client asked for by leading to the page. */
interface Authorization {
  providerId: string
  name: string
  redirectUri: string
  responseType: (typeof responseTypes)[number]
  state: string | undefined
}

/** Reads the address of a page. */
function readRequest(core: Core, providerId: string, query: Fields): Authorization {
  return {
    providerId,
    name: core.providers.need(providerId).name,
    redirectUri: parseRedirect(query.need('redirect_uri')).href,
    responseType: query.oneOf('response_type', responseTypes) ?? 'code',
    state: query.text('state'),
  }
}

/** Where the page leads a person who consents, or without one, who denies. */
function decide(core: Core, request: Authorization, person: string | undefined): string {
  const { providerId, redirectUri, responseType, state } = request
  const common: Record<string, string> = state === undefined ? {} : { state }
  if (person === undefined) {
    const error = { error: 'access_denied', error_description: 'The user denied the request' }
    return toRedirect(redirectUri, { ...error, ...common })
  }
  const kind = responseType === 'token' ? 'access_token' : responseType
  const code = core.providers.consent({ kind, providerId, redirectUri, person })
  const values = { [kind]: code, ...common }
  return kind === 'code' ? toRedirect(redirectUri, values) : toFragment(redirectUri, values)
}

/** The same for a page named by its address, as `provider/uri` answers it. */
export function decideAt(core: Core, uri: string, person: string | undefined): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  const providerId = /^\/auth\/idp\/([^/]+)$/.exec(url?.pathname ?? '')?.[1]
  if (!url || providerId === undefined) {
    throw new ApiError('invalid_argument', 'uri must be one that provider/uri answered')
  }
  if (person !== undefined && !isPersonId(person)) {
    throw new ApiError('invalid_argument', 'person must be 1-32 letters, digits, - or _')
  }
  return decide(core, readRequest(core, providerId, new Fields(url.searchParams)), person)
}

type Problem = 'nobody' | 'malformed'

function render(
  core: Core,
  { language }: Call,
  request?: Authorization,
  problem?: Problem,
): Promise<Response> {
  const isCut = core.config().providerCoop === 'on'
  return toProviderPage({ language, isCut, request, problem })
}

/** What the address of the page asks for, if it makes sense. */
function tryRequest(core: Core, { params, query }: Call): Authorization | undefined {
  try {
    return readRequest(core, params['provider_id'] ?? '', query)
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function show(core: Core, call: Call): Promise<Response> {
  const request = tryRequest(core, call)
  return render(core, call, request, request ? undefined : 'malformed')
}

function submit(core: Core, call: Call): Response | Promise<Response> {
  const request = tryRequest(core, call)
  const form = new URLSearchParams(call.text)
  if (!request || form.get('action') !== 'allow') {
    return request ? seeOther(decide(core, request, undefined)) : show(core, call)
  }
  const choice = form.get('person') ?? ''
  if (!isPersonId(choice)) return render(core, call, request, 'nobody')
  const person = choice === newPerson ? `new-${newId().slice(0, 8)}` : choice
  return seeOther(decide(core, request, person))
}
