/**
 * Packs an app that depends on the library with WeChat's own builder and prints what it warns of:
 * `npm run test:wechat`. The builder is large and installed for this run only.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packLibrary, run } from './support/packages.ts'

const BUILDER = 'miniprogram-ci@2.1.42'

interface Builder {
  packNpmManually(options: object): Promise<{ miniProgramPackNum: number; warnList: object[] }>
}

const temp = mkdtempSync(join(tmpdir(), 'authflow-wechat-'))
process.env['SHARED_FOLDER'] = temp
try {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', temp]
  execFileSync('npm', ['install', ...flags, BUILDER], { stdio: 'inherit' })
  const builder = createRequire(join(temp, 'package.json'))('miniprogram-ci') as Builder

  const app = join(temp, 'app')
  const modules = join(app, 'node_modules')
  mkdirSync(join(modules, 'cloudbase-authflow'), { recursive: true })
  const target = ['--strip-components=1', '-C', join(modules, 'cloudbase-authflow')]
  run('tar', ['-xzf', await packLibrary(), ...target], temp)
  // npm installs XState beside the library.
  cpSync('node_modules/xstate', join(modules, 'xstate'), { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "dependencies": { "cloudbase-authflow": "*" } }')
  const { miniProgramPackNum: packed, warnList } = await builder.packNpmManually({
    packageJsonPath: join(app, 'package.json'),
    miniprogramNpmDistDir: app,
  })
  console.log(`packed ${packed}, warnings ${warnList.length}`, warnList)
  console.log(readdirSync(join(app, 'miniprogram_npm/cloudbase-authflow')).join(' '))
  if (packed !== 1 || warnList.length > 0) process.exitCode = 1
} finally {
  rmSync(temp, { recursive: true })
}
