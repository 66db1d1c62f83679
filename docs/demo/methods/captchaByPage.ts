/** A captcha that is a page of the server: it opens in a frame and the user reads its picture. */
import { captchaFrame, captchaPage, createAuth } from 'cloudbase-authflow'
import { sendVerification } from 'cloudbase-authflow/endpoints'
import { env, newPhone, requireCaptcha } from './tools.ts'

/** Sends a code for which the server wants a captcha. */
export async function sendCodeWithPage(container: HTMLElement): Promise<object> {
  const client = createAuth({
    env,
    endpoint: location.origin,
    flows: {},
    captcha: captchaPage({ redirect_uri: `${location.origin}/captcha` }),
  })
  const close = captchaFrame(client, container)
  client.start()
  try {
    await requireCaptcha('/auth/v1/verification')
    return await client.call(sendVerification, { phone_number: newPhone(), target: 'ANY' })
  } finally {
    close()
    client.stop()
  }
}
