import { dirname, join } from 'node:path/posix'
import { Visitor, parseSync } from 'vite'

/** An import or re-export in a module. */
export interface Import {
  from: string
  /** The path of the imported module, or the name of a package. */
  to: string
  /** The import is erased when the module is compiled. */
  typeOnly: boolean
}

/** Lists every import of a module, of types and on demand as well. */
export function importsOf(from: string, source: string): Import[] {
  const found: Import[] = []
  const add = ({ value }: { value?: unknown }, typeOnly: boolean) => {
    const name = String(value)
    found.push({ from, to: name.startsWith('.') ? join(dirname(from), name) : name, typeOnly })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => node.source && add(node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node.source as { value?: unknown }, false),
    TSImportType: (node) => add(node.source, true),
  }).visit(parseSync(from, source).program)
  return found
}
