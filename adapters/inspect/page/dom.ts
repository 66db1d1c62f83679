/** Builds elements. */

type Attributes = Record<string, string | number | boolean | undefined | ((event: never) => void)>

/**
 * Creates an element. Functions are listeners; `true` sets an empty attribute, `false` none. Texts are
 * never read as markup, because a trace can come from anywhere.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as (event: Event) => void)
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...children)
  return element
}

const PATHS = {
  previous: 'M5 4v8M12 4l-5 4 5 4',
  back: 'M10 4L6 8l4 4',
  play: 'M5 3.5l7 4.500-7 4.500z',
  pause: 'M5.500 4v8M10.500 4v8',
  forward: 'M6 4l4 4-4 4',
  next: 'M11 4v8M4 4l5 4-5 4',
  save: 'M8 3v7M5 7.500l3 3 3-3M3.500 13h9',
  open: 'M8 10.500V3.500M5 6l3-3 3 3M3.500 13h9',
}

/** Names of the icons. */
export type IconName = keyof typeof PATHS

/** Creates an icon; the button around it has the name. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', 'icon')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
