// The call of the first issue, through everything: a caller on a simulated analogue line, the whole daemon, a real SIP
// phone. Each party sends a tone of its own; prompts begin and end with beeps of their own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Baresip } from '../support/baresip.ts'
import { type Box, startBox } from '../support/box.ts'
import type { Daemon } from '../support/daemon.ts'
import { musicHz, prompts } from '../support/instance.ts'
import type { LineCaller } from '../support/line-caller.ts'
import { heardWhole, longestMs, stretchesOf } from '../support/marks.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { readWav } from '../support/wav.ts'

const callerNumber = '+442079460555'
const callerHz = 620
const annHz = 1020

interface Party {
  box: Box
  caller: LineCaller
  ann: Baresip
}

/** The caller has pressed a key and hears music, Ann's phone rings. */
async function callUntilRing({ box, ann }: Omit<Party, 'caller'>): Promise<LineCaller> {
  const caller = await box.call({ number: callerNumber })
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('1')
  await ann.incoming()
  await caller.hears(musicHz, 500)
  return caller
}

/** Ann answers, both whispers are over, the two hear each other. */
async function talk({ caller, ann }: Party): Promise<void> {
  await ann.accept()
  await ann.established()
  await caller.hears(prompts['customer-whisper'].endHz, 100)
  await caller.says(callerHz, 60_000)
  await until('Ann to hear the caller', () => tonePresentMs(ann.heard(), callerHz) >= 1000)
  await caller.hears(annHz, 1000)
}

function blocksLogged(daemon: Daemon): string[] {
  const files = readdirSync(daemon.storage, { recursive: true, encoding: 'utf8' })
  const lines = files
    .filter((name) => /flow.*\.(log|jsonl|ndjson)$/.test(name))
    .flatMap((name) => readFileSync(join(daemon.storage, name), 'utf8').split('\n').filter(Boolean))
  return lines.map((line) => (JSON.parse(line) as { Identifier: string }).Identifier)
}

async function wholeCall(t: Test, srtp: 'off' | 'required', codec: 'PCMU' | 'PCMA'): Promise<void> {
  const box = await startBox(t, { agents: [{ userName: 'ann', srtp, codecs: [codec] }] })
  const ann = await box.phone({ userName: 'ann', toneHz: annHz, srtp, codecs: [codec] })
  const caller = await callUntilRing({ box, ann })
  await talk({ box, caller, ann })
  const toCaller = caller.heard()
  const toAnn = ann.heard()

  t.ok(heardWhole(toCaller, prompts.menu), 'the caller hears the prompt whole')
  t.ok(heardWhole(toCaller, prompts['customer-whisper']), 'the caller hears the customer whisper whole')
  t.ok(heardWhole(toAnn, prompts['agent-whisper']), 'Ann hears the agent whisper whole')
  t.equal(longestMs(toCaller, prompts['agent-whisper'].startHz), 0, 'the caller does not hear the agent whisper')
  t.equal(longestMs(toAnn, prompts['customer-whisper'].startHz), 0, 'Ann does not hear the customer whisper')
  t.equal(longestMs(toCaller, callerHz), 0, 'the caller does not hear the own tone')
  t.equal(longestMs(toAnn, annHz), 0, 'Ann does not hear her own tone')
  const firstAnnMs = stretchesOf(toCaller, annHz)[0]?.atMs ?? 0
  const whisperEndMs = stretchesOf(toCaller, prompts['customer-whisper'].endHz).at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  t.ok(firstAnnMs > whisperEndMs, 'nobody is let through before the whispers are over')
  t.equal(ann.securedCalls, srtp === 'off' ? 0 : 1, `SRTP is ${srtp}`)

  await caller.hangsUp()
  await ann.closed()
  await caller.released()
  await box.isAsBefore()

  const record = await box.daemon.completedRecord()
  t.match(record, {
    Channel: 'VOICE',
    InitiationMethod: 'INBOUND',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    CustomerEndpoint: { Address: callerNumber },
    SystemEndpoint: { Address: '+442079460001' },
    Attributes: { pressed: '1' },
    AgentConnectionAttempts: 1,
    Agent: { Username: 'ann' },
    Queue: { Name: 'Support' },
    Cordboard: { interrupted: false },
  })
  t.equal(record.Recordings.length, 1)
  const recording = readWav(record.Recordings[0]!.Location)
  t.equal(recording.channels, 2, 'the recording has two channels')
  const [left, right] = recording.samples as [Int16Array, Int16Array]
  t.ok(tonePresentMs(left, callerHz) >= 900, 'the caller is on the left')
  t.ok(tonePresentMs(right, annHz) >= 900, 'the agent is on the right')
  t.equal(tonePresentMs(left, annHz), 0, 'the agent is not on the left')
  t.equal(tonePresentMs(right, callerHz), 0, 'the caller is not on the right')

  const blocks = blocksLogged(box.daemon)
  for (const block of ['Greeting', 'Menu', 'Digit', 'Pressed one', 'Set queue', 'To queue'])
    t.ok(blocks.includes(block), `the flow log tells of ${block}`)
  await box.daemon.stop()
}

t.test('the whole call, plain RTP, μ-law', (t) => wholeCall(t, 'off', 'PCMU'))
t.test('the whole call, SRTP, A-law', (t) => wholeCall(t, 'required', 'PCMA'))

t.test('a phone without SRTP is refused a call that requires it, and the caller goes on waiting', async (t) => {
  const box = await startBox(t, { agents: [{ userName: 'ann', srtp: 'required' }] })
  const ann = await box.phone({ userName: 'ann', toneHz: annHz, srtp: 'off', answer: 'auto' })
  const caller = await box.call({ number: callerNumber })
  await caller.answered()
  await caller.hears(prompts.question.endHz, 100)
  await caller.presses('2')
  await box.daemon.contactIs('queued')
  await caller.hears(musicHz, 1500)
  t.equal(longestMs(caller.heard(), annHz), 0, 'nothing unencrypted is let through')
  t.equal(ann.heard().length, 0, 'and the phone hears nothing')
  await caller.hangsUp()
  await caller.released()
  await box.isAsBefore()
})
