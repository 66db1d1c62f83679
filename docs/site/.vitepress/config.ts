/** The documentation site: the Markdown of the repository as it is, its sources, and the API reference. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { altOf, gallery, type GalleryFlow, sheetOf } from '../../guide/gallery.ts'
import { addressOfSource, isSource } from '../sources.js'

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/** The page of a file of the repository: `docs/guide/errors.zh-CN.md` is `zh/guide/errors.md`. */
function pageOf(file: string): string {
  const isChinese = file.endsWith('.zh-CN.md')
  const page = file
    .replace('.zh-CN', '')
    .replace(/^docs\/site\/home/, 'index')
    .replace(/^docs\/site\//, '')
    .replace(/^docs\/README/, 'overview')
    .replace(/^docs\//, '')
    .replace(/\/README/, '/index')
    .replace(/^[A-Z]+(?=\.md$)/, (name) => name.toLowerCase())
  return isChinese ? `zh/${page}` : page
}

/** The address on the site of what a page links to. */
function addressOf(href: string, from: string): string {
  const [path = '', hash = ''] = href.split(/(?=#)/)
  if (!path || /^([a-z]+:|\/)/i.test(path)) return href
  const file = relative(root, resolve(dirname(from), path)).replaceAll('\\', '/')
  if (isSource(file)) return addressOfSource(file)
  if (!file.endsWith('.md')) return href
  return `/${pageOf(file).replace(/(^|\/)(index)?\.md$|\.md$/, '$1')}${hash}`
}

/** The sheet of all looks of a flow, on its page; the package has the page without it. */
function sheetOn(file: string): string | undefined {
  const [, flow, end] = /^docs\/guide\/flows\/(\w+)(\.zh-CN)?\.md$/.exec(file) ?? []
  if (!flow || !(flow in gallery)) return undefined
  const of = [flow as GalleryFlow, end ? 'zh' : 'en'] as const
  return `<p><img src="${relative(dirname(file), sheetOf(...of)).replace(/^(?!\.)/, './')}" alt="${altOf(...of)}" loading="lazy"></p>\n`
}

interface Words {
  start: string
  quick: string
  readme: string
  concepts: string
  flows: string
  names: [signIn: string, account: string, upgrade: string, provider: string, resetPassword: string]
  steps: string
  errors: string
  charts: string
  guides: string
  elements: string
  comparison: string
  recipes: string
  guards: string
  servers: string
  inspecting: string
  testing: string
  sdk: string
  migration: string
  differences: string
  faults: string
  reference: string
  api: string
  decisions: string
  security: string
  changes: string
  assistants: string
}

const english: Words = {
  start: 'Start',
  quick: 'Ten minutes',
  readme: 'The package',
  concepts: 'Concepts',
  flows: 'Flows',
  names: ['Sign in', 'Edit the account', 'Upgrade a guest', 'Providers', 'Reset a password'],
  steps: 'Every step and event',
  errors: 'Errors',
  charts: 'Charts',
  guides: 'Guides',
  elements: 'Elements',
  comparison: 'Comparison',
  recipes: 'Recipes',
  guards: 'Protected routes',
  servers: 'Sessions on a server',
  inspecting: 'Watch the machines',
  testing: 'Tests from the machines',
  sdk: 'The official SDK',
  migration: 'Coming from the SDK',
  differences: 'Differences',
  faults: 'Faults it does not share',
  reference: 'Reference',
  api: 'API',
  decisions: 'Decisions',
  security: 'Security',
  changes: 'Changes',
  assistants: 'For coding assistants',
}

const chinese: Words = {
  start: '开始',
  quick: '十分钟上手',
  readme: '使用说明',
  concepts: '概念',
  flows: '流程',
  names: ['登录与注册', '账号管理', '匿名用户转正', '第三方登录', '重置密码'],
  steps: '全部步骤与事件',
  errors: '错误',
  charts: '状态图',
  guides: '指南',
  elements: '登录组件',
  comparison: '组件比较',
  recipes: '常见场景',
  guards: '路由守卫',
  servers: '服务器上的会话',
  inspecting: '观察运行',
  testing: '由状态机生成测试',
  sdk: '官方 SDK',
  migration: '迁移',
  differences: '差异',
  faults: '避免的缺陷',
  reference: '参考',
  api: 'API',
  decisions: '设计决定',
  security: '安全',
  changes: '更新记录',
  assistants: '给编程助手',
}

/** Lists the pages of a language; a page without a translation is shown in English. */
function sidebarOf(words: Words, isChinese: boolean): DefaultTheme.SidebarItem[] {
  const item = (text: string, page: string): DefaultTheme.SidebarItem[] => {
    const file = (end: string) => resolve(root, `docs/${page}${end}.md`)
    if (isChinese && existsSync(file('.zh-CN'))) return [{ text, link: `/zh/${page}` }]
    return existsSync(file('')) ? [{ text, link: `/${page}` }] : []
  }
  const [signIn, account, upgrade, provider, resetPassword] = words.names
  return [
    {
      text: words.start,
      items: [
        ...item(words.quick, 'guide/start'),
        { text: words.readme, link: `${isChinese ? '/zh' : ''}/readme` },
        ...item(words.concepts, 'guide/concepts'),
      ],
    },
    {
      text: words.flows,
      items: [
        ...item(signIn, 'guide/flows/signIn'),
        ...item(resetPassword, 'guide/flows/resetPassword'),
        ...item(provider, 'guide/flows/provider'),
        ...item(upgrade, 'guide/flows/upgrade'),
        ...item(account, 'guide/flows/account'),
        ...item(words.steps, 'guide/steps'),
        ...item(words.errors, 'guide/errors'),
        { text: words.charts, link: '/flows/' },
      ],
    },
    {
      text: words.guides,
      items: [
        ...item(words.elements, 'guide/elements'),
        ...item(words.comparison, 'guide/comparison'),
        ...item(words.recipes, 'guide/recipes'),
        ...item(words.guards, 'guide/guards'),
        ...item(words.servers, 'guide/servers'),
        ...item(words.inspecting, 'guide/inspect'),
        ...item(words.testing, 'guide/testing'),
        ...item(words.assistants, 'guide/assistants'),
      ],
    },
    {
      text: words.sdk,
      items: [
        ...item(words.migration, 'guide/migration'),
        ...item(words.differences, 'differences'),
        ...item(words.faults, 'faults'),
      ],
    },
    {
      text: words.reference,
      items: [
        { text: words.api, link: '/api/' },
        { text: words.decisions, link: '/overview#decisions' },
        { text: words.security, link: '/security' },
        { text: words.changes, link: '/changelog' },
      ],
    },
  ]
}

const apiSidebar = (): DefaultTheme.SidebarItem[] => {
  const file = resolve(root, 'docs/api/typedoc-sidebar.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/**
 * Splits a text into words. Chinese has no spaces, so that of it every two characters are one. The pages
 * get the source of this function, which is why it uses nothing outside it.
 */
const wordsIn = (text: string): string[] =>
  text
    .split(/[\s\p{P}\p{S}]+/u)
    .flatMap((part) =>
      (part.match(/\p{Script=Han}+|\P{Script=Han}+/gu) ?? []).flatMap((run) =>
        /\p{Script=Han}{3}/u.test(run)
          ? Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
          : [run],
      ),
    )

/** Two states and the transition between them. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3a55d6"/><g fill="none" stroke="#fff" stroke-width="3"><circle cx="9" cy="16" r="4"/><path d="M13 16h13m-4-4 4 4-4 4"/></g></svg>`

export default defineConfig({
  srcDir: root,
  srcExclude: ['docs/demo/**', '{miniprogram_dist,sandbox,test}/**', '**/node_modules/**'],
  rewrites: pageOf,
  title: 'cloudbase-authflow',
  description: 'Sign-in for Tencent CloudBase as state machines',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  markdown: {
    config(markdown) {
      markdown.core.ruler.push('addresses', ({ tokens, env }) => {
        const links = tokens
          .flatMap(({ children }) => children ?? [])
          .filter(({ type }) => type === 'link_open')
        for (const link of links)
          link.attrSet('href', addressOf(link.attrGet('href')!, env.realPath ?? env.path))
      })
      markdown.core.ruler.push('looks', ({ tokens, env, Token }) => {
        const sheet = sheetOn(relative(root, env.realPath ?? env.path).replaceAll('\\', '/'))
        const at = tokens.findIndex(({ tag }) => tag === 'h2')
        if (!sheet || at < 0) return
        const token = new Token('html_block', '', 0)
        token.content = sheet
        tokens.splice(at, 0, token)
      })
    },
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      themeConfig: { sidebar: { '/api/': apiSidebar(), '/': sidebarOf(english, false) } },
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '用状态机实现的腾讯云开发登录',
      themeConfig: {
        sidebar: { '/zh/': sidebarOf(chinese, true) },
        outline: { label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '外观',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
      },
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize: wordsIn } },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                noResultsText: '没有结果',
                resetButtonTitle: '清除',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
    outline: [2, 3],
  },
})
