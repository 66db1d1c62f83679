import { mkdir, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { serveDemo } from '../../docs/demo/serve.ts'

test('demo: `npm start` serves its modules and no state file, wherever that lies', async () => {
  const folder = resolve(`.sandbox/demo-${process.pid}`)
  await mkdir(folder, { recursive: true })
  onTestFinished(() => rm(folder, { recursive: true }))
  const beside = resolve(`docs/demo/state-${process.pid}.json`)
  onTestFinished(() => rm(beside, { force: true }))
  const elsewhere = `${folder}/state.json`

  for (const state of [beside, elsewhere]) {
    const demo = await serveDemo({ port: 0, state })
    try {
      await fetch(`${demo.url}/auth/v1/captcha/data?client_id=e`, { method: 'POST', body: '{}' })
      await demo.sandbox.save(state)
      await writeFile(`${state}.damaged-1`, '{"signingKey":{"d":"1"}}')
      const read = async (path: string) => (await fetch(demo.url + path)).text()
      const names = [state, `${state}.damaged-1`]
      for (const name of names) {
        const paths = [`/@fs${name}`, `/@fs/${name}`, name.replace(resolve('docs/demo'), '')]
        for (const path of paths) {
          for (const query of ['', '?raw', '?import&raw', '?url', '?inline', '?import&raw??']) {
            expect(`${path}${query}\n${await read(path + query)}`).not.toContain('signingKey')
          }
        }
      }
      const module = await read(`/@fs${resolve('adapters/client/index.ts')}`)
      expect(module).toContain('createAuth')
    } finally {
      await demo.close()
      await rm(`${state}.damaged-1`, { force: true })
    }
  }
})
