/**
 * Opens the captcha page of the sandbox as a browser that follows no redirects.
 *
 * @param url the page
 * @param readPicture returns the text of the picture with this token
 * @returns the two ways off the page; each resolves to the address it redirects to
 */
export async function openCaptchaPage(
  url: string,
  readPicture: (token: string) => string | undefined,
) {
  const html = await (await fetch(url)).text()
  // An expired page shows no picture.
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const submit = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ token, ...fields })
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })
    return response.headers.get('location')!
  }
  return {
    solve: () => submit({ action: 'verify', key: readPicture(token)! }),
    cancel: () => submit({ action: 'cancel' }),
  }
}
