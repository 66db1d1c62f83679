/** Removes what a test wants the page to be without, before a client loads. */
const without = new URLSearchParams(location.search).get('without')?.split(',') ?? []

declare global {
  /** Storages refuse to take a token pair. */
  var isFull: boolean
  /** What was thrown and not caught. */
  var pageErrors: string[]
}

const remove = (owner: object, name: string) =>
  Object.defineProperty(owner, name, { value: undefined, configurable: true })

if (without.includes('locks')) remove(Navigator.prototype, 'locks')
if (without.includes('indexedDB')) remove(globalThis, 'indexedDB')
if (without.includes('storage events'))
  addEventListener('storage', (event) => event.stopImmediatePropagation())

const isTooLong = (text: unknown) =>
  globalThis.isFull && typeof text === 'string' && text.length > 200
const { setItem } = Storage.prototype
Storage.prototype.setItem = function (key, text) {
  if (isTooLong(text)) throw new DOMException('full', 'QuotaExceededError')
  setItem.call(this, key, text)
}
if (!without.includes('indexedDB')) {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (text, key) {
    const request = put.call(this, text, key)
    if (isTooLong(text)) this.transaction.abort()
    return request
  }
}

globalThis.pageErrors = []
addEventListener('error', (event) => pageErrors.push(event.message))
addEventListener('unhandledrejection', (event) =>
  pageErrors.push(String((event.reason as Error | undefined)?.message ?? event.reason)),
)
