/** The app: notes with pictures, kept by database, storage and a function of CloudBase. */
import type cloudbase from '@cloudbase/js-sdk'

/** An app of the official SDK. */
export type App = ReturnType<typeof cloudbase.init>

/** What the app needs of sign-in. Both ways to connect it to the SDK offer that. */
export interface Session {
  /** Calls `run` now and whenever another user is signed in, or none. */
  watch(run: (uid: string | undefined) => void): void
  signIn(username: string, password: string): Promise<unknown>
  signOut(): Promise<unknown>
}

interface Note {
  _id: string
  text: string
  /** File id of a picture. */
  picture?: string
}

const { searchParams } = new URL(location.href)
export const env = searchParams.get('env') ?? 'notes-env'
/** Where the sandbox listens. An app for CloudBase itself leaves it out. */
export const endpoint = searchParams.get('sandbox') ?? 'http://127.0.0.1:4871'
export const { host } = new URL(endpoint)

document.body.innerHTML = `
  <main>
    <h1>Notes</h1>
    <p id="error" role="alert"></p>
    <form id="sign-in">
      <label>User name <input name="username" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" required></label>
      <button>Sign in</button>
    </form>
    <section id="notes" hidden>
      <p>Signed in as <b id="uid"></b>. <button id="sign-out">Sign out</button></p>
      <form id="add">
        <label>Note <input name="text" required></label>
        <label>Picture <input name="picture" type="file" accept="image/*"></label>
        <button>Add</button>
      </form>
      <ul></ul>
      <p id="summary"></p>
    </section>
  </main>`

const find = <T extends Element>(selector: string) => document.querySelector<T>(selector)!

/** Runs the app. */
export function runNotes(app: App, session: Session) {
  const notes = app.database().collection('notes')
  let current: string | undefined

  /** Shows an error where the user sees it. */
  const attempt = async (run: () => Promise<unknown>) => {
    find('#error').textContent = ''
    await run().catch((error: Error) => {
      find('#error').textContent = error.message || String(error)
    })
  }

  async function upload(uid: string, picture: File) {
    const cloudPath = `notes/${uid}/${Date.now()}-${picture.name}`
    // The SDK's types know the paths of mini-programs only; in a page it takes a file.
    const { fileID } = await app.uploadFile({ cloudPath, filePath: picture as never })
    return fileID
  }

  /** Reads the notes of the user. The database returns no others. */
  async function refresh(uid: string) {
    const { data } = (await notes.orderBy('at', 'asc').get()) as { data: Note[] }
    const fileList = data.flatMap(({ picture }) => picture ?? [])
    const urls = new Map<string, string>()
    if (fileList.length > 0) {
      const { fileList: files = [] } = await app.getTempFileURL({ fileList })
      for (const { fileID, tempFileURL } of files) urls.set(fileID, tempFileURL)
    }
    const { result } = await app.callFunction({ name: 'summarize', data: { count: data.length } })
    if (uid !== current) return
    const items = data.map(({ text, picture }) => {
      const item = document.createElement('li')
      item.append(text)
      if (picture) {
        const image = Object.assign(new Image(), { alt: '', src: urls.get(picture) ?? '' })
        item.append(' ', image)
      }
      return item
    })
    find('ul').replaceChildren(...items)
    find('#summary').textContent = (result as { text: string }).text
  }

  find<HTMLFormElement>('#sign-in').addEventListener('submit', (event) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const username = fields.get('username') as string
    const password = fields.get('password') as string
    void attempt(() => session.signIn(username, password))
  })
  find('#sign-out').addEventListener('click', () => void attempt(() => session.signOut()))
  find<HTMLFormElement>('#add').addEventListener('submit', (event) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const fields = new FormData(form)
    const uid = current!
    void attempt(async () => {
      const file = fields.get('picture') as File
      const picture = file.size > 0 ? await upload(uid, file) : undefined
      await notes.add({ text: fields.get('text'), at: new Date(), ...(picture && { picture }) })
      form.reset()
      await refresh(uid)
    })
  })

  session.watch((uid) => {
    if (uid === current) return
    current = uid
    find<HTMLElement>('#sign-in').hidden = uid !== undefined
    find<HTMLElement>('#notes').hidden = uid === undefined
    find('#uid').textContent = uid ?? ''
    find('#summary').textContent = ''
    find('ul').replaceChildren()
    if (uid !== undefined) void attempt(() => refresh(uid))
  })
}
