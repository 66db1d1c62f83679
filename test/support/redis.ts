import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

const candidates = [
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
]

/** Finds `redis-server`; installs the Debian package first where that is possible. */
function findRedis(): string {
  const find = () => candidates.find((path) => existsSync(path))
  const found = find()
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    // The package starts a server of its own, which the tests do not need.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    const options = { env, stdio: 'ignore' } as const
    execFileSync('apt-get', ['update', '-q'], options)
    execFileSync('apt-get', ['install', '-y', '-q', 'redis-server'], options)
  }
  const installed = find()
  if (!installed) throw new Error('install redis-server: apt-get install redis-server')
  return installed
}

const findPort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** A running `redis-server`. */
export type RedisServer = Awaited<ReturnType<typeof startRedis>>

/**
 * Starts a `redis-server` on a free port, which stores nothing on the disk.
 *
 * @param flags more of its flags, such as `--cluster-enabled yes`
 * @returns its address, once it answers; to be stopped by the test
 */
export async function startRedis(...flags: string[]) {
  const port = await findPort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const cwd = mkdtempSync(join(tmpdir(), 'authflow-redis-'))
  const server = spawn(findRedis(), [...args, ...flags], {
    // A node of a cluster writes its configuration there.
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = () => void server.kill('SIGKILL')
  process.once('exit', stop)
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`redis-server has ended with ${code}`)))
    server.stdout.on('data', (text: Buffer) => {
      if (String(text).includes('Ready to accept connections')) resolve()
    })
  })
  const url = `redis://127.0.0.1:${port}`
  return {
    url,
    connect: () => createClient({ url }).connect(),
    async stop() {
      process.off('exit', stop)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      stop()
      await ended
      rmSync(cwd, { recursive: true })
    },
  }
}
