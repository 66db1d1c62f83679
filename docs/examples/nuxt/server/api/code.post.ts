import { sendCode, serverAuth } from '../lib/auth'

export default defineEventHandler(async (event) => {
  const { contact } = await readBody<{ contact: string }>(event)
  return sendCode(serverAuth(event), contact)
})
