/**
 * Checks the types in templates of Vue and Svelte. Their checkers need the JavaScript API of TypeScript 5.9, and are
 * installed from the registry for this run.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyExample, installLibrary } from '../support/examples.ts'
import { packLibrary, run } from '../support/packages.ts'
import { runTsc } from '../support/typescript.ts'

const temp = realpathSync(mkdtempSync(join(tmpdir(), 'authflow-templates-')))
const tools = join(temp, 'tools')

beforeAll(async () => {
  installLibrary(temp, await packLibrary())
  mkdirSync(tools)
  writeFileSync(join(tools, 'package.json'), '{ "private": true }')
  const packages = ['vue-tsc@3', 'svelte-check@4', 'typescript@~5.9']
  run('npm', ['install', '--no-audit', '--no-fund', ...packages], tools)
})
afterAll(() => rmSync(temp, { recursive: true }))

/** The checker of each framework and its arguments. */
const checkers: Record<string, string[]> = {
  vue: ['vue-tsc/bin/vue-tsc.js', '--noEmit'],
  svelte: ['svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.json', '--output', 'machine'],
}

/** Runs the checker of a framework in an app. */
function check(framework: string, app: string) {
  const [checker, ...args] = checkers[framework] ?? []
  if (!checker) return runTsc('-p .', app)
  const script = resolve(tools, 'node_modules', checker)
  return spawnSync(process.execPath, [script, ...args], { cwd: app, encoding: 'utf8' })
}

/** Changes a file of an app. */
function change(app: string, file: string, from: string | RegExp, to: string) {
  const path = join(app, file)
  const code = readFileSync(path, 'utf8')
  expect(code).toMatch(from)
  writeFileSync(path, code.replace(from, to))
}

const elements: Record<string, { file: string; right: string; wrong: string }> = {
  vue: {
    file: 'src/Elements.vue',
    right: `<script setup lang="ts">
import 'cloudbase-authflow/elements/vue'
import { auth } from './auth.ts'
const onStep = ({ detail }: { detail: { step?: string } }) => console.log(detail.step)
</script>
<template><authflow-sign-in :auth="auth" @authflow-step="onStep" /></template>
`,
    wrong: `<script setup lang="ts">
import 'cloudbase-authflow/elements/vue'
const onStep = (step: number) => console.log(step)
</script>
<template><authflow-sign-in :auth="1" @authflow-step="onStep" /></template>
`,
  },
  svelte: {
    file: 'src/Elements.svelte',
    right: `<script lang="ts">
  import 'cloudbase-authflow/elements/svelte'
  import { auth } from './auth.ts'
  const onStep = ({ detail }: { detail: { step?: string } }) => console.log(detail.step)
</script>
<authflow-sign-in {auth} onauthflow-step={onStep}></authflow-sign-in>
`,
    wrong: `<script lang="ts">
  import 'cloudbase-authflow/elements/svelte'
  const onStep = (step: number) => console.log(step)
</script>
<authflow-sign-in auth={1} onauthflow-step={onStep}></authflow-sign-in>
`,
  },
}

const templates = {
  vanilla: 'src/captchaDialog.ts',
  vue: 'src/CaptchaDialog.vue',
  svelte: 'src/CaptchaDialog.svelte',
  react: 'src/CaptchaDialog.tsx',
}

describe.each(Object.entries(templates))('example in %s', (name, template) => {
  const element = elements[name]
  const copy = (as: 'right' | 'wrong') => {
    const app = join(temp, `${name}-${as}`)
    cpSync(copyExample(name, temp), app, { recursive: true })
    if (element) writeFileSync(join(app, element.file), element[as])
    return app
  }

  test('has no type error, in its templates and on its elements either', () => {
    const { stdout, status } = check(name, copy('right'))
    expect({ stdout, status }).toMatchObject({ status: 0 })
  })

  test('a step without a form, an unknown event and a wrong payload are errors', () => {
    const app = copy('wrong')
    change(app, 'src/forms.ts', /  askingPopup: .*?\n  \}\),\n/s, '')
    change(app, template, "type: 'captcha.cancel'", "type: 'captcha.close'")
    change(
      app,
      template,
      /type: 'captcha\.answer', text(: [\w.]+)?/,
      "type: 'captcha.answer', text: 1",
    )
    const { stdout, status } = check(name, app)
    expect(status).not.toBe(0)
    expect(stdout).toContain('askingPopup')
    expect(stdout).toContain('captcha.close')
    expect(stdout).toMatch(/Type 'number' is not assignable to type 'string'/)
    const wrongElement = ["Type 'number' is not assignable to type 'AnyAuth'", 'step: number']
    const unseen = element ? wrongElement.filter((text) => !stdout.includes(text)) : []
    expect(unseen).toEqual([])
  })
})
