import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { bye, flowText } from '../flow/flow-text.ts'
import { cordboard, root } from './cli-support.ts'

const queueArn = 'arn:aws:connect:us-west-2:111122223333:instance/theirs/queue/q1'

function setting(t: Test): { directory: string; export: string } {
  const block = {
    id: 'set',
    type: 'UpdateContactTargetQueue',
    parameters: { QueueId: queueArn },
    next: 'other',
    errors: { NoMatchingError: 'bye' },
  }
  const other = { ...block, id: 'other', parameters: { QueueId: 'Suport' }, next: 'bye' }
  const metadata = {
    name: 'Theirs',
    type: 'contactFlow',
    ActionMetadata: { set: { parameters: { QueueId: { displayName: 'Sales' } } } },
  }
  const dir = t.testdir({ 'export.json': flowText([block, other, bye], metadata) })
  const directory = join(dir, 'instance')
  cpSync(join(root, 'config/instance'), directory, { recursive: true })
  return { directory, export: join(dir, 'export.json') }
}

test('writes the flow and the alias, and lists what is to be decided: exit 1', async (t) => {
  const { directory, export: file } = setting(t)
  const { exitCode, out } = await cordboard('flow', 'import', file, '--instance', directory)
  t.equal(exitCode, 1)
  t.match(out, `${file}: is now the flow Theirs`)
  t.match(out, /to decide: "other" QueueId: there is no queue Suport\. Is it the queue "Support"\?/)
  t.match(out, `alias: queue ${queueArn} is Sales`)
  t.match(out, /1 of 1 flows, 1 aliases, 1 to decide/)
  t.ok(existsSync(join(directory, 'flows', 'Theirs.json')))
  t.match(readFileSync(join(directory, 'aliases.yaml'), 'utf8'), queueArn)
})

test('once that is decided, the instance is sound', async (t) => {
  const { directory, export: file } = setting(t)
  const { out } = await cordboard('flow', 'import', file, '--instance', directory)
  const [, alias = ''] = /aliases\.yaml: (arn: .*)\.$/m.exec(out) ?? []
  const text = readFileSync(join(directory, 'aliases.yaml'), 'utf8')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(directory, 'aliases.yaml'), `${text}  - { ${alias} }\n`)
  const checked = await cordboard('check', directory, '--without-secrets')
  t.equal(checked.exitCode, 0, checked.out)
})

test('--dry-run writes nothing and says the same', async (t) => {
  const { directory, export: file } = setting(t)
  const { exitCode, out } = await cordboard('flow', 'import', file, '--instance', directory, '--dry-run')
  t.equal(exitCode, 1)
  t.match(out, /would become the flow Theirs/)
  t.notOk(existsSync(join(directory, 'flows', 'Theirs.json')))
  t.notOk(existsSync(join(directory, 'aliases.yaml')))
})

test('for machines', async (t) => {
  const { directory, export: file } = setting(t)
  const { out } = await cordboard('flow', 'import', file, '--instance', directory, '--json')
  t.match(JSON.parse(out), {
    version: 1,
    ok: false,
    dryRun: false,
    instance: directory,
    flows: [
      {
        file,
        name: 'Theirs',
        written: true,
        converted: false,
        replaced: false,
        faults: [],
        toDecide: [
          {
            block: 'other',
            parameter: 'QueueId',
            kind: 'queue',
            value: 'Suport',
            name: null,
            line: Number,
            column: Number,
            suggestion: String,
          },
        ],
      },
    ],
    aliases: [{ arn: queueArn, kind: 'queue', name: 'Sales' }],
  })
})

test('a second time it is refused, unless it is to be replaced', async (t) => {
  const { directory, export: file } = setting(t)
  await cordboard('flow', 'import', file, '--instance', directory)
  const again = await cordboard('flow', 'import', file, '--instance', directory)
  t.equal(again.exitCode, 1)
  t.match(again.out, /error IMP-101: There is a flow Theirs already\. Give --replace/)
  const replaced = await cordboard('flow', 'import', file, '--instance', directory, '--replace')
  t.match(replaced.out, /is now the flow Theirs \(in place of the one before\)/)
  t.equal(readFileSync(join(directory, 'aliases.yaml'), 'utf8').split(queueArn).length, 2, 'the alias once')
})

test('no file, no instance: exit 2', async (t) => {
  const { export: file } = setting(t)
  t.equal((await cordboard('flow', 'import')).exitCode, 2)
  const { exitCode, err } = await cordboard('flow', 'import', file, '--instance', '/nowhere')
  t.equal(exitCode, 2)
  t.match(err, /box\.yaml/)
})
