import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { serveBundledDemo } from '../support/demo.ts'
import { type OpenPage, openPage, servePage } from '../support/chromium.ts'

/**
 * The strictest policy that the library needs; SECURITY.md documents its exceptions: pictures from
 * `data:`, and for the elements the Trusted Types policy of Lit.
 */
const policyFor = (connect: string, { images = 'data:', policies = "'none'" } = {}) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${connect}`,
    `img-src ${images}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${policies}`,
  ].join('; ')

/** Serves a page of another server under a Content Security Policy. */
async function serveUnder(policy: string, url: string): Promise<string> {
  async function pass(request: IncomingMessage, response: ServerResponse) {
    const answer = await fetch(new URL(request.url!, url))
    response.setHeader('content-type', answer.headers.get('content-type')!)
    response.setHeader('content-security-policy', policy)
    response.end(Buffer.from(await answer.arrayBuffer()))
  }
  const server = createServer((request, response) => void pass(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Opens a page that records what violates its policy. */
async function openRecording() {
  const page = await openPage('about:blank')
  await page.addInitScript(() => {
    const violations: string[] = []
    Object.assign(globalThis, { violations })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      violations.push(`${violatedDirective} ${blockedURI}`),
    )
  })
  const violations = () =>
    page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)
  return { page, violations }
}

const isDrawn = (page: OpenPage) =>
  page.locator('dialog img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0)

async function openDemoUnder(policy: string) {
  const demo = await serveBundledDemo()
  onTestFinished(() => demo.close())
  const body = { error: 'captcha_required' }
  demo.sandbox.faults([{ method: 'POST', path: '/auth/v1/verification', status: 400, body }])
  const opened = await openRecording()
  await opened.page.route(`${demo.url}/**`, async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue()
    const response = await route.fetch()
    const headers = { ...response.headers(), 'content-security-policy': policy }
    await route.fulfill({ response, headers })
  })
  await opened.page.goto(`${demo.url}/`)
  await opened.page.locator('#contact').fill('13800000000')
  await opened.page.locator('.card .primary:visible').click()
  await opened.page.locator('dialog img').waitFor({ state: 'attached' })
  return { ...opened, sandbox: demo.sandbox }
}

test('demo: a sign-in with a captcha violates no strict policy with Trusted Types', async () => {
  const { page, violations, sandbox } = await openDemoUnder(
    policyFor("'self'", { policies: 'lit-html' }),
  )
  await expect.poll(() => isDrawn(page)).toBe(true)
  expect(await violations()).toEqual([])
  expect(sandbox.inbox()).toEqual([])
})

test('demo: without the exception for data: URLs the captcha picture is not drawn', async () => {
  const { violations } = await openDemoUnder(
    policyFor("'self'", { images: "'none'", policies: 'lit-html' }),
  )
  await expect.poll(async () => (await violations()).join()).toContain('img-src data')
})

test('captcha dialog: it works under a strict policy with Trusted Types', async () => {
  const sandbox = createSandbox({ config: { captchaOnEveryCall: 'on' } })
  const server = await sandbox.listen({ port: 0 })
  const served = await servePage('test/browser/pages/captchaDialog.ts')
  onTestFinished(() => Promise.all([server.close(), served.close()]).then(() => undefined))
  const url = await serveUnder(policyFor(server.url), served.url)
  const { page, violations } = await openRecording()
  await page.goto(`${url}?${new URLSearchParams({ sandbox: server.url })}`)
  await expect.poll(() => isDrawn(page)).toBe(true)
  await page.getByRole('textbox').fill(sandbox.captchaAnswer()!)
  await page.locator('dialog button').last().click()
  await page.locator('body[data-answer=false]').waitFor({ state: 'attached' })
  expect(await violations()).toEqual([])
})

test('createAuth: a page whose origin the server does not allow fails with origin_not_allowed', async () => {
  const sandbox = createSandbox({ config: { allowedOrigins: ['https://app.example'] } })
  const server = await sandbox.listen({ port: 0 })
  const served = await servePage('test/browser/pages/captchaFrame.ts')
  onTestFinished(() => Promise.all([server.close(), served.close()]).then(() => undefined))
  const page = await openPage(`${served.url}?endpoint=${encodeURIComponent(server.url)}`)
  await page.locator('body[data-error=origin_not_allowed]').waitFor({ state: 'attached' })
  expect(page.errors.join()).toContain('CORS')
})
