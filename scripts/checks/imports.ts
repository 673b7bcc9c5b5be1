// Which module imports which: read from the text, for the compiler's own reader is no library.
import { posix } from 'node:path'
import { lineAt } from './finding.ts'
import type { RepositoryFile } from './repository.ts'

export interface Import {
  from: string
  line: number
  /** A path in the repository, or a package's name. */
  to: { file: string } | { package: string }
}

// Declarations begin their line; `import(…)` and `new URL(…, import.meta.url)` may stand anywhere.
const forms = [
  /^import\s+(?:type\s+)?(?:[\w$]+\s*,?\s*)?(?:\*\s+as\s+[\w$]+|\{[^}]*\})?\s*from\s*['"]([^'"\n]+)['"]/gm,
  /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})\s*from\s*['"]([^'"\n]+)['"]/gm,
  /^import\s*['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g,
  /\brequire(?:\.resolve)?\(\s*['"]([^'"\n]+)['"]\s*\)/g,
  /\bimport\.meta\.resolve\(\s*['"]([^'"\n]+)['"]\s*\)/g,
  /\bnew URL\(\s*['"](\.[^'"\n]+)['"]\s*,\s*import\.meta\.url\s*\)/g,
]

/** In the order of the lines. */
export function importsOf({ path, text }: RepositoryFile): Import[] {
  return forms
    .flatMap((form) => [...text.matchAll(form)])
    .map((match) => {
      const name = match[1] ?? ''
      const to = name.startsWith('.') ? { file: posix.join(posix.dirname(path), name) } : { package: packageName(name) }
      return { from: path, line: lineAt(text, match.index), to }
    })
    .sort((a, b) => a.line - b.line)
}

/** `sip.js/lib/core/index.js` is of the package `sip.js`, `@a/b/c` of `@a/b`; Node's own keep `node:`. */
function packageName(name: string): string {
  const parts = name.split('/')
  return parts.slice(0, name.startsWith('@') ? 2 : 1).join('/')
}
