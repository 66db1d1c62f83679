import { type JWK, jwtVerify, type JWTPayload, SignJWT } from 'jose'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, newId, newToken } from '../secret.ts'
import type { RefreshToken, Session, State, User } from '../state.ts'

/** The response to every sign-in, sign-up and refresh. */
export interface TokenResponse {
  token_type: 'Bearer'
  access_token: string
  /** Missing after a sign-in by custom ticket if `customRefreshToken` is `off`. */
  refresh_token?: string
  /** Lifetime of the access token in seconds. */
  expires_in: number
  sub: string
  scope: string
  groups: string[]
}

/** User and session of an access token. */
export interface Bearer {
  user: User
  session: Session
}

/** Client and server named in a token. */
export interface Issuer {
  clientId: string
  /** Origin of the server, the `iss` claim. */
  origin: string
}

/** Properties of a new session. */
export interface SessionKind {
  /** Whether a custom ticket starts it. Default: false. */
  isCustom?: boolean
  /** Whether it gets a refresh token. Default: true. */
  isRefreshable?: boolean
}

/** Starts, refreshes, checks and revokes sessions. */
export interface Sessions {
  /** Starts a session and ends the user's oldest ones beyond `maxSessions`. */
  start(user: User, issuer: Issuer, kind?: SessionKind): Promise<TokenResponse>
  /**
   * Exchanges a refresh token for a new pair of tokens.
   *
   * @throws ApiError `invalid_grant` for a token the refresh policy rejects.
   */
  refresh(refreshToken: string, issuer: Issuer): Promise<TokenResponse>
  /** Returns user and session of an access token, or why it is not accepted. */
  check(accessToken: string): Promise<Bearer | 'expired' | 'invalid'>
  /** Revokes the session of an access or refresh token, even an expired one. */
  revoke(token: string): Promise<void>
  /** Revokes all sessions of a user except the one given. */
  revokeAll(sub: string, exceptSessionId?: string): void
}

const algorithm = 'ES256'

/**
 * Creates sessions that are stored in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The sessions.
 */
export function createSessions(state: State, clock: Clock, config: () => Config): Sessions {
  // The same object for every check, because jose caches imported keys by object.
  let keys: { signing?: JWK; public?: JWK } = {}
  const publicKey = (): JWK => {
    if (keys.signing !== state.signingKey) {
      const { d: _private, ...rest } = state.signingKey
      keys = { signing: state.signingKey, public: rest }
    }
    return keys.public!
  }

  const verify = async (token: string, at: Date): Promise<JWTPayload> => {
    const options = { algorithms: [algorithm], currentDate: at }
    return (await jwtVerify(token, publicKey(), options)).payload
  }

  const sign = (user: User, session: Session, issuer: Issuer): Promise<string> => {
    const issuedAt = Math.floor(clock.now() / 1000)
    const claims = {
      sid: session.id,
      scope: session.scope,
      project_id: session.clientId,
      env: session.clientId,
      user_id: user.sub,
      user_type: user.anonymous ? 'anonymous' : 'internal',
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer.origin)
      .setSubject(user.sub)
      .setAudience(session.clientId)
      .setJti(newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + config().accessTokenSeconds)
      .sign(state.signingKey)
  }

  const issue = async (user: User, session: Session, issuer: Issuer): Promise<TokenResponse> => {
    const { accessTokenSeconds } = config()
    session.expiresAt = Math.max(session.expiresAt, clock.now() + accessTokenSeconds * 1000)
    return {
      token_type: 'Bearer',
      access_token: await sign(user, session, issuer),
      expires_in: accessTokenSeconds,
      sub: user.sub,
      scope: session.scope,
      groups: user.groups,
    }
  }

  const issueRefreshToken = (session: Session): { refresh_token: string } => {
    const refreshToken = newToken('m.')
    const expiresAt = clock.now() + config().refreshTokenSeconds * 1000
    state.refreshTokens.set(digest(refreshToken), { sessionId: session.id, expiresAt })
    session.expiresAt = expiresAt
    return { refresh_token: refreshToken }
  }

  const activeSessions = (sub: string): Session[] =>
    sessionsOf(state, sub).filter((each) => !each.ended)

  /** Throws for a used token unless the policy still accepts it. */
  const checkSpent = (token: RefreshToken, session: Session): void => {
    if (token.spentAt === undefined) return
    const { refreshPolicy, refreshWindowSeconds } = config()
    const age = clock.now() - token.spentAt
    if (refreshPolicy === 'window' && age < refreshWindowSeconds * 1000) return
    if (refreshPolicy === 'family') session.ended = 'revoked'
    throw new ApiError('invalid_grant', 'The refresh token was used before')
  }

  return {
    async start(user, issuer, { isCustom, isRefreshable = true } = {}) {
      const session: Session = {
        id: newId(),
        sub: user.sub,
        clientId: issuer.clientId,
        scope: user.anonymous ? 'anonymous' : 'user sso',
        createdAt: clock.now(),
        expiresAt: 0,
        isCustom,
      }
      addSession(state, session)
      const surplus = activeSessions(user.sub).slice(0, -config().maxSessions)
      // A guest who signed up keeps no guest session, even below `maxSessions`.
      const otherScope = activeSessions(user.sub).filter((each) => each.scope !== session.scope)
      for (const each of [...surplus, ...otherScope]) each.ended = 'replaced'
      const refresh = isRefreshable && issueRefreshToken(session)
      return { ...(await issue(user, session, issuer)), ...refresh }
    },
    async refresh(refreshToken, issuer) {
      const token = state.refreshTokens.get(digest(refreshToken))
      const session = token && state.sessions.get(token.sessionId)
      const user = session && state.users.get(session.sub)
      if (!user || session.clientId !== issuer.clientId) throw new ApiError('invalid_grant')
      if (session.ended || user.status !== 'active') throw new ApiError('invalid_grant')
      if (token.expiresAt <= clock.now()) throw new ApiError('invalid_grant')
      checkSpent(token, session)
      token.spentAt ??= clock.now()
      const refresh = issueRefreshToken(session)
      return { ...(await issue(user, session, issuer)), ...refresh }
    },
    async check(accessToken) {
      try {
        const { sid } = await verify(accessToken, new Date(clock.now()))
        const session = state.sessions.get(String(sid))
        const user = session && state.users.get(session.sub)
        if (!user || user.status !== 'active') return 'invalid'
        return session.ended === 'revoked' ? 'invalid' : { user, session }
      } catch (error) {
        const isExpired = error instanceof Error && 'code' in error && error.code === expiredCode
        return isExpired ? 'expired' : 'invalid'
      }
    },
    async revoke(token) {
      const refreshToken = state.refreshTokens.get(digest(token))
      // Signing out must work with an expired token, so only the signature is checked.
      const claims = refreshToken ? undefined : await verify(token, new Date(0)).catch(() => null)
      const session = state.sessions.get(refreshToken?.sessionId ?? String(claims?.['sid']))
      if (session) session.ended = 'revoked'
    },
    revokeAll(sub, exceptSessionId) {
      for (const session of sessionsOf(state, sub)) {
        if (session.id !== exceptSessionId) session.ended = 'revoked'
      }
    },
  }
}

const expiredCode = 'ERR_JWT_EXPIRED'

/** Sessions by user, by map of sessions, because loading and resetting the state replace the map. */
const indexes = new WeakMap<State['sessions'], Map<string, Session[]>>()

function indexOf({ sessions }: State): Map<string, Session[]> {
  const known = indexes.get(sessions)
  if (known) return known
  const index = new Map<string, Session[]>()
  for (const session of sessions.values()) {
    const others = index.get(session.sub)
    if (others) others.push(session)
    else index.set(session.sub, [session])
  }
  indexes.set(sessions, index)
  return index
}

/** Lists the sessions of a user that have not been purged, oldest first. */
const sessionsOf = (state: State, sub: string): Session[] =>
  (indexOf(state).get(sub) ?? []).filter(({ id }) => state.sessions.has(id))

function addSession(state: State, session: Session): void {
  indexOf(state).set(session.sub, [...sessionsOf(state, session.sub), session])
  state.sessions.set(session.id, session)
}
