/**
 * Creates elements that follow the state: an attribute or a text that is given as a function is
 * computed again at every `refresh`.
 */
type Dynamic<T> = T | (() => T)
type Value = string | number | boolean | undefined
type Listener = (event: Event) => void
/** `on…` is a listener, any other name an attribute: `true` sets it empty, `false` removes it. */
type Attributes = Record<string, Dynamic<Value> | Listener | undefined>
type Child = Node | Dynamic<string>

const updates: (() => void)[] = []
const preparations: (() => void)[] = []

/** Runs `update` at every refresh, as long as the page exists. */
export function onRefresh(update: () => void): void {
  updates.push(update)
}

/** Runs `prepare` at every refresh, before any element is updated. */
export function beforeRefresh(prepare: () => void): void {
  preparations.push(prepare)
}

/** Updates every text and attribute that was given as a function. */
export function refresh(): void {
  for (const prepare of preparations) prepare()
  for (const update of updates) update()
}

/** Creates an element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, given] of Object.entries(attributes)) {
    if (given === undefined) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), given as Listener)
    else follow(given as Dynamic<Value>, (value) => setAttribute(element, name, value))
  }
  for (const child of children) {
    if (child instanceof Node) element.append(child)
    else element.append(text(child))
  }
  return element
}

/** Creates an icon from a path of 24 × 24; the text beside it says what it means. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('icon')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

function text(given: Dynamic<string>): Text {
  const node = document.createTextNode('')
  follow(given, (value) => {
    // Only when it changes, because a screen reader reads a live region again after every write.
    if (node.data !== value) node.data = value
  })
  return node
}

function follow<T>(given: Dynamic<T>, set: (value: T) => void): void {
  if (typeof given === 'function') onRefresh(() => set((given as () => T)()))
  else set(given)
}

function setAttribute(element: Element, name: string, value: Value): void {
  const after = value === true ? '' : value === false || value === undefined ? null : String(value)
  if (element.getAttribute(name) === after) return
  if (after === null) element.removeAttribute(name)
  else element.setAttribute(name, after)
}
