/** Creates an element with properties, attributes (`aria-…`, `role`, …) and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  {
    attrs = {},
    ...props
  }: Partial<HTMLElementTagNameMap[K]> & { attrs?: Record<string, string | undefined> },
  ...children: (Node | string | false | undefined)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), props)
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined) element.setAttribute(name, value)
  }
  element.append(...children.filter((child) => child !== false && child !== undefined))
  return element
}
