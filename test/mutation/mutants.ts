import ts from 'typescript-5'

/** A change to a source text that tests should notice. */
export interface Mutant {
  /** What is changed, such as `guard negated`. */
  kind: string
  /** From 1. */
  line: number
  start: number
  end: number
  /** What takes the place of the text between `start` and `end`. */
  text: string
}

const OPERATORS: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.LessThanToken]: '>=',
  [ts.SyntaxKind.LessThanEqualsToken]: '>',
  [ts.SyntaxKind.GreaterThanToken]: '<=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '<',
}

/** Lists the mutants of a machine's source: guards, targets, actions, edges, conditions and constants. */
export function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('machine.ts', source, ts.ScriptTarget.ES2023, true)
  const mutants: Mutant[] = []
  const add = (kind: string, { node, text }: { node: ts.Node; text: string }) => {
    const start = node.getStart(file)
    const { line } = file.getLineAndCharacterOfPosition(start)
    mutants.push({ kind, line: line + 1, start, end: node.getEnd(), text })
  }

  function visit(node: ts.Node, isGuard = false): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node))
      return
    if (ts.isPropertyAssignment(node)) {
      const name = node.name.getText(file)
      const { initializer } = node
      if (name === 'types' || name === 'id' || name === 'systemId') return
      if (name === 'guard') add('guard dropped', { node, text: 'guard: undefined' })
      if (name === 'target') add('target dropped', { node, text: 'target: undefined' })
      if (name === 'actions' || name === 'entry' || name === 'exit')
        if (!ts.isObjectLiteralExpression(initializer))
          add(`${name} dropped`, { node, text: `${name}: undefined` })
      if (name === 'onError' || name === 'onDone')
        add(`${name} dropped`, { node, text: `${name}: undefined` })
      if (name === 'reenter') add('reenter dropped', { node, text: 'reenter: false' })
      if (name === 'tags') add('tags dropped', { node, text: 'tags: []' })
      if (name === 'guards' && ts.isObjectLiteralExpression(initializer)) {
        for (const guard of initializer.properties) visit(guard, true)
        return
      }
      if (isGuard && ts.isArrowFunction(initializer)) {
        add('guard never holds', { node: initializer, text: '() => false' })
        add('guard always holds', { node: initializer, text: '() => true' })
      }
    }
    if (ts.isBinaryExpression(node)) {
      const text = OPERATORS[node.operatorToken.kind]
      if (text)
        add(`${node.operatorToken.getText(file)} becomes ${text}`, {
          node: node.operatorToken,
          text,
        })
    }
    if (ts.isConditionalExpression(node)) {
      const [then, otherwise] = [node.whenTrue.getText(file), node.whenFalse.getText(file)]
      add('condition turned round', {
        node,
        text: `(${node.condition.getText(file)}) ? (${otherwise}) : (${then})`,
      })
    }
    if (ts.isIfStatement(node))
      add('condition never holds', { node: node.expression, text: 'false' })
    if (ts.isNumericLiteral(node))
      add('number changed', { node, text: String(Number(node.text) + 1) })
    if (node.kind === ts.SyntaxKind.TrueKeyword) add('true becomes false', { node, text: 'false' })
    if (node.kind === ts.SyntaxKind.FalseKeyword) add('false becomes true', { node, text: 'true' })
    ts.forEachChild(node, (child) => visit(child))
  }

  visit(file)
  return mutants
}

/** @returns the source with the mutant in it */
export const applyMutant = (source: string, { start, end, text }: Mutant): string =>
  source.slice(0, start) + text + source.slice(end)
