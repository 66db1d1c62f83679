import type { ServerAuth } from 'cloudbase-authflow/server'

declare global {
  namespace App {
    interface Locals {
      auth: ServerAuth
    }
  }
}
