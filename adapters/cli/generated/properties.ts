import { last } from '../../../services/lists.ts'

/** A piece of a program: a word, a text, a regular expression or a single character. */
interface Token {
  text: string
  at: number
}

/** An object literal in a program. */
export interface ObjectLiteral {
  properties: Map<string, Token[]>
  /** The index in the text of the closing brace. */
  close: number
  /** The index where a comma has to stand before another property; undefined when there is one. */
  comma?: number
}

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*/y
const PIECE = /'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\])*`|[\w$]+|[^]/y
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+\/\w*/y

/** Splits a program into tokens, without comments. It understands no more of TypeScript than that. */
export function tokensOf(program: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(program)?.[0] ?? ''
  }
  for (;;) {
    at += take(SPACE).length
    if (at >= program.length) return tokens
    // After a value, a slash divides.
    const isAfterValue = /[\w$'"`)\]}]$/.test(last(tokens)?.text ?? '')
    const text = (!isAfterValue && take(REGEXP)) || take(PIECE)
    tokens.push({ text, at })
    at += text.length
  }
}

/**
 * Reads the object literal that is the value of a constant.
 *
 * @param tokens of the program
 * @returns undefined when there is no such constant
 */
export function constantOf(tokens: readonly Token[], name: string): ObjectLiteral | undefined {
  const start = tokens.findIndex(
    ({ text }, at) => text === 'const' && tokens[at + 1]?.text === name,
  )
  const open = tokens.findIndex(({ text }, at) => at > start && text === '{')
  return start < 0 || open < 0 ? undefined : objectOf(tokens.slice(open))
}

/**
 * Reads an object literal.
 *
 * @param tokens that begin with its opening brace
 * @returns undefined when they do not, or when it has no end
 */
export function objectOf(tokens: readonly Token[]): ObjectLiteral | undefined {
  if (tokens[0]?.text !== '{') return undefined
  const properties = new Map<string, Token[]>()
  let depth = 0
  let value: Token[] | undefined
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1]?.text
    const isStart = depth === 1 && (at === 1 || before === ',')
    if ('{[('.includes(token.text)) depth++
    else if ('}])'.includes(token.text)) depth--
    if (depth === 0) {
      const { text, at: start } = tokens[at - 1]!
      const isOpen = text === '{' || text === ','
      return { properties, close: token.at, ...(!isOpen && { comma: start + text.length }) }
    }
    if (isStart) properties.set(token.text.replace(/^['"]|['"]$/g, ''), (value = []))
    // The name and the colon are no part of the value.
    else if (value && !(value.length === 0 && token.text === ':')) value.push(token)
  }
  return undefined
}
