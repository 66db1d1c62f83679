/**
 * A person before the page the sandbox serves, with a browser that follows no redirects. Each way to
 * leave the page answers where it leads.
 */
export async function visitPage(url: string, readPicture: (token: string) => string | undefined) {
  const html = await (await fetch(url)).text()
  // A page that has expired shows no picture.
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const submit = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ token, ...fields })
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })
    return response.headers.get('location')!
  }
  return {
    solve: () => submit({ action: 'verify', key: readPicture(token)! }),
    goBack: () => submit({ action: 'cancel' }),
  }
}
