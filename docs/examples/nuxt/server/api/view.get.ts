import { serverAuth } from '../lib/auth'

/** Who is signed in: without a token. */
export default defineEventHandler((event) => serverAuth(event).initialView())
