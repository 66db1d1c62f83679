/**
 * Elements that follow the state: an attribute or a text given as a function is worked out again
 * at every `refresh`.
 */
type Live<T> = T | (() => T)
type Value = string | number | boolean | undefined
type Listener = (event: Event) => void
/** `on…` listens; everything else is an attribute. `true` is an empty one, `false` is none. */
type Attributes = Record<string, Live<Value> | Listener | undefined>
type Child = Node | Live<string>

const drawings: (() => void)[] = []
const consequences: (() => void)[] = []

/** Runs `draw` at every refresh. For what stays as long as the page. */
export function live(draw: () => void): void {
  drawings.push(draw)
}

/** Runs `act` at every refresh, before anything is drawn. */
export function beforeDrawing(act: () => void): void {
  consequences.push(act)
}

/** Brings every living text and attribute up to date. */
export function refresh(): void {
  for (const act of consequences) act()
  for (const draw of drawings) draw()
}

/** Makes an element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, given] of Object.entries(attributes)) {
    if (given === undefined) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), given as Listener)
    else follow(given as Live<Value>, (value) => setAttribute(element, name, value))
  }
  for (const child of children) {
    if (child instanceof Node) element.append(child)
    else element.append(text(child))
  }
  return element
}

/** Makes an icon of 24 × 24 from a path; its neighbours say what it means. */
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

function text(given: Live<string>): Text {
  const node = document.createTextNode('')
  follow(given, (value) => {
    // Only a real change: a screen reader says a live region again that was written to.
    if (node.data !== value) node.data = value
  })
  return node
}

function follow<T>(given: Live<T>, set: (value: T) => void): void {
  if (typeof given === 'function') live(() => set((given as () => T)()))
  else set(given)
}

function setAttribute(element: Element, name: string, value: Value): void {
  const after = value === true ? '' : value === false || value === undefined ? null : String(value)
  if (element.getAttribute(name) === after) return
  if (after === null) element.removeAttribute(name)
  else element.setAttribute(name, after)
}
