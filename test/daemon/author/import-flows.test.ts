import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { parse } from 'yaml'
import { withAliases } from '../../../daemon/author/alias-file.ts'
import { planImport } from '../../../daemon/author/import-flows.ts'
import { type InstanceNames, instanceNames } from '../../../daemon/author/instance-names.ts'
import { writeImport } from '../../../daemon/author/write-import.ts'
import { type Block, bye, flowText } from '../flow/flow-text.ts'

const shipped = join(import.meta.dirname, '../../../config/instance')
const arn = (kind: string, id: string) => `arn:aws:connect:us-west-2:111122223333:instance/theirs/${kind}/${id}`

function instance(t: Test): { directory: string; names: () => InstanceNames } {
  const directory = t.testdir({})
  cpSync(shipped, directory, { recursive: true })
  const names = () => {
    const found = instanceNames(directory)
    if ('faults' in found) throw new Error(JSON.stringify(found.faults))
    return found
  }
  return { directory, names }
}

const setQueue = (id: string, next: string, queueId: string): Block => ({
  id,
  type: 'UpdateContactTargetQueue',
  parameters: { QueueId: queueId },
  next,
  errors: { NoMatchingError: 'bye' },
})

const displayed = (names: Record<string, Record<string, string>>, name = 'Theirs') => ({
  name,
  type: 'contactFlow',
  ActionMetadata: Object.fromEntries(
    Object.entries(names).map(([block, parameters]) => [
      block,
      {
        parameters: Object.fromEntries(Object.entries(parameters).map(([key, displayName]) => [key, { displayName }])),
      },
    ]),
  ),
})

function file(t: Test, name: string, text: string): string {
  const path = join(t.testdirName, name)
  writeFileSync(path, text)
  return path
}

test('a flow whose queue the export names: the flow and an alias', async (t) => {
  const { directory, names } = instance(t)
  const text = flowText([setQueue('a', 'bye', arn('queue', 'q1')), bye], displayed({ a: { QueueId: 'Support' } }))
  const plan = planImport([file(t, 'export.json', text)], names(), false)
  t.match(plan.flows, [{ name: 'Theirs', converted: false, replaces: false, toDecide: [], faults: [] }])
  t.same(plan.aliases, [{ arn: arn('queue', 'q1'), kind: 'queue', name: 'Support' }])
  const written = writeImport(plan, directory)
  t.equal(readFileSync(join(directory, 'flows', 'Theirs.json'), 'utf8'), text, 'byte for byte')
  t.equal(written.aliases, join(directory, 'aliases.yaml'))
  const again = planImport([join(directory, 'flows', 'Theirs.json')], names(), true)
  t.same(again.aliases, [], 'the alias is known now')
})

test('what nothing fits is to be decided: block, parameter, kind, place, suggestion', async (t) => {
  const { names } = instance(t)
  const text = flowText(
    [setQueue('a', 'b', arn('queue', 'q1')), setQueue('b', 'bye', 'Nowhere at all'), bye],
    displayed({ a: { QueueId: 'Suport' } }),
  )
  const [flow] = planImport([file(t, 'export.json', text)], names(), false).flows
  t.match(flow?.toDecide, [
    {
      block: 'a',
      parameter: 'QueueId',
      kind: 'queue',
      value: arn('queue', 'q1'),
      displayName: 'Suport',
      line: Number,
      suggestion: /Is it the queue "Support"\?.*aliases\.yaml/,
    },
    { block: 'b', parameter: 'QueueId', kind: 'queue', value: 'Nowhere at all', suggestion: /queues\.yaml/ },
  ])
  t.ok(flow?.text, 'and the flow is written all the same')
})

test('one ARN under two names is no alias', async (t) => {
  const { names } = instance(t)
  const text = flowText(
    [setQueue('a', 'b', arn('queue', 'q1')), setQueue('b', 'bye', arn('queue', 'q1')), bye],
    displayed({ a: { QueueId: 'Support' }, b: { QueueId: 'Sales' } }),
  )
  const plan = planImport([file(t, 'export.json', text)], names(), false)
  t.match(plan, { aliases: [], flows: [{ toDecide: [] }] })
})

test('flows that name each other are taken together', async (t) => {
  const { names } = instance(t)
  const transfer: Block = {
    id: 'a',
    type: 'TransferToFlow',
    parameters: { ContactFlowId: arn('contact-flow', 'f2') },
    next: 'bye',
    errors: { NoMatchingError: 'bye' },
  }
  const one = file(t, 'one.json', flowText([transfer, bye], displayed({ a: { ContactFlowId: 'Second' } }, 'First')))
  const two = file(t, 'two.json', flowText([bye], displayed({}, 'Second')))
  const plan = planImport([one, two], names(), false)
  t.same(
    plan.flows.map(({ toDecide }) => toDecide.length),
    [0, 0],
  )
  t.same(plan.aliases, [{ arn: arn('contact-flow', 'f2'), kind: 'flow', name: 'Second' }])
  t.equal(planImport([one], names(), false).flows[0]?.toDecide.length, 1, 'one by itself')
})

test('nothing is overwritten unless told so', async (t) => {
  const { names } = instance(t)
  const path = file(t, 'export.json', flowText([bye], displayed({}, 'main')))
  const [refused] = planImport([path], names(), false).flows
  t.match(refused, { name: 'main', replaces: true, faults: [{ code: 'IMP-101', mend: /--replace/ }] })
  t.equal(refused?.text, undefined)
  t.ok(planImport([path], names(), true).flows[0]?.text)
})

test('two files for one name: the second is refused', async (t) => {
  const { names } = instance(t)
  const text = flowText([bye], displayed({}, 'Same'))
  const plan = planImport([file(t, 'one.json', text), file(t, 'two.json', text)], names(), false)
  t.same(
    plan.flows.map((flow) => flow.text !== undefined),
    [true, false],
  )
  t.match(plan.flows[1]?.faults, [{ code: 'IMP-102' }])
})

test('names are made fit for files', async (t) => {
  const { names } = instance(t)
  const nameOf = (name: string) =>
    planImport([file(t, 'fallback.json', flowText([bye], { name }))], names(), false).flows[0]?.name
  t.equal(nameOf('Sample / inbound: flow'), 'Sample - inbound- flow')
  t.equal(nameOf('../../etc/passwd'), '-..-etc-passwd')
  t.equal(nameOf('.hidden\u0000~'), 'hidden')
  t.equal(nameOf('...'), 'fallback')
  t.equal(nameOf('x'.repeat(300))?.length, 100)
})

test('faulty files: each with its fault, the others are taken', async (t) => {
  const { names } = instance(t)
  const good = file(t, 'good.json', flowText([bye], displayed({}, 'Good')))
  const broken = file(t, 'broken.json', '{"Version": "2019-10-30",\n "Actions": [}')
  const dangling = file(t, 'dangling.json', flowText([{ ...bye, next: 'nowhere' }]))
  const unsound = file(t, 'unsound.json', flowText([{ id: 'a', type: 'Unheard' }]))
  const plan = planImport([good, broken, dangling, unsound, join(t.testdirName, 'missing.json')], names(), false)
  t.same(
    plan.flows.map(({ text }) => text !== undefined),
    [true, false, false, false, false],
  )
  t.match(
    plan.flows.map(({ faults }) => faults[0]),
    [
      undefined,
      { code: 'FLOW-102', line: 2, file: broken },
      { code: 'FLOW-111', file: dangling },
      { code: 'FLOW-202', file: unsound, line: Number },
      { mend: 'Check the path.' },
    ],
  )
})

test('an export of the older designer is converted', async (t) => {
  const { directory, names } = instance(t)
  const modules = [
    {
      id: 'q',
      type: 'SetQueue',
      branches: [
        { condition: 'Success', transition: 'b' },
        { condition: 'Error', transition: 'b' },
      ],
      parameters: [{ name: 'Queue', value: arn('queue', 'q1'), resourceName: 'Sales' }],
    },
    { id: 'b', type: 'Disconnect' },
  ]
  const old = file(
    t,
    'old.json',
    JSON.stringify({ modules, start: 'q', metadata: { name: 'Old', type: 'contactFlow' } }),
  )
  const plan = planImport([old], names(), false)
  t.match(plan, {
    flows: [{ name: 'Old', converted: true, toDecide: [] }],
    aliases: [{ kind: 'queue', name: 'Sales' }],
  })
  writeImport(plan, directory)
  t.match(JSON.parse(readFileSync(join(directory, 'flows', 'Old.json'), 'utf8')), {
    Version: '2019-10-30',
    StartAction: 'q',
  })
})

test('an instance that waits for its flow can be imported into', async (t) => {
  const { directory, names } = instance(t)
  writeFileSync(join(directory, 'numbers.yaml'), 'numbers:\n  - number: "+442079460101"\n    flow: Theirs\n')
  const plan = planImport(
    [file(t, 'export.json', flowText([setQueue('a', 'bye', 'Support'), bye], displayed({})))],
    names(),
    false,
  )
  t.match(plan.flows, [{ name: 'Theirs', toDecide: [], text: String }])
})

test('a directory that is none', async (t) => {
  t.match(instanceNames('/nowhere'), { faults: [{ mend: /box\.yaml/ }] })
})

test('aliases are added behind those that are there; comments and order stay', async (t) => {
  const before = `# Ours.
aliases: # from the old centre
  - arn: old # still in use
    kind: queue
    name: Support
# the end
`
  const after = withAliases(before, [{ arn: 'arn:new: with "quotes"', kind: 'prompt', name: 'beep' }])
  for (const comment of ['# Ours.', '# from the old centre', '# still in use', '# the end']) t.match(after, comment)
  t.same(parse(after ?? ''), {
    aliases: [
      { arn: 'old', kind: 'queue', name: 'Support' },
      { arn: 'arn:new: with "quotes"', kind: 'prompt', name: 'beep' },
    ],
  })
})

test('a file without aliases, an empty one, a new one', async (t) => {
  const added = [{ arn: 'a', kind: 'flow', name: 'b' }] as const
  const list = 'aliases:\n  - arn: a\n    kind: flow\n    name: b\n'
  t.equal(withAliases('aliases: []\n', added), list)
  t.equal(withAliases('aliases:\n', added), list)
  t.equal(withAliases('# only words\n', added)?.endsWith(list), true)
  t.match(withAliases(undefined, added), /^# What ARNs/)
  t.equal(withAliases('aliases: 7\n', added), undefined)
  t.equal(withAliases('- a list\n', added), undefined)
  t.equal(withAliases('aliases: [\n', added), undefined)
})

test('a file that is no file of aliases stops the import before anything is written', async (t) => {
  const { directory, names } = instance(t)
  writeFileSync(join(directory, 'aliases.yaml'), 'aliases: 7\n')
  const text = flowText([setQueue('a', 'bye', arn('queue', 'q1')), bye], displayed({ a: { QueueId: 'Support' } }))
  const plan = planImport([file(t, 'export.json', text)], names(), false)
  t.throws(() => writeImport(plan, directory), { message: /is no file of aliases/ })
  t.throws(() => readFileSync(join(directory, 'flows', 'Theirs.json')))
})

test("an answer of the service's API: the flow is taken out, its name and type from beside it", async (t) => {
  const { directory, names } = instance(t)
  const before = names().flows.size
  const content = JSON.parse(flowText([setQueue('a', 'bye', 'Support'), bye], {}))
  const described = (answer: object) => file(t, 'described.json', JSON.stringify(answer))
  const answers: [object, string, string][] = [
    [
      { ContactFlow: { Id: 'x', Name: 'Described', Type: 'QUEUE_TRANSFER', Content: JSON.stringify(content) } },
      'Described',
      'QUEUE_TRANSFER',
    ],
    [{ ContactFlowModule: { Name: 'Part', Content: JSON.stringify(content) } }, 'Part', 'module'],
    [{ Name: 'By a tool', ContactFlowType: 'CONTACT_FLOW', Content: content }, 'By a tool', 'CONTACT_FLOW'],
  ]
  for (const [answer, name, type] of answers) {
    const plan = planImport([described(answer)], names(), false)
    t.match(plan.flows, [{ name, converted: true, faults: [] }])
    writeImport(plan, directory)
    const written = JSON.parse(readFileSync(join(directory, 'flows', `${name}.json`), 'utf8'))
    t.match(written, { Version: '2019-10-30', Metadata: { name, type }, StartAction: 'a' })
  }
  t.equal(names().flows.size, before + 3, 'the instance loads them')
})

test('an answer with no flow inside tells so', async (t) => {
  const { names } = instance(t)
  const path = file(t, 'described.json', JSON.stringify({ ContactFlow: { Name: 'x', Content: 'no JSON' } }))
  t.match(planImport([path], names(), false).flows, [{ faults: [{ code: 'FLOW-114', mend: /flow import/ }] }])
})

const described = JSON.stringify(JSON.parse(flowText([bye], {})))

test('a template: every flow and module in it, under their own names', async (t) => {
  const { directory, names } = instance(t)
  const connect = (kind: string, properties: object) => ({ Type: `AWS::Connect::${kind}`, Properties: properties })
  const template = {
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'none of ours' } },
      Welcome: connect('ContactFlow', { Name: 'Hello', Type: 'CONTACT_FLOW', Content: described }),
      Waiting: connect('ContactFlow', { Type: 'CUSTOMER_QUEUE', Content: { 'Fn::Sub': [described, { Q: 'x' }] } }),
      Part: connect('ContactFlowModule', { Name: 'Part', Content: { 'Fn::Sub': described } }),
      Elsewhere: connect('ContactFlow', { Name: 'Elsewhere', Content: { 'Fn::Transform': {} } }),
    },
  }
  const plan = planImport([file(t, 'template.json', JSON.stringify(template))], names(), false)
  t.match(plan.flows, [
    { name: 'Hello', faults: [] },
    { name: 'Waiting', faults: [] },
    { name: 'Part', faults: [] },
    { name: 'Elsewhere', faults: [{ code: 'FLOW-114', message: /Elsewhere is not in this file/ }] },
  ])
  t.equal(plan.flows[3]?.text, undefined)
  writeImport(plan, directory)
  const written = (name: string) => JSON.parse(readFileSync(join(directory, 'flows', `${name}.json`), 'utf8'))
  t.match(written('Part'), { Metadata: { type: 'module' } })
  t.match(written('Waiting'), { Metadata: { name: 'Waiting', type: 'CUSTOMER_QUEUE' } })
})

test('a template in YAML, with the short form of Fn::Sub', async (t) => {
  const { names } = instance(t)
  const text = `Resources:
  Welcome:
    Type: AWS::Connect::ContactFlow
    Properties:
      Name: !Ref FlowName
      Type: CONTACT_FLOW
      Content: !Sub |
        ${described}
`
  const flow = { name: 'FlowName', faults: [], text: String }
  t.match(planImport([file(t, 'template.yaml', text)], names(), false).flows, [flow])
  t.match(planImport([file(t, 'theirs.template', text)], names(), false).flows, [flow])
})

test('YAML that is no template, and a text within a text', async (t) => {
  const { names } = instance(t)
  const fault = (name: string, text: string) => planImport([file(t, name, text)], names(), false).flows[0]?.faults[0]
  t.match(fault('a.yaml', 'a: [1, 2'), { code: 'FLOW-102' })
  t.match(fault('b.yaml', '- only\n- words\n'), { code: 'FLOW-102' })
  t.match(fault('c.yaml', 'a: &a [*a]\n'), { code: 'FLOW-102' })
  t.match(planImport([file(t, 'double.json', JSON.stringify(described))], names(), false).flows, [
    { name: 'double', converted: true, faults: [] },
  ])
})
