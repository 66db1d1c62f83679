/**
 * The script of the hosted sign-in page: signs in through the API of its own origin, stores the
 * session as the official SDK does, and goes back. Only pages of the same origin can read that
 * session, so that no other address is gone back to.
 */
export const hostedScript = `
const form = document.querySelector('form')
const problem = document.getElementById('problem')
const status = document.getElementById('sent')
const { clientId, redirectUri } = form.dataset
const texts = JSON.parse(form.dataset.texts)
const field = (name) => form.elements.namedItem(name)
let sent

function show(text) {
  status.textContent = ''
  problem.textContent = text
  problem.hidden = text === ''
}

async function call(path, body) {
  const headers = { 'content-type': 'application/json' }
  const device = localStorage.getItem('device_id')
  if (device) headers['x-device-id'] = device
  const query = new URLSearchParams({ client_id: clientId })
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await (await fetch('/auth/v1/' + path + '?' + query, init)).json()
  if (answer.error) throw texts[path + ':' + answer.error] || texts[answer.error] || texts.failed
  return answer
}

function toContact(name) {
  if (name.includes('@')) return { email: name }
  return { phone_number: /^\\d+$/.test(name) ? '+86 ' + name : name }
}

async function sendCode() {
  const contact = toContact(field('username').value.trim())
  const { verification_id, is_user } = await call('verification', { ...contact, target: 'ANY' })
  sent = { contact, verification_id, is_user }
  field('code').focus()
  status.textContent = texts.sent
}

async function signInByCode() {
  if (!sent) throw texts.unsent
  const verification_code = field('code').value.trim()
  const { contact, verification_id, is_user } = sent
  const { verification_token } = await call('verification/verify', { verification_id, verification_code })
  if (!is_user) return call('signup', { ...contact, verification_token })
  return call('signin', { username: Object.values(contact)[0], verification_token })
}

function finish(tokens) {
  const expires_at = new Date(Date.now() + (tokens.expires_in - 30) * 1000)
  const credentials = JSON.stringify({ ...tokens, version: 'v1', expires_at })
  localStorage.setItem('credentials_' + clientId, credentials)
  location.replace(redirectUri)
}

if (new URL(redirectUri).origin !== location.origin) {
  form.replaceWith(problem)
  show(texts.foreign)
}
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (form.ariaBusy) return
  form.ariaBusy = 'true'
  show('')
  try {
    if (event.submitter.value === 'code') return await sendCode()
    const password = field('password').value
    const username = field('username').value.trim()
    finish(await (password ? call('signin', { username, password }) : signInByCode()))
  } catch (error) {
    show(typeof error === 'string' ? error : texts.failed)
  } finally {
    form.ariaBusy = null
  }
})
`
