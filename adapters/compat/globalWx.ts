import type { Wx } from '../wechat/wx.ts'

interface MiniProgram extends Wx {
  getAccountInfoSync(): { miniProgram: { appId: string } }
}

/** Returns the `wx` of a mini-program; `undefined` elsewhere. */
export const globalWx = (): Partial<MiniProgram> | undefined =>
  (globalThis as { wx?: Partial<MiniProgram> }).wx
