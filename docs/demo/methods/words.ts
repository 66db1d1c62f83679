/** The texts of the methods page. */
import type { Group } from './calls.ts'

interface Words {
  title: string
  lead: string
  otherLanguage: string
  running: string
  done: string
  groups: Record<Group, string>
}

export const words: Record<'en' | 'zh', Words> = {
  en: {
    title: 'Every method',
    lead: 'Each button makes one call on the sandbox, with users and codes of its own. Secrets in the answers are masked.',
    otherLanguage: '中文',
    running: 'Running…',
    done: 'Done',
    groups: {
      codes: 'Verification codes and names',
      signIn: 'Sign-up and sign-in',
      session: 'Session',
      user: 'User',
      account: 'Account',
      providers: 'Providers and the hosted page',
      captcha: 'Captcha',
      v3: 'SDK 3.x',
      wechat: 'Mini-program (stub)',
    },
  },
  zh: {
    title: '全部方法',
    lead: '每个按钮在沙箱上执行一次调用，使用各自的用户和验证码。结果中的敏感信息已隐藏。',
    otherLanguage: 'English',
    running: '执行中…',
    done: '已完成',
    groups: {
      codes: '验证码与用户名',
      signIn: '注册与登录',
      session: '会话',
      user: '用户',
      account: '账号',
      providers: '第三方平台与托管登录页',
      captcha: '图形验证码',
      v3: 'SDK 3.x',
      wechat: '小程序（模拟）',
    },
  },
}
