/** What this face needs of WeChat's API; the global `wx` of a mini program has it. */
export interface Wx {
  login(options: {
    success(result: { code: string }): void
    fail(failure: { errMsg?: string }): void
  }): unknown
  getAccountInfoSync(): { miniProgram: { appId: string } }
  navigateTo?(options: { url: string }): unknown
  cloud?: {
    callFunction(call: { name: string; data: object }): Promise<{ result: unknown }>
  }
}
