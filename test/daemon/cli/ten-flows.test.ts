// Ten flows that others exported, where a folder of them is at hand, through all of the author's tools: checked, run by a
// script, drawn, taken into an instance that then loads, and tested there.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { checkNamedReferences } from '../../../daemon/author/named-references.ts'
import type { TraceEvent } from '../../../daemon/author/trace.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import type { Flow } from '../../../daemon/flow/flow.ts'
import { loadFlow } from '../../../daemon/flow/load-flow.ts'
import { cordboard, root } from './cli-support.ts'

// A second of work: on a busy machine, many.
t.setTimeout(180_000)

const folder = process.env.CORDBOARD_FLOWS ?? join(root, '../shared/flows')
const wanted = 10
/** What an author decides for all that an export names and the instance has not. */
const decided: Record<string, string> = {
  queue: 'Support',
  prompt: 'beep',
  function: 'greet-customer',
  bot: 'Reception',
  flow: 'main',
}

/** Sound, not small, and naming nothing but what can be decided; one of each project, so that they differ. */
function chosen(): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const projects = new Set<string>()
  return files
    .filter((file) => {
      const { flow, faults } = loadFlow(readFileSync(join(folder, file), 'utf8'), file)
      const project = file.split('__').slice(0, 2).join('__')
      if (!flow || projects.has(project) || !suits(flow)) return false
      if ([...faults, ...checkFlow(flow, anything)].some(({ severity }) => severity === 'error')) return false
      projects.add(project)
      return true
    })
    .slice(0, wanted)
}

const anything = { resolve: (_kind: string, value: string) => value }

function suits(flow: Flow): boolean {
  if (flow.actions.size < 6 || flow.type !== 'CONTACT_FLOW') return false
  // What names flows of other types than inbound is decided flow by flow.
  if ([...flow.actions.values()].some(({ Type }) => Type === 'InvokeFlowModule' || Type === 'UpdateContactEventHooks'))
    return false
  const { references } = checkNamedReferences(flow, { resolve: () => undefined })
  return references.every(({ kind, value }) => decided[kind] !== undefined && /^arn:|^[\w -]+$/.test(value))
}

/** Tags that open and close, quoted attributes, and no bare `&` or `<` between them. */
function isWellFormed(xml: string): boolean {
  const open: string[] = []
  const rest = xml.replaceAll(
    /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g,
    (_tag, end, name, _attributes, empty) => {
      if (end === '/') {
        if (open.pop() !== name) open.push('never closed')
      } else if (empty !== '/') open.push(name)
      return ''
    },
  )
  return open.length === 0 && !rest.includes('<') && !/&(?!amp;|lt;|gt;|quot;|apos;|#\d+;)/.test(xml)
}

/** The last of what it did, as a script that must be followed again. */
function scriptOf(flow: string, events: readonly TraceEvent[]): Record<string, unknown> {
  const last = events.at(-1)
  const spoken = events.find((event) => event.event === 'spoken')
  if (last?.event !== 'end') throw new Error('the trace has no end')
  return {
    flow,
    tests: [
      {
        name: 'goes the same way again',
        steps: [...(spoken ? [{ hears: spoken.text }] : []), { reaches: last.block }, { ends: last.end }],
      },
    ],
  }
}

if (!existsSync(folder)) t.comment(`not run: no exported flows at ${folder}`)
else {
  const directory = join(t.testdir({}), 'instance')
  const examples = join(root, 'config/examples')
  cpSync(join(root, 'config/instance'), directory, { recursive: true })
  for (const name of ['functions.yaml', 'functions', 'bots.yaml'])
    cpSync(join(examples, name), join(directory, name), { recursive: true })
  mkdirSync(join(directory, 'secrets'))
  for (const agent of ['anna', 'ben'])
    writeFileSync(join(directory, 'secrets', agent), 'a-password-of-the-test\n', { mode: 0o600 })
  const scripts = join(t.testdirName, 'scripts')
  mkdirSync(scripts)
  const idle = join(t.testdirName, 'idle.yaml')

  const files = chosen()
  t.equal(files.length, wanted, 'ten that suit are there')
  for (const [index, name] of files.entries())
    t.test(name, async (t) => {
      const file = join(folder, name)
      const checked = await cordboard('flow', 'check', file, '--json')
      t.match(JSON.parse(checked.out), { ok: true, files: [{ type: 'CONTACT_FLOW' }] })
      t.equal(checked.exitCode, 0)

      writeFileSync(idle, stringify({ flow: file, tests: [{ name: 'presses nothing' }] }))
      const ran = await cordboard('flow', 'run', file, '--script', idle, '--json')
      const events: TraceEvent[] = ran.out.split('\n').map((line) => JSON.parse(line))
      t.match(events[0], { event: 'start', version: 1 })
      const last = events.at(-1)
      t.equal(last?.event, 'end')
      t.ok(last?.event === 'end' && last.blocks > 0 && last.end !== 'failed', JSON.stringify(last))
      t.equal(ran.exitCode, 0)

      const drawn = await cordboard('flow', 'graph', file)
      t.equal(drawn.exitCode, 0)
      t.ok(isWellFormed(drawn.out), 'the picture is sound XML')

      const imported = await cordboard('flow', 'import', file, '--instance', directory, '--replace', '--json')
      const report = JSON.parse(imported.out)
      t.match(report, { flows: [{ written: true, faults: Array }] }, JSON.stringify(report.flows[0].faults))
      t.equal(imported.exitCode, report.flows[0].toDecide.length === 0 ? 0 : 1)
      decide(report.flows[0].toDecide)
      const sound = await cordboard('check', directory)
      t.equal(sound.exitCode, 0, sound.out)

      const script = join(scripts, `${index}.yaml`)
      writeFileSync(script, stringify({ ...scriptOf(file, events) }))
      const tested = await cordboard('flow', 'test', script)
      t.match(tested, { exitCode: 0, out: /# 1 of 1 scripts followed/ }, tested.out)
    })

  function decide(open: { kind: string; value: string }[]): void {
    const path = join(directory, 'aliases.yaml')
    const known = existsSync(path) ? readFileSync(path, 'utf8') : 'aliases:\n'
    const lines = new Map(
      open.map(({ kind, value }) => [
        `${kind} ${value}`,
        `  - { arn: ${JSON.stringify(value)}, kind: ${kind}, name: ${decided[kind]} }\n`,
      ]),
    )
    writeFileSync(path, known + [...lines.values()].join(''))
  }
}
