import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { openPage, servePage } from '../support/chromium.ts'

const env = 'sandbox-env'
const password = 'Correct-horse-7'

test.each([
  [
    '3.7.0',
    'sdk3',
    'GET /v1/database/instances/(default)/databases/(default)/collections/todos/documents',
  ],
  ['3.7.0 with CLOUD_API', 'sdk3CloudApi', 'POST /web'],
  ['2.28.8', 'sdk2', 'POST /web'],
])(
  'sandbox services: SDK %s with its own session uses database, functions and storage',
  async (_, entry, path) => {
    const served = await servePage(`test/browser/pages/services/${entry}.ts`)
    onTestFinished(served.close)
    const sandbox = createSandbox({ functions: { whoAmI: (_event, { uid }) => uid } })
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    await sandbox.addUser({ sub: 'ada', username: 'ada', password })
    const page = await openPage(`${served.url}?${new URLSearchParams({ env, sandbox: url })}`)
    await page.evaluate((user) => ownSignIn(user), { username: 'ada', password })

    expect(await page.evaluate(() => runQueries())).toEqual({
      all: ['bike', 'milk', 'bread'],
      gt: ['milk'],
      in: ['bike', 'milk'],
      item: ['milk', 'bread'],
      path: ['milk'],
      nested: ['bread'],
      or: ['bike', 'bread'],
      neq: ['bike', 'bread'],
      regex: ['bike', 'bread'],
      literal: ['milk'],
      date: ['bread'],
      page: ['bread'],
      count: 2,
      fields: ['_id', 'name'],
      due: new Date(Date.UTC(2030, 0, 1)),
      isMade: true,
      updated: {
        size: 6,
        tags: ['food', 'fresh', 'warm'],
        shop: { city: 'Shanghai', street: 'Nanjing Road' },
        none: undefined,
      },
      pulled: ['fresh', 'warm'],
      many: 2,
      set: ['own-id', 'new'],
      replaced: { _id: 'own-id', _openid: 'ada', name: 'replaced' },
      removed: [1, 3, 0],
    })
    expect(await page.evaluate(() => runFiles())).toEqual({
      result: 'ada',
      fileID: `cloud://${env}.sandbox/相册/a b.png`,
      codes: ['SUCCESS', 'STORAGE_FILE_NONEXIST'],
      bytes: [0, 255, 128, 10],
      type: 'image/png',
      deleted: ['SUCCESS'],
      gone: ['STORAGE_FILE_NONEXIST'],
    })
    const sent = sandbox.requests().filter((each) => /^\/(web|v1)/.test(each.path))
    expect(sent.map((each) => `${each.method} ${each.path}`)).toContain(path)
    expect(new Set(sent.map(({ sub }) => sub))).toEqual(new Set(['ada']))
  },
)
