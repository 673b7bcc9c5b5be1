// A campaign over a real carrier's link: a person comes to an agent, a machine gets a message, a busy number its try later.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { callControl } from '../../daemon/api/control-client.ts'
import { campaignsReport } from '../../daemon/api/reports.ts'
import { cordboard } from '../daemon/cli/cli-support.ts'
import { spokenBy } from '../daemon/speech/callers.ts'
import { Baresip } from '../support/baresip.ts'
import { startBox } from '../support/box.ts'
import { freePorts } from '../support/free-ports.ts'
import { prompts } from '../support/instance.ts'
import { heardWhole } from '../support/marks.ts'
import { makeTone, tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

t.setTimeout(120_000)
const [person, machine, busy] = ['+442079460701', '+442079460702', '+442079460703'] as const
const [personHz, annHz] = [1180, 1020]
const quiet = (ms: number) => new Int16Array(ms * 8)
const joined = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap((part) => [...part]))

const branch = (value: string, to: string) => ({
  NextAction: to,
  Condition: { Operator: 'Equals', Operands: [value] },
})
const flow = {
  Version: '2019-10-30',
  StartAction: 'who',
  Metadata: { name: 'Campaign call', type: 'contactFlow' },
  Actions: [
    {
      Identifier: 'who',
      Type: 'CheckOutboundCallStatus',
      Parameters: {},
      Transitions: {
        NextAction: 'end',
        Errors: [{ ErrorType: 'NoMatchingError', NextAction: 'end' }],
        Conditions: [
          branch('CallAnswered', 'agent'),
          branch('VoicemailBeep', 'message'),
          branch('VoicemailNoBeep', 'end'),
          branch('NotDetected', 'end'),
        ],
      },
    },
    {
      Identifier: 'agent',
      Type: 'TransferContactToQueue',
      Parameters: {},
      Transitions: {
        NextAction: 'end',
        Errors: ['QueueAtCapacity', 'NoMatchingError'].map((ErrorType) => ({ ErrorType, NextAction: 'end' })),
      },
    },
    {
      Identifier: 'message',
      Type: 'MessageParticipant',
      Parameters: { PromptId: 'menu' },
      Transitions: { NextAction: 'end', Errors: [{ ErrorType: 'NoMatchingError', NextAction: 'end' }] },
    },
    { Identifier: 'end', Type: 'DisconnectParticipant', Parameters: {}, Transitions: {} },
  ],
}
const campaigns = [
  {
    name: 'Few',
    mode: 'progressive',
    queue: 'Support',
    flow: 'Campaign call',
    callingTimes: { from: '00:00', to: '24:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
  },
]

t.test('three contacts and one agent', async (t) => {
  const port = await freePorts(3)
  const link = { name: 'north', host: '127.0.0.1', port, optionsIntervalS: 2, channels: 3 }
  const box = await startBox(t, {
    lines: 1,
    agents: [{ userName: 'ann', srtp: 'off', afterContactWorkS: 0 }],
    carriers: { carriers: [{ name: 'telco', links: [link] }] },
    files: { 'campaigns.yaml': stringify({ campaigns }), 'flows/Campaign call.json': JSON.stringify(flow) },
  })
  const town = await Baresip.start({
    userName: busy,
    password: 'none',
    box: box.instance.sipAddress,
    register: false,
    sipPort: port,
    toneHz: 300,
    others: [
      {
        userName: person,
        sound: joined(quiet(300), spokenBy('en-gb', 'Hello?'), quiet(1500), makeTone(personHz, 60_000)),
      },
      {
        userName: machine,
        sound: joined(
          quiet(300),
          spokenBy('en-gb', 'We are not at home. Please leave a message after the tone.'),
          makeTone(1000, 400, -12),
          quiet(60_000),
        ),
      },
    ],
  })
  t.teardown(() => town.stop())
  const ann = await box.phone({ userName: 'ann', toneHz: annHz, answer: 'auto' })
  await box.daemon.shows('the link to be up', ({ links }) => links[0]?.state === 'up')
  const { socket } = box.daemon
  const view = async () =>
    campaignsReport.parse(await callControl(socket, 'campaign', { campaign: 'Few' })).campaigns[0]

  const list = join(box.instance.directory, 'list.csv')
  writeFileSync(list, `number,name\n${person},Pat\n${machine},Max\n${busy},Bea\n`)
  const place = ['--instance', box.instance.directory, '--socket', socket]
  t.match(await cordboard('campaign', 'import', 'Few', list, ...place), { exitCode: 0, out: /3 contacts are new/ })
  t.match(await cordboard('campaign', 'start', 'Few', '--socket', socket), { exitCode: 0 })

  await until('the person to hear Ann', () => tonePresentMs(town.heard(), annHz) >= 600, { withinMs: 15_000 })
  await until('Ann to hear the person', () => tonePresentMs(ann.heard(), personHz) >= 600, { withinMs: 15_000 })
  t.match(await view(), { calling: 1, waiting: 2 }, 'nobody else is called while the only agent talks')
  t.equal(tonePresentMs(ann.heard(), annHz), 0, 'nobody hears an echo')
  await ann.hangUp()

  await until('the machine to get the message', () => heardWhole(town.heard(), prompts.menu), { withinMs: 20_000 })
  await town.incoming()
  await town.hangUp()
  await until('every try to be over', async () => (await view())?.calling === 0, { withinMs: 10_000 })
  t.match(await view(), {
    state: 'running',
    waiting: 2,
    done: 1,
    live: 1,
    abandoned: 0,
    outcomes: { connected: 1, machine: 1, busy: 1 },
  })
  const records = await box.daemon.records()
  const recordOf = (number: string) => records.find(({ CustomerEndpoint }) => CustomerEndpoint?.Address === number)
  const common = { InitiationMethod: 'API', Campaign: { CampaignId: 'Few' } }
  t.match(recordOf(person), {
    ...common,
    AnsweringMachineDetectionStatus: 'HUMAN_ANSWERED',
    Attributes: { name: 'Pat' },
    Agent: { Username: 'ann' },
    DisconnectReason: 'AGENT_DISCONNECT',
  })
  t.match(recordOf(machine), {
    ...common,
    AnsweringMachineDetectionStatus: 'VOICEMAIL_BEEP',
    DisconnectReason: 'CONTACT_FLOW_DISCONNECT',
    Agent: null,
  })
  t.match(recordOf(busy), { ...common, DisconnectReason: 'TELECOM_BUSY' })
  t.match(await cordboard('campaign', 'stop', 'Few', '--socket', socket), { exitCode: 0, out: /Few: stopped/ })
})
