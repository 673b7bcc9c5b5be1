import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileNames, optionalFiles } from '../../../daemon/config/configuration.ts'
import { flowResources } from '../../../daemon/config/flows.ts'
import { resourceArn } from '../../../daemon/config/ids.ts'
import { loadInstance } from '../../../daemon/config/load.ts'
import { InstanceCopy, shippedDirectory, withCopy } from './shipped.ts'

const codes = (lines: readonly string[]) => lines.map((line) => /(?:CFG|FLOW)-\d+/.exec(line)?.[0])

t.test('the shipped instance has no fault but the passwords that are made on the spot', async (t) => {
  const { instance, faults } = loadInstance(shippedDirectory, { secrets: 'optional' })
  t.ok(instance)
  t.same(
    faults.filter(({ code }) => !['CFG-332', 'CFG-337'].includes(code)),
    [],
  )
  withCopy((copy) => t.same(copy.lines(), []))
})

t.test('an instance holds what the files say, with what they leave out', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  const { instance } = copy.load()
  if (!instance) return t.fail(copy.lines().join('\n'))
  t.equal(instance.directory, copy.directory)
  t.match(instance.box, { sip: { port: 5060, rtpPorts: { from: 16384, to: 32767 } }, log: { level: 'info' } })
  t.match(instance.boards, [{ name: 'board-1', lines: [{ port: 1, currentLossMs: 250 }, { port: 2 }] }])
  t.same([...instance.numbers.keys()], ['+442079460101', '+442079460102'])
  t.same([...instance.queues.keys()], ['Support', 'Sales'])
  t.match(instance.agents.get('anna'), { status: 'Available', phone: { srtp: 'offered', codecs: ['PCMU', 'PCMA'] } })
  t.match(instance.hours.get('Office hours')?.week, { monday: ['09:00-17:30'], sunday: [] })
  t.match(instance.quickConnects.get('Ben'), { type: 'agent', agent: 'ben' })
  t.equal(instance.flows.get('main')?.type, 'CONTACT_FLOW')
  t.equal(instance.flows.get('main')?.arn, resourceArn(instance, 'flow', 'main'))
  t.ok((instance.prompts.get('welcome')?.samples.length ?? 0) > 4000, 'half a second at least')
})

t.test('flows find resources by name and by the ARN of this box', async (t) => {
  withCopy((copy) => {
    const { instance } = copy.load()
    if (!instance) return t.fail(copy.lines().join('\n'))
    const resources = flowResources(instance)
    t.equal(resources.resolve('queue', 'Sales'), 'Sales')
    t.equal(resources.resolve('queue', resourceArn(instance, 'queue', 'Sales')), 'Sales')
    t.equal(resources.resolve('hours', resourceArn(instance, 'hours', 'Office hours')), 'Office hours')
    t.equal(resources.resolve('prompt', 'welcome.wav'), 'welcome')
    t.equal(resources.resolve('queue', 'Billing'), undefined)
  })
})

t.test('one fault in each file: all are told at once, file by file', async (t) => {
  withCopy((copy) => {
    copy.edit('box.yaml', 'country: GB', 'country: England')
    copy.edit('lines.yaml', 'port: 2', 'port: 22')
    copy.edit('numbers.yaml', 'flow: main', 'flow: mian')
    copy.edit('hours.yaml', '[09:00-17:30]', '[17:30-09:00]')
    copy.edit('queues.yaml', '    hours: Office hours\n', '')
    copy.edit('routing-profiles.yaml', 'queue: Sales', 'queue: Sale')
    copy.edit('agents.yaml', 'srtp: offered', 'srtp: 1')
    copy.edit('quick-connects.yaml', '    description: Callers who want to buy\n', '')
    copy.write('flows/zz-broken.json', '{')
    copy.write('prompts/zz-broken.wav', 'no sound')
    copy.remove('secrets/ben')
    const errors = copy.lines().filter((line) => line.includes(': error '))
    t.same(
      errors.map((line) => line.split(':')[0]),
      [
        ...['box.yaml', 'lines.yaml', 'numbers.yaml', 'hours.yaml', 'queues.yaml', 'routing-profiles.yaml'],
        ...['agents.yaml', 'agents.yaml', 'quick-connects.yaml', 'flows/zz-broken.json', 'prompts/zz-broken.wav'],
      ],
    )
    t.equal(copy.load().instance, undefined)
  })
})

t.test('a file that is missing is told once, and nothing hangs on it', async (t) => {
  for (const name of fileNames.filter((file) => existsSync(join(shippedDirectory, `${file}.yaml`))))
    withCopy((copy) => {
      copy.remove(`${name}.yaml`)
      const lines = copy.lines()
      if (name === 'quick-connects')
        return t.same(new Set(codes(lines)), new Set(['CFG-304']), 'what queues list is gone')
      if (optionalFiles.has(name)) {
        t.same(lines, [], `${name} may be missing`)
        return t.ok(copy.load().instance)
      }
      t.match(lines, [new RegExp(`^${name}.yaml: error CFG-101: The file is missing`)], name)
      return t.equal(lines.length, 1, name)
    })
})

t.test('a directory that is not there, and one that is a file', async (t) => {
  t.match(loadInstance('/nowhere/at/all').faults, [{ code: 'CFG-113', file: '/nowhere/at/all' }])
  t.match(loadInstance(join(shippedDirectory, 'box.yaml')).faults, [{ code: 'CFG-113', severity: 'error' }])
})

t.test('files that nobody reads are a warning that knows what was meant', async (t) => {
  withCopy((copy) => {
    for (const name of ['queue.yaml', 'agents.yml', 'notes.txt', '.hidden', 'README.md', 'prompts/HELLO.WAV'])
      writeFileSync(copy.path(name), '')
    t.same(copy.lines(), [
      'agents.yml: warning CFG-111: Nothing reads this file. Rename it to agents.yaml if that is meant.',
      'notes.txt: warning CFG-111: Nothing reads this file. Remove it, or hide it by a dot before its name.',
      'prompts/HELLO.WAV: warning CFG-111: Nothing reads this file. Write the ending of its name as .wav.',
      'queue.yaml: warning CFG-111: Nothing reads this file. Rename it to queues.yaml if that is meant.',
    ])
    t.ok(copy.load().instance)
  })
})

t.test('files that are no texts of a bearable size', async (t) => {
  withCopy((copy) => {
    copy.write('box.yaml', `# ${'x'.repeat(1_000_000)}`)
    copy.write('hours.yaml', Buffer.from([0x68, 0xff, 0xfe, 0x00]))
    rmSync(copy.path('agents.yaml'))
    mkdirSync(copy.path('agents.yaml'))
    copy.write('flows/huge.json', ' '.repeat(1_000_001))
    t.same(
      copy.lines().map((line) => line.slice(0, line.indexOf('CFG-') + 7)),
      [
        'box.yaml: error CFG-103',
        'hours.yaml: error CFG-104',
        'agents.yaml: error CFG-102',
        'flows/huge.json: error CFG-103',
      ],
    )
  })
})

t.test('a thousand faults of one file are told as a hundred and their number', async (t) => {
  withCopy((copy) => {
    copy.write('queues.yaml', `queues:\n${'  - 7\n'.repeat(1000)}`)
    const lines = copy.lines().filter((line) => line.startsWith('queues.yaml'))
    t.equal(lines.length, 101)
    t.match(
      lines.at(-1),
      /error CFG-112: There are 901 more faults in this file/,
      'a thousand, and a word on the quota',
    )
  })
})

t.test('the command line sets devices and storage above the files', async (t) => {
  withCopy((copy) => {
    const boardDevices = new Map([['board-1', '/dev/pts/7']])
    const { instance } = copy.load({ overrides: { boardDevices, storageDirectory: '/var/tmp/box' } })
    t.equal(instance?.boards[0]?.device, '/dev/pts/7')
    t.equal(instance?.box.storage.directory, '/var/tmp/box')
    const [line] = copy.lines({ overrides: { boardDevices: new Map([['board1', '/dev/pts/7']]) } })
    t.equal(
      line,
      'lines.yaml: error CFG-326: --board-device names the board "board1", which does not exist. Did you mean "board-1"?',
    )
  })
})

t.test('flows must be of the type their place asks for', async (t) => {
  withCopy((copy) => {
    copy.edit('numbers.yaml', 'flow: main', 'flow: default-customer-queue')
    copy.edit('quick-connects.yaml', 'agent: anna', 'agent: anna\n    flow: main')
    t.same(copy.lines(), [
      'numbers.yaml:8:11: error CFG-324: The flow "default-customer-queue" is of type CUSTOMER_QUEUE, but here it must be CONTACT_FLOW. Name a flow of that type.',
      'quick-connects.yaml:21:11: error CFG-324: The flow "main" is of type CONTACT_FLOW, but here it must be AGENT_TRANSFER. Name a flow of that type.',
    ])
  })
})

t.test('what works but is worth a word: warnings, and the box starts', async (t) => {
  withCopy((copy) => {
    copy.edit('lines.yaml', '/dev/cordboard/board-1', '/dev/ttyUSB0')
    copy.edit(
      'queues.yaml',
      '    outboundCallerId:\n      name: Cordboard Support\n      number: "+442079460101"\n',
      '',
    )
    const more = Array.from({ length: 9 }, (_, i) => `  - { number: "+44207946020${i}", flow: main }\n`).join('')
    copy.edit('numbers.yaml', 'numbers:\n', `numbers:\n${more}`)
    copy.remove('flows/default-agent-hold.json')
    t.same(codes(copy.lines()), ['CFG-502', 'CFG-501', 'CFG-505', 'CFG-325'])
    t.ok(copy.load().instance)
    t.notOk(
      codes(copy.lines({ overrides: { boardDevices: new Map([['board-1', '/dev/pts/7']]) } })).includes('CFG-502'),
    )
  })
})

t.test('a spoiled file never throws, and never starts a box with an error', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  // With one short flow and no prompts, which have tests of their own, a load takes milliseconds.
  copy.addExamples().remove('flows').remove('prompts')
  mkdirSync(copy.path('flows'))
  for (const name of ['main', 'campaign-call']) copy.write(`flows/${name}.json`, JSON.stringify(shortFlow))
  const random = seeded(20260105)
  let faulty = 0
  for (let round = 0; round < 400; round++) {
    const name = `${fileNames[random(fileNames.length)]}.yaml`
    const sound = copy.read(name)
    copy.write(name, spoil(sound, random))
    const { instance, faults } = copy.load()
    const errors = faults.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) faulty++
    if ((instance === undefined) !== errors.length > 0) return t.fail(`round ${round}: ${name}`)
    for (const { line, column, message, mend } of faults)
      if (line === 0 || column === 0 || message === '' || mend === '')
        return t.fail(`round ${round}: a fault without place`)
    copy.write(name, sound)
  }
  t.ok(faulty > 100 && faulty < 400, `${faulty} of 400 were at fault, the others hit a comment or a text`)
})

const shortFlow = {
  Version: '2019-10-30',
  StartAction: 'bye',
  Metadata: { type: 'contactFlow' },
  Actions: [{ Identifier: 'bye', Type: 'DisconnectParticipant', Parameters: {}, Transitions: {} }],
}

/** Cut, doubled, swapped or overwritten somewhere. */
function spoil(text: string, random: (below: number) => number): string {
  const at = random(text.length)
  const end = Math.min(text.length, at + 1 + random(40))
  const piece = [
    '\t',
    ': ',
    '- ',
    '"',
    '{',
    '[',
    '*x',
    '&x ',
    '!t ',
    '#',
    '\n',
    '\u0000',
    '|',
    '<<: ',
    '? ',
    '0x',
    '~',
  ][random(17)]
  switch (random(4)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(end)
    case 2:
      return text.slice(0, end) + text.slice(at)
    default:
      return text.slice(0, at) + piece + text.slice(at + random(2))
  }
}

/** Linear congruential: the same rounds on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
