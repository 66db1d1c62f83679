import { redirect } from '@sveltejs/kit'
import { type Asked, sendCode, signInByCode } from '../../lib/server/auth.ts'

export const actions = {
  async sendCode({ locals, request }) {
    const { contact } = Object.fromEntries(await request.formData())
    return sendCode(locals.auth, String(contact))
  },
  async signIn({ locals, request }): Promise<Asked> {
    const { code, ...asked } = Object.fromEntries(await request.formData())
    const failed = await signInByCode(locals.auth, String(code), asked as Asked)
    return failed ?? redirect(303, '/')
  },
}
