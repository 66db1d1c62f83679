import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript-5'

/**
 * Runs a TypeScript compiler. Two of them are installed, so `.bin/tsc` is ambiguous.
 *
 * @param args separated by single spaces
 */
export const runTsc = (args: string, cwd = '.', version = 'typescript') =>
  spawnSync(process.execPath, [resolve('node_modules', version, 'bin/tsc'), ...args.split(' ')], {
    cwd,
    encoding: 'utf8',
  })

/** Returns a function that reads what an editor shows for the name at a text in a module. */
export function createHover(file: string, code: string): (text: string) => string {
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  }
  const read = (path: string) => {
    if (path === file) return code
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const text = read(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => dirname(file),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  })
  return (text) => {
    const { displayParts } = service.getQuickInfoAtPosition(file, code.indexOf(text))!
    return ts.displayPartsToString(displayParts)
  }
}
