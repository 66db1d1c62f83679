/** The part of the official SDK that the faults concern, typed by its behavior. */
export interface OfficialAuth {
  signIn(params: Record<string, unknown>): Promise<LoginState>
  signUp(params: Record<string, unknown>): Promise<LoginState>
  signOut(): Promise<{ error?: unknown }>
  signInAnonymously(): Promise<unknown>
  signInWithSms(params: object): Promise<LoginState>
  signInWithCustomTicket(): Promise<unknown>
  setCustomSignFunc(getTicket: () => Promise<string>): void
  getVerification(params: object): Promise<{ verification_id: string; is_user: boolean }>
  verify(params: object): Promise<{ verification_token: string }>
  getAccessToken(): Promise<{ accessToken: string; env: string }>
  getUserInfo(): Promise<object | null>
  getSession(): Promise<{ data: { user?: { id: unknown } } }>
  hasLoginState(): LoginState | null
  readonly currentUser: { sub: unknown; username?: string; refresh(): Promise<object> } | null
  grantToken(params: object): Promise<unknown>
  sudo(params: object): Promise<{ sudo_token: string }>
  deleteMe(params: object): Promise<object>
  resetPassword(params: object): Promise<void>
  bindPhoneNumber(params: object): Promise<void>
  verifyOAuth(params: object): Promise<{ error: Error | null }>
  signInWithOAuth(params: object): Promise<{ data: { url?: string } }>
  onLoginStateChanged(callback: (params: LoginStateEvent | null) => void): Promise<void>
  onAuthStateChange(callback: (event: string, session: object | null) => void): unknown
}

export interface LoginState {
  user: { uid?: string; sub?: string }
}

export interface LoginStateEvent extends Partial<LoginState> {
  data?: { eventType: string; msg?: string }
}
