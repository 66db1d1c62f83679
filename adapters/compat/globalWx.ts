import type { Wx } from '../wechat/wx.ts'

interface MiniProgram extends Wx {
  getAccountInfoSync(): { miniProgram: { appId: string } }
}

/** The `wx` of a mini program, where this is one. */
export const globalWx = () => (globalThis as { wx?: Partial<MiniProgram> }).wx
