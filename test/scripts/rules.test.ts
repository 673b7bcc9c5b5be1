import t from 'tap'
import { formatFinding } from '../../scripts/checks/finding.ts'
import { importFindings } from '../../scripts/checks/import-rules.ts'
import type { RepositoryFile } from '../../scripts/checks/repository.ts'
import { layoutFindings, textFindings } from '../../scripts/checks/text-rules.ts'

const manifest = { dependencies: { serialport: '1', 'sip.js': '1', zod: '1' }, devDependencies: { tap: '1' } }

/** Findings of the import rules for modules given as path and lines. */
function imports(files: Record<string, string[]>): string[] {
  return importFindings(repository(files), manifest).map(formatFinding)
}

function repository(files: Record<string, string[]>): RepositoryFile[] {
  return Object.entries(files).map(([path, lines]) => ({ path, text: `${lines.join('\n')}\n` }))
}

t.test('imports that the design allows', async (t) => {
  t.same(
    imports({
      'daemon/loop/loop.ts': ["import { a } from '../media/port.ts'", "import { b } from '../../drivers/pcm-ring.ts'"],
      'daemon/flow/run.ts': ["import type { Clock } from '../clock.ts'", "import { z } from 'zod'"],
      'daemon/sip/stack.ts': ["import { URI } from 'sip.js/lib/core/index.js'", "import dgram from 'node:dgram'"],
      'test/daemon/sip/stack.test.ts': ["import { URI } from 'sip.js'", "import t from 'tap'"],
    }),
    [],
  )
})

t.test('drivers never know the daemon, in whatever form they import it', async (t) => {
  for (const form of [
    "import { x } from '../daemon/fault.ts'",
    "import type { x } from '../daemon/fault.ts'",
    "import x, { y } from '../daemon/fault.ts'",
    "import * as x from '../daemon/fault.ts'",
    "import '../daemon/fault.ts'",
    "export * from '../daemon/fault.ts'",
    "export type { x } from '../daemon/fault.ts'",
    "const x = await import('../daemon/fault.ts')",
    "type X = import('../daemon/fault.ts').X",
    "const x = new Worker(new URL('../daemon/fault.ts', import.meta.url))",
  ])
    t.same(
      imports({ 'drivers/fxo.ts': ['// banner', form] }),
      ['drivers/fxo.ts:2: imports daemon/fault.ts, but drivers know bytes and samples, never calls'],
      form,
    )
})

t.test('an import over several lines is found; one in a comment or a text is none', async (t) => {
  t.same(imports({ 'drivers/x.ts': ['import {', '  a,', '  b,', "} from '../daemon/fault.ts'"] }).length, 1)
  t.same(
    imports({ 'drivers/x.ts': ["// import { x } from '../daemon/fault.ts'", 'const s = "from \'../daemon/x.ts\'"'] }),
    [],
  )
})

t.test('each boundary of the design', async (t) => {
  for (const [file, line, expected] of [
    ['daemon/loop/a.ts', "import '../sip/b.ts'", 'imports daemon/sip/b.ts, but the audio loop knows media ports only'],
    [
      'daemon/flow/a.ts',
      "import '../sip/b.ts'",
      'imports daemon/sip/b.ts, but flows know contacts, not how they are carried',
    ],
    [
      'daemon/flow/a.ts',
      "import '../../drivers/b.ts'",
      'imports drivers/b.ts, but flows know contacts, not how they are carried',
    ],
    [
      'daemon/api/a.ts',
      "import '../../test/b.ts'",
      'imports test/b.ts, but the product runs without its tests and tools',
    ],
    ['daemon/line/a.ts', "import 'serialport'", 'imports serialport, which only drivers/serial may'],
    ['test/daemon/line/a.ts', "import 'serialport'", 'imports serialport, which only drivers/serial may'],
    ['daemon/flow/a.ts', "import 'sip.js/lib/core'", 'imports sip.js, which only daemon/sip may'],
    ['daemon/flow/a.ts', "import 'left-pad'", 'imports left-pad, which package.json does not list for it'],
    ['daemon/flow/a.ts', "import 'tap'", 'imports tap, which package.json does not list for it'],
  ] as const)
    t.same(imports({ [file]: [line] }), [`${file}:1: ${expected}`])
})

t.test('folders that import in a circle are told with the imports that close it', async (t) => {
  t.same(
    imports({
      'daemon/a/one.ts': ["import '../b/two.ts'"],
      'daemon/b/two.ts': ["import '../c/three.ts'"],
      'daemon/c/three.ts': ['', "import '../a/four.ts'"],
      'daemon/main.ts': ["import './a/one.ts'"],
    }),
    [
      'daemon/a/one.ts:1: folders import in a circle: daemon/a → daemon/b → daemon/c → daemon/a ' +
        '(daemon/a/one.ts:1, daemon/b/two.ts:1, daemon/c/three.ts:2)',
    ],
  )
})

t.test('places, names and lengths', async (t) => {
  const files = repository({
    'daemon/sip/goodName.ts': ['// banner'],
    'daemon/sip/bare.ts': ['export const x = 1'],
    'drivers/long.ts': ['// banner', ...Array<string>(400).fill('')],
    'test/a.test.ts': ["import t from 'tap'"],
  })
  t.same(
    layoutFindings(['daemon', 'README.md', '.taprc', 'node_modules', 'notes.txt', 'src'], files).map(formatFinding),
    [
      'notes.txt: does not belong at the top of the repository',
      'src: does not belong at the top of the repository',
      'daemon/sip/goodName.ts: is not named in kebab-case',
      'daemon/sip/bare.ts:1: has no banner that says what it is',
      'drivers/long.ts: has 401 lines; 400 are the most, under 200 the rule',
    ],
  )
})

// Put together, so that this file says none of what it is about.
const word = (...parts: string[]) => parts.join('')

t.test('what may not be written', async (t) => {
  for (const [file, line] of [
    ['test/a.test.ts', word('t.on', 'ly("x")')],
    ['test/a.test.ts', word('t.sk', 'ip("x")')],
    ['test/a.test.ts', word('t.test("x", { to', 'do: true })')],
    ['daemon/a.ts', word('// @ts-', 'ignore')],
    ['daemon/a.ts', word('// biome-', 'ignore lint: no')],
    ['daemon/a.ts', word('try { x() } cat', 'ch {}')],
    ['daemon/a.ts', word('try { x() } cat', 'ch (error) {', '\n  // never mind', '\n}')],
    ['daemon/a.ts', word('x().cat', 'ch(() => {})')],
    ['systemd/a.service', word('ExecStart=/ro', 'ot/x')],
    ['config/a.yaml', word('x: /tm', 'p/s/file')],
    ['package.json', word('"https://reg', 'istry.example.com/x"')],
  ] as const)
    t.equal(textFindings([{ path: file, text: `${line}\n` }]).length, 1, line)
})

t.test('what only looks like it', async (t) => {
  for (const line of [
    't.skip(`not run: no sox`)',
    "skip: 'not run: no board'",
    'try { x() } catch (error) {\n  report(error)\n}',
    word('// Told to the listener above.\nentry.cat', 'ch(() => undefined)'),
    'root="$work/root/etc"',
    "join(tmpdir(), 'cordboard')",
    'https://github.com/x/y',
  ])
    t.same(textFindings([{ path: 'test/a.test.ts', text: `${line}\n` }]), [], line)
})
