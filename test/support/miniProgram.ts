/** Runs a compiled mini-program as WeChat does: CommonJS without a DOM, the global `wx`, and pages that draw their data. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { createWx } from './wx.ts'

type Options = Record<string, unknown>
type Method = (...given: unknown[]) => unknown

/** A page of a mini-program: its data, and its methods by name. */
type MiniPage = Record<string, Method> & { data: Record<string, unknown> }

/** Something on the screen. */
export interface Shown {
  tag: string
  text: string
  attributes: Record<string, unknown>
  /** Sends an event to the handler of an element, such as `tap` or `input`. */
  send(type: string, detail?: object): void
}

const device = {
  platform: 'devtools',
  system: 'iOS 17',
  brand: 'devtools',
  model: 'iPhone',
  language: 'zh_CN',
  SDKVersion: '3.4.0',
  version: '8.0.0',
  pixelRatio: 2,
  screenWidth: 375,
  screenHeight: 667,
  windowWidth: 375,
  windowHeight: 667,
  statusBarHeight: 20,
  safeArea: { top: 20, bottom: 667, left: 0, right: 375 },
}

/** What frameworks ask of WeChat when they start. */
const places = {
  getSystemInfoSync: () => device,
  getAppBaseInfo: () => device,
  getDeviceInfo: () => device,
  getWindowInfo: () => device,
  getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid' } }),
  getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
  getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
  getMenuButtonBoundingClientRect: () => ({ top: 24, bottom: 56, left: 281, right: 368 }),
  getStorageSync: () => '',
  setStorageSync() {},
  removeStorageSync() {},
  canIUse: () => true,
  onAppHide() {},
  onError() {},
  onUnhandledRejection() {},
  onPageNotFound() {},
  nextTick: (run: () => void) => void setTimeout(run),
}

/**
 * Starts a mini-program and opens its first page.
 *
 * @param folder what the framework has built
 * @returns how to draw the page, to put its clock on, and to leave it
 */
export async function openMiniProgram(
  folder: string,
): Promise<{ draw(): Shown[]; advance(seconds: number): void; leave(): void }> {
  let app: Options = {}
  let page: MiniPage | undefined
  const open = (options: Options) => {
    page = createPage(options)
  }
  const clock = createClock()
  const place = createContext({
    wx: { ...places, ...createWx('anna') },
    global: {},
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    setInterval,
    clearInterval,
    console,
    App: (options: Options) => (app = options),
    Page: open,
    Component: open,
    getApp: () => app,
    getCurrentPages: () => (page ? [page] : []),
  })
  place['now'] = clock.now
  runInContext('Date.now = now', place)
  const loaded = new Map<string, { exports: object }>()
  const load = (file: string): object => {
    const known = loaded.get(file)
    if (known) return known.exports
    const module = { exports: {} }
    loaded.set(file, module)
    const code = readFileSync(file, 'utf8')
    const run = runInContext(`(function (module, exports, require) {${code}\n})`, place, {
      filename: file,
    }) as Method
    const require = (name: string) =>
      load(`${resolve(dirname(file), name).replace(/\.js$/, '')}.js`)
    run.call(module.exports, module, module.exports, require)
    return module.exports
  }

  load(join(folder, 'app.js'))
  const { pages } = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8')) as {
    pages: string[]
  }
  const method = (options: Options, name: string) => options[name] as Method | undefined
  method(app, 'onLaunch')?.call(app, { path: pages[0], query: {}, scene: 1001 })
  method(app, 'onShow')?.call(app, { path: pages[0], query: {}, scene: 1001 })
  load(join(folder, `${pages[0]}.js`))
  const opened = page!
  Object.assign(opened, { is: pages[0], route: pages[0], options: {} })
  for (const name of ['created', 'attached', 'onLoad', 'onShow', 'ready', 'onReady'])
    opened[name]?.({})
  return {
    draw: createDraw(folder, pages[0]!, opened),
    advance: clock.advance,
    leave() {
      for (const name of ['onHide', 'onUnload', 'detached']) opened[name]?.()
    },
  }
}

/** A clock that can be put on, which ends the timeouts of the time that is skipped. */
function createClock() {
  let offset = 0
  const pending = new Map<object, { run: () => void; at: number; timer: NodeJS.Timeout }>()
  const now = () => Date.now() + offset
  const start = (handle: object, run: () => void, at: number) => {
    const end = () => {
      pending.delete(handle)
      run()
    }
    pending.set(handle, { run, at, timer: setTimeout(end, Math.max(0, at - now())) })
  }
  return {
    now,
    setTimeout(run: Method, ms = 0, ...given: unknown[]) {
      const handle = {}
      start(handle, () => void run(...given), now() + ms)
      return handle
    },
    clearTimeout(handle: object) {
      clearTimeout(pending.get(handle)?.timer)
      pending.delete(handle)
    },
    advance(seconds: number) {
      offset += seconds * 1000
      for (const [handle, { run, at, timer }] of pending) {
        clearTimeout(timer)
        start(handle, run, at)
      }
    },
  }
}

/** Creates what a page is to its methods: `Page` has them at the top, `Component` below `methods`. */
function createPage({ data = {}, methods = {}, lifetimes = {}, ...options }: Options): MiniPage {
  const page = {
    ...options,
    ...(lifetimes as object),
    ...(methods as object),
    properties: {},
    data: structuredClone(data) as Record<string, unknown>,
    setData(change: object, done?: () => void) {
      for (const [path, value] of Object.entries(change)) put(page.data, path, value)
      done?.()
    },
    triggerEvent() {},
    createSelectorQuery: () => ({}),
    selectComponent: () => null,
    selectAllComponents: () => [],
  }
  return page as unknown as MiniPage
}

/** Sets a value at a path of `setData`, such as `root.cn.[0].v`. */
function put(data: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(/[.[\]]+/).filter(Boolean)
  const last = keys.pop()!
  let at = data
  for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>
  at[last] = value
}

/** A framework compiles templates, or draws one tree of nodes by templates that are the same in all apps. */
function createDraw(folder: string, path: string, page: MiniPage): () => Shown[] {
  const tree = join(folder, 'base.wxml')
  if (existsSync(tree)) {
    const templates = readFileSync(tree, 'utf8')
    return () => drawTree(page, templates)
  }
  const template = parse(readFileSync(join(folder, `${path}.wxml`), 'utf8'))
  return () => draw(page, template)
}

/** A node of Taro: its name and its attributes are short, the templates have their words. */
interface Node extends Record<string, unknown> {
  nn: string
  sid: string
  v?: string
  cn?: Node[]
}

/** Draws a page of Taro. */
function drawTree(page: MiniPage, templates: string): Shown[] {
  const shown: Shown[] = []
  const show = (node: Node): string => {
    const [, tag = 'text', written = ''] =
      new RegExp(`name="tmpl_0_${node.nn}(?:_focus)?">\\s*<(?!template)([\\w-]+)([^>]*)>`).exec(
        templates,
      ) ?? []
    const names = written.matchAll(/([\w-]+)="\{\{[^}]*?\bi\.(\w+)/g)
    const attributes = Object.fromEntries([...names].map(([, name, key]) => [name!, node[key!]]))
    const at = shown.length
    const text = node.v ?? (node.cn ?? []).map(show).join('')
    const target = { id: node.sid, dataset: { sid: node.sid } }
    const send = (type: string, detail: object = {}) =>
      void page['eh']!({ type, target, currentTarget: target, detail, timeStamp: Date.now() })
    shown.splice(at, 0, { tag, text, attributes, send })
    return text
  }
  const { root } = page.data as { root: { cn?: Node[] } }
  for (const node of root.cn ?? []) show(node)
  return shown
}

interface Element {
  tag: string
  attributes: Record<string, string>
  children: (Element | string)[]
}

/** Parses the part of WXML that compilers of templates write. */
function parse(wxml: string): Element {
  const root: Element = { tag: 'page', attributes: {}, children: [] }
  const open = [root]
  for (const [token, closing, tag, rest, selfClosing] of wxml.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>|[^<]+/g,
  )) {
    if (tag === undefined) open.at(-1)!.children.push(token)
    else if (closing) open.pop()
    else {
      const pairs = [...rest!.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)]
      const attributes = Object.fromEntries(pairs.map(([, name, value = 'true']) => [name!, value]))
      const element: Element = { tag, attributes, children: [] }
      open.at(-1)!.children.push(element)
      if (!selfClosing) open.push(element)
    }
  }
  return root
}

/** The value of an attribute or text with `{{ }}`. */
function evaluate(text: string, scope: object): unknown {
  // A name that the data lacks is `undefined`.
  const names = new Proxy(scope, { has: (_, name) => name !== 'names' })
  const read = (expression: string) =>
    // oxlint-disable-next-line no-implied-eval -- WXML is code of the test itself.
    (new Function('names', `with (names) return ${expression}`) as Method)(names)
  const [, whole] = /^\{\{([^{}]*)\}\}$/.exec(text) ?? []
  if (whole !== undefined) return read(whole)
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (_, inner: string) => String(read(inner)))
}

/** Draws a page from its template. */
function draw(page: MiniPage, template: Element): Shown[] {
  const shown: Shown[] = []
  const visit = (elements: (Element | string)[], scope: object): string => {
    let isChosen = false
    let all = ''
    for (const element of elements) {
      if (typeof element === 'string') all += String(evaluate(element, scope))
      else {
        const { 'wx:if': condition, 'wx:elif': otherwise, 'wx:for': list } = element.attributes
        if (condition !== undefined) isChosen = !!evaluate(condition, scope)
        else if (otherwise !== undefined) {
          if (isChosen) continue
          isChosen = !!evaluate(otherwise, scope)
        } else if ('wx:else' in element.attributes) {
          if (isChosen) continue
          isChosen = true
        }
        const isConditional = condition !== undefined || otherwise !== undefined
        if (isConditional && !isChosen) continue
        const name = element.attributes['wx:for-item'] ?? 'item'
        const items = list === undefined ? [undefined] : (evaluate(list, scope) as unknown[])
        for (const item of items ?? []) all += show(element, { ...scope, [name]: item })
      }
    }
    return all
  }
  const show = ({ tag, attributes, children }: Element, scope: object) => {
    const values = Object.fromEntries(
      Object.entries(attributes)
        .filter(([name]) => !name.startsWith('wx:'))
        .map(([name, value]) => [name, evaluate(value, scope)]),
    )
    const at = shown.length
    const text = visit(children, scope)
    shown.splice(at, 0, {
      tag,
      text,
      attributes: values,
      send: (type, detail = {}) => {
        const target = { dataset: {}, id: '' }
        page[values[`bind${type}`] as string]!({ type, target, currentTarget: target, detail })
      },
    })
    return text
  }
  visit(template.children, page.data)
  return shown
}
