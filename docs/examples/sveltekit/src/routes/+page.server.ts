import { redirect } from '@sveltejs/kit'

export const actions = {
  async signOut({ locals }) {
    await locals.auth.signOut()
    redirect(303, '/sign-in')
  },
}
