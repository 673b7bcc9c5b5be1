// Hold and transfers through everything: a caller on a simulated line, two agents at real SIP phones, a desk behind a
// carrier. Each party sends a tone of its own, so what is heard tells who is let through.
import t, { type Test } from 'tap'
import type { AgentCommand } from '../../daemon/agent/agent-command.ts'
import { callControl } from '../../daemon/api/control-client.ts'
import type { ContactRecord } from '../../daemon/contact/contact-record.ts'
import { Baresip } from '../support/baresip.ts'
import { type Box, startBox } from '../support/box.ts'
import { freePorts } from '../support/free-ports.ts'
import { holdHz } from '../support/instance.ts'
import type { LineCaller } from '../support/line-caller.ts'
import { longestMs } from '../support/marks.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { readWav } from '../support/wav.ts'

t.setTimeout(120_000)

const [callerHz, annHz, benHz, deskHz] = [620, 1020, 820, 1180]
const desk = '+442079460777'
/** Line 4 of the test instance: straight to the queue, recorded. */
const recordedLine = 4

type Who = 'caller' | 'ann' | 'ben' | 'desk'
const toneOf: Record<Who, number> = { caller: callerHz, ann: annHz, ben: benHz, desk: deskHz }

class Scene {
  readonly box: Box
  readonly caller: LineCaller
  readonly ann: Baresip
  readonly #heard: Partial<Record<Who, () => Int16Array>>

  constructor(of: { box: Box; caller: LineCaller; phones: { ann: Baresip; ben?: Baresip; desk?: Baresip } }) {
    this.box = of.box
    this.caller = of.caller
    this.ann = of.phones.ann
    this.#heard = { caller: () => of.caller.heard() }
    for (const [who, phone] of Object.entries(of.phones)) this.#heard[who as Who] = () => phone.heard()
  }

  /** What an agent asks for; fails with the reason when it is refused. */
  async ask(agent: string, command: AgentCommand): Promise<void> {
    await callControl(this.box.daemon.socket, 'agentCommand', { agent, command })
  }

  /** Of what one has heard since a moment, how much was this tone. */
  from(who: Who): { hears(hz: number, ms?: number): Promise<void>; heardMs(hz: number): number } {
    const read = this.#heard[who]
    if (!read) throw new Error(`${who} is not in this scene`)
    const already = read().length
    const since = () => read().subarray(already)
    return {
      hears: async (hz, ms = 600) => {
        await until(`${who} to hear ${hz} Hz`, () => tonePresentMs(since(), hz) >= ms, { withinMs: 15_000 })
      },
      heardMs: (hz) => tonePresentMs(since(), hz),
    }
  }

  /** All of them hear each other. */
  async together(...parties: Who[]): Promise<void> {
    const ears = parties.map((who) => ({ who, ear: this.from(who) }))
    await Promise.all(
      ears.flatMap(({ who, ear }) => parties.filter((other) => other !== who).map((other) => ear.hears(toneOf[other]))),
    )
  }

  async records(count: number): Promise<ContactRecord[]> {
    return await until(`${count} completed records`, async () => {
      const records = await this.box.daemon.records()
      const all = records.length === count && records.every(({ Cordboard }) => Cordboard.state === 'completed')
      return all && records.sort((one, other) => (one.PreviousContactId === other.ContactId ? 1 : -1))
    })
  }
}

/** Ann talks to the caller. */
async function scene(t: Test, others: { ben?: boolean; desk?: boolean }): Promise<Scene & { phones: Baresip[] }> {
  const deskPort = await freePorts(3)
  const link = { name: 'north', host: '127.0.0.1', port: deskPort, optionsIntervalS: 2, channels: 3 }
  const box = await startBox(t, {
    lines: recordedLine,
    agents: [
      { userName: 'ann', srtp: 'off' },
      { userName: 'ben', srtp: 'off' },
    ],
    quickConnects: [
      { type: 'agent', name: 'Ben', agent: 'ben' },
      { type: 'phone', name: 'Desk', number: desk },
    ],
    ...(others.desk && { carriers: { carriers: [{ name: 'telco', links: [link] }] } }),
  })
  const phones: { ann: Baresip; ben?: Baresip; desk?: Baresip } = {
    ann: await box.phone({ userName: 'ann', toneHz: annHz }),
  }
  if (others.desk) {
    phones.desk = await Baresip.start({
      userName: desk,
      password: 'none',
      box: box.instance.sipAddress,
      register: false,
      sipPort: deskPort,
      toneHz: deskHz,
      answer: 'manual',
    })
    t.teardown(() => phones.desk?.stop())
    await box.daemon.shows('the link to be up', ({ links }) => links[0]?.state === 'up')
  }
  const caller = await box.call({ number: '+442079460555', port: recordedLine })
  await caller.answered()
  await phones.ann.incoming()
  if (others.ben) phones.ben = await box.phone({ userName: 'ben', toneHz: benHz })
  await phones.ann.accept()
  await phones.ann.established()
  await caller.says(callerHz, 60_000)
  const made = new Scene({ box, caller, phones })
  await made.together('caller', 'ann')
  return Object.assign(made, { phones: Object.values(phones) })
}

t.test('hold: the caller hears music and is not heard, nor recorded; the agent is recorded', async (t) => {
  const all = await scene(t, {})
  const { box, caller, ann } = all
  await all.ask('ann', { do: 'hold', party: 'customer' })
  const [toCaller, toAnn] = [all.from('caller'), all.from('ann')]
  await toCaller.hears(holdHz, 1500)
  t.ok(toAnn.heardMs(callerHz) < 300, 'Ann hears the caller no longer')
  t.ok(toCaller.heardMs(annHz) < 300, 'the caller hears Ann no longer')
  await all.ask('ann', { do: 'resume' })
  await all.together('caller', 'ann')
  await caller.hangsUp()
  await ann.closed()
  const record = await box.daemon.completedRecord()
  t.match(record.Agent, { NumberOfHolds: 1 })
  const heldMs = (record.Agent?.CustomerHoldDuration ?? 0) * 1000
  t.ok(heldMs >= 1000, `held for ${heldMs} ms`)
  const [left, right] = readWav(record.Recordings[0]!.Location).samples as [Int16Array, Int16Array]
  const missingMs = tonePresentMs(right, annHz) - tonePresentMs(left, callerHz)
  t.ok(missingMs >= 1000, `the recording has ${missingMs} ms less of the caller than of Ann`)
  t.equal(longestMs(left, holdHz), 0, 'and no hold music')
})

t.test('warm, to a colleague: consult, join, leave; one record for each agent', async (t) => {
  const all = await scene(t, { ben: true })
  const { caller, ann, phones } = all
  const ben = phones[1]!
  await all.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Ben' } })
  await ben.incoming()
  await all.from('caller').hears(holdHz, 1000)
  await ben.accept()
  await all.together('ann', 'ben')
  const toCaller = all.from('caller')
  await toCaller.hears(holdHz, 800)
  t.equal(toCaller.heardMs(benHz), 0, 'the caller waits while they talk')
  await all.ask('ann', { do: 'join' })
  await all.together('caller', 'ann', 'ben')
  await all.ask('ann', { do: 'leave' })
  await ann.closed()
  await all.together('caller', 'ben')
  await caller.hangsUp()
  await ben.closed()
  const [first, second] = await all.records(2)
  t.match(first, { DisconnectReason: 'AGENT_DISCONNECT', NextContactId: second?.ContactId, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'TRANSFER',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    PreviousContactId: first?.ContactId,
    InitialContactId: first?.ContactId,
    Agent: { Username: 'ben' },
  })
})

t.test('to an outside number: consult, join, leave caller and desk together', async (t) => {
  const all = await scene(t, { desk: true })
  const { ann, phones } = all
  const reception = phones[1]!
  await all.ask('ann', { do: 'transfer', kind: 'warm', target: { quickConnect: 'Desk' } })
  await reception.incoming()
  await reception.accept()
  await all.together('ann', 'desk')
  await all.ask('ann', { do: 'join' })
  await all.together('caller', 'ann', 'desk')
  await all.ask('ann', { do: 'leave' })
  await ann.closed()
  await all.together('caller', 'desk')
  await reception.hangUp()
  await all.caller.released()
  const [first, second] = await all.records(2)
  t.match(first, { TransferredToEndpoint: { Address: desk }, Agent: { Username: 'ann' } })
  t.match(second, {
    InitiationMethod: 'EXTERNAL_OUTBOUND',
    DisconnectReason: 'THIRD_PARTY_DISCONNECT',
    CustomerEndpoint: { Address: desk },
    PreviousContactId: first?.ContactId,
  })
})
