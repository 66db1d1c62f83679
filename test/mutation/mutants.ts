import ts from 'typescript-5'

/** A change to a source text that tests should notice. */
export interface Mutant {
  /** What is changed, such as `guard dropped`. */
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

/** The parts of a chart that can be absent. */
const PARTS = ['guard', 'target', 'entry', 'exit', 'always', 'invoke', 'onDone', 'onError']
const OPTIONAL = new Set([...PARTS, 'actions', 'reenter', 'tags', 'meta', 'input'])

/** What types and tools read, and what names an actor. */
const UNTOUCHED = new Set(['types', 'id', 'systemId', 'src', 'initial'])

/** Lists the mutants of a machine's source: its chart, guards, actions, conditions and constants. */
export function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('machine.ts', source, ts.ScriptTarget.ES2023, true)
  const states = statesOf(file)
  const mutants: Mutant[] = []

  function add(kind: string, node: ts.Node, text: string) {
    const start = node.getStart(file)
    const { line } = file.getLineAndCharacterOfPosition(start)
    mutants.push({ kind, line: line + 1, start, end: node.getEnd(), text })
  }

  function visit(node: ts.Node): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node))
      return
    if (ts.isPropertyAssignment(node)) {
      if (UNTOUCHED.has(nameOf(node))) return
      ofProperty(node)
    }
    if (ts.isArrayLiteralExpression(node))
      for (const element of node.elements) add('element dropped', element, '...[]')
    if (ts.isObjectLiteralExpression(node) && isMade(node)) {
      const isStart = isFirstContext(node)
      for (const property of node.properties)
        if (!isStart || !isEmpty(property)) add('property dropped', property, '...{}')
    }
    if (ts.isStringLiteral(node)) ofString(node)
    if (ts.isBinaryExpression(node)) ofBinary(node)
    if (ts.isConditionalExpression(node)) {
      const [then, otherwise] = [node.whenTrue.getText(file), node.whenFalse.getText(file)]
      add(
        'ternary reversed',
        node,
        `(${node.condition.getText(file)}) ? (${otherwise}) : (${then})`,
      )
    }
    if (ts.isIfStatement(node)) {
      add('condition never holds', node.expression, 'false')
      add('condition always holds', node.expression, 'true')
    }
    if (isNegation(node) && !isNegation(node.operand) && !isNegation(node.parent))
      add('negation dropped', node, node.operand.getText(file))
    if (ts.isExpressionStatement(node)) add('statement dropped', node, ';')
    if (ts.isNumericLiteral(node)) add('number changed', node, String(2 * Number(node.text) + 1))
    if (node.kind === ts.SyntaxKind.TrueKeyword) add('true becomes false', node, 'false')
    if (node.kind === ts.SyntaxKind.FalseKeyword) add('false becomes true', node, 'true')
    ts.forEachChild(node, visit)
  }

  function ofProperty(node: ts.PropertyAssignment) {
    const { initializer } = node
    const name = nameOf(node)
    const owner = ownerOf(node)
    const isImplementation = owner === 'actions' || owner === 'guards'
    if (owner === 'actions') add('action does nothing', initializer, '() => {}')
    if (owner === 'guards' || owner.endsWith('Guards')) {
      add('guard never holds', initializer, '() => false')
      add('guard always holds', initializer, '() => true')
    }
    if (isImplementation) return
    if (OPTIONAL.has(name) && !ts.isArrayLiteralExpression(initializer)) {
      const isSetup = name === 'actions' && ts.isObjectLiteralExpression(initializer) && !owner
      if (!isSetup && !isSetupOf(node)) add(`${name} dropped`, node, '...{}')
    }
    if (ts.isStringLiteral(node.name) && node.name.text.includes('.'))
      add('event ignored', node, '...{}')
  }

  function ofString(node: ts.StringLiteral) {
    const { parent } = node
    if (ts.isPropertyAssignment(parent) && parent.name === node) return
    const callee =
      ts.isCallExpression(parent) || ts.isNewExpression(parent)
        ? parent.expression.getText(file)
        : ''
    const isFirst = callee && (parent as ts.CallExpression).arguments![0] === node
    if (callee === 'AuthError' || (callee === 'lostSecret' && isFirst))
      add('error code changed', node, `'changed'`)
    if (callee === 'failTo' && !isFirst) add('guard dropped', node, 'undefined')
    const [, prefix = '', name = ''] = /^([.#]?)(.*)$/.exec(node.text)!
    const at = states.indexOf(name)
    const isTarget = callee ? isFirst && /^(failTo|contactEdges)$/.test(callee) : isInChart(node)
    if (at !== -1 && states.length > 1 && isTarget)
      add('target changed', node, `'${prefix}${states[(at + 1) % states.length]}'`)
  }

  function ofBinary({ operatorToken, left, right }: ts.BinaryExpression) {
    const text = OPERATORS[operatorToken.kind]
    if (text) add(`${operatorToken.getText(file)} becomes ${text}`, operatorToken, text)
    if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      const node = left.parent
      add('fallback dropped', node, left.getText(file))
      add('fallback always taken', node, right.getText(file))
    }
  }

  visit(file)
  return mutants
}

/** @returns the source with the mutant in it */
export const applyMutant = (source: string, { start, end, text }: Mutant): string =>
  source.slice(0, start) + text + source.slice(end)

const nameOf = ({ name }: ts.PropertyAssignment) =>
  ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : ''

/** The name of the property or constant whose value is the object that a property is in. */
function ownerOf(node: ts.Node): string {
  const owner = node.parent.parent
  if (ts.isPropertyAssignment(owner)) return nameOf(owner)
  return ts.isVariableDeclaration(owner) ? owner.name.getText() : ''
}

/** Whether the property is one of `setup({ … })` itself. */
const isSetupOf = (node: ts.Node) =>
  ts.isCallExpression(node.parent.parent) && node.parent.parent.expression.getText() === 'setup'

/** Whether the object is what a function returns, or what `assign` takes. */
function isMade({ parent }: ts.ObjectLiteralExpression): boolean {
  if (ts.isParenthesizedExpression(parent)) return ts.isArrowFunction(parent.parent)
  if (ts.isCallExpression(parent)) return parent.expression.getText() === 'assign'
  return ts.isReturnStatement(parent)
}

/** Whether the object is the context that a machine starts with. */
function isFirstContext({ parent }: ts.ObjectLiteralExpression): boolean {
  const holder = ts.isParenthesizedExpression(parent) ? parent.parent.parent : parent
  return ts.isPropertyAssignment(holder) && nameOf(holder) === 'context'
}

/** Whether a property of a first context is as good as none. */
const isEmpty = (node: ts.Node) =>
  ts.isPropertyAssignment(node) && /^(false|0|''|undefined)$/.test(node.initializer.getText())

const isNegation = (node: ts.Node): node is ts.PrefixUnaryExpression =>
  ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken

/** Whether a string is a whole edge or a target, neither a tag nor an action nor the name of something. */
function isInChart({ parent }: ts.StringLiteral): boolean {
  const holder = ts.isArrayLiteralExpression(parent) ? parent.parent : parent
  if (!ts.isPropertyAssignment(holder)) return false
  const isEvent = ts.isStringLiteral(holder.name) && holder.name.text.includes('.')
  return isEvent || ['target', 'onDone', 'onError', 'always'].includes(nameOf(holder))
}

/** The names of all states in a file. */
function statesOf(file: ts.SourceFile): string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ownerOf(node) === 'states') names.push(nameOf(node))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}
