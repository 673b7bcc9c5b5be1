// House rules on files and their text: where things lie, how they are named, how long they are, what they may not say.
import { type Finding, lineAt } from './finding.ts'
import type { RepositoryFile } from './repository.ts'

const topLevel = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'daemon',
  'drivers',
  'config',
  'systemd',
  'test',
  'scripts',
  'README.md',
  'LICENSE',
]
const longestFileLines = 400

/** `entries` are the names at the top of the repository. Dotfiles and what tools install are free. */
export function layoutFindings(entries: readonly string[], files: readonly RepositoryFile[]): Finding[] {
  return [
    ...entries
      .filter((name) => !topLevel.includes(name) && !name.startsWith('.') && name !== 'node_modules')
      .map((name) => ({ file: name, message: 'does not belong at the top of the repository' })),
    ...files.filter(isCode).flatMap((file) => codeFindings(file)),
  ]
}

function codeFindings({ path, text }: RepositoryFile): Finding[] {
  const findings: Finding[] = []
  const name = path.slice(path.lastIndexOf('/') + 1)
  const lines = text.split('\n').length - 1
  if (lines > longestFileLines)
    findings.push({ file: path, message: `has ${lines} lines; ${longestFileLines} are the most, under 200 the rule` })
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name)) findings.push({ file: path, message: 'is not named in kebab-case' })
  // A test's name and its sentences say what it is.
  if (path.endsWith('.ts') && !path.endsWith('.test.ts') && !/^(#!.*\n)?\/\/ \S/.test(text))
    findings.push({ file: path, line: 1, message: 'has no banner that says what it is' })
  return findings
}

interface TextRule {
  pattern: RegExp
  message: string
  in: (file: RepositoryFile) => boolean
}

const isCode = ({ path }: RepositoryFile) => /^(daemon|drivers|scripts|test)\/.*\.(ts|c|h|proto)$/.test(path)
const isTypeScript = ({ path }: RepositoryFile) => path.endsWith('.ts')
const isTest = ({ path }: RepositoryFile) => path.startsWith('test/') && path.endsWith('.ts')
const anywhere = () => true

const textRules: readonly TextRule[] = [
  {
    pattern: /\.(?:only|todo)\(|\.skip\((?!\s*[`'"]not run)|[{,]\s*(?:only|todo):/g,
    message: 'a test that is singled out or left out: what a machine lacks is `not run`, with its reason',
    in: isTest,
  },
  {
    pattern: /@ts-(?:ignore|expect-error|nocheck)|(?:biome|eslint)-(?:ignore|disable)|(?:c8|v8|istanbul) ignore/g,
    message: 'a check is switched off: mend what it says',
    in: isTypeScript,
  },
  {
    pattern:
      /\bcatch\s*(?:\([^)]*\))?\s*\{\s*(?:\/\/[^\n]*\s*)*\}|(?<!\/\/[^\n]*\n[^\n]*)\.catch\(\s*\(\s*\)\s*=>\s*(?:\{\s*\}|undefined|null)\s*\)/g,
    message: 'a fault is swallowed: count it, tell it, or say on the line before who does',
    in: isTypeScript,
  },
  {
    pattern: /(?<![\w.$/])\/(?:work|root|home\/[a-z]+)\/|\/tmp\/[a-z0-9_-]+\//g,
    message: 'a path of one machine',
    in: anywhere,
  },
  {
    pattern: /https?:\/\/[^\s'"/]*(?:registry|mirror|artifactory)/gi,
    message: 'a package registry by its host',
    in: anywhere,
  },
]

export function textFindings(files: readonly RepositoryFile[]): Finding[] {
  return files.flatMap((file) =>
    textRules
      .filter((rule) => rule.in(file))
      .flatMap((rule) =>
        [...file.text.matchAll(rule.pattern)].map((match) => ({
          file: file.path,
          line: lineAt(file.text, match.index),
          message: `${rule.message} (${match[0].replace(/\s+/g, ' ').trim().slice(0, 60)})`,
        })),
      ),
  )
}
