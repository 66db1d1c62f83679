import { afterAll, expect, test } from 'vitest'
import { openPage } from '../support/chromium.ts'
import { type BrowserWorld, openBrowserWorld } from '../session/browserWorld.ts'
import { probes, runProbe, runTabs } from '../session/probes.ts'
import { policies } from '../session/schedule.ts'

let opening: Promise<BrowserWorld> | undefined

const openWorld = () =>
  (opening ??= openPage('about:blank').then((page) => openBrowserWorld(page.context().browser()!)))

afterAll(async () => (await opening)?.close())

test.each(policies)(
  'session: 20 callers of each of 5 tabs share one refresh, %s',
  async (policy) => {
    const row = await runTabs(await openWorld(), { library: 'ours', policy, tabs: 5, trials: 1 })
    expect(row).toMatchObject({ requests: 1, rejected: 0, lost: 0, several: 0 })
  },
)

test.each(probes.filter(({ isLong }) => !isLong))(
  'session: nothing is lost when $title',
  async (probe) => {
    const { good, errors } = await runProbe(await openWorld(), probe, 1)
    expect(errors).toEqual([])
    expect(good).toBe(1)
  },
)
