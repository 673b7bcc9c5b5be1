// scripts/run --once: one whole call by itself, on a private copy of the shipped instance. Each step is shown as it is
// seen to happen, from the outside: on the line, on the phone, in the daemon's own report.
import { mkdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { loadInstance } from '../daemon/config/load.ts'
import type { ContactRecord } from '../daemon/contact/contact-record.ts'
import { type RunningBoard, startBoard } from '../test/rig/board-client.ts'
import { Baresip } from '../test/support/baresip.ts'
import { Daemon } from '../test/support/daemon.ts'
import { findAudio, isWhole } from '../test/support/find-audio.ts'
import { freePorts } from '../test/support/free-ports.ts'
import { LineCaller } from '../test/support/line-caller.ts'
import { levelDbm0, tonePresentMs } from '../test/support/tones.ts'
import { until } from '../test/support/wait.ts'
import { readWav } from '../test/support/wav.ts'
import { makePrivateInstance, type PrivateInstance } from './private-instance.ts'
import { Steps } from './steps.ts'

const root = resolve(import.meta.dirname, '..')
const own = join(root, '.cordboard', 'once')
const callerNumber = '+442079460555'
const callerHz = 620
const agentHz = 1020
const rtpPortCount = 40

/** What the shipped flow `main` does, as far as a listener can tell. */
const shipped = {
  agent: 'anna',
  welcome: 'welcome',
  music: 'music-on-hold',
  hold: 'please-hold',
  beep: 'beep',
  key: '1',
}

const steps = new Steps()
const here = (path: string) => relative(process.cwd(), path) || '.'

async function makeInstance(): Promise<{ instance: PrivateInstance; address: string }> {
  const port = await freePorts(1)
  const from = 10_000 + 2 * (port % 10_000)
  const instance = makePrivateInstance(join(own, 'instance'), {
    'sip.address': '127.0.0.1',
    'sip.port': port,
    'sip.rtpPorts': { from, to: from + rtpPortCount },
    'drain.timeoutS': 0,
  })
  return { instance, address: `127.0.0.1:${port}` }
}

async function startPhone(instance: PrivateInstance, box: string): Promise<Baresip> {
  const agent = instance.agents.find(({ userName }) => userName === shipped.agent)
  if (!agent) throw new Error(`the shipped instance has no agent ${shipped.agent}`)
  const phone = await Baresip.start({ ...agent, box, srtp: 'required', toneHz: agentHz })
  steps.atTheEnd(() => phone.stop())
  await phone.registered()
  return phone
}

/** Prompts as the daemon reads them. */
function promptsOf(directory: string): (name: string) => Int16Array {
  const { instance } = loadInstance(directory)
  return (name) => {
    const prompt = instance?.prompts.get(name)
    if (!prompt) throw new Error(`the shipped instance has no prompt ${name}`)
    return prompt.samples
  }
}

async function playedWhole(what: string, heard: () => Int16Array, prompt: Int16Array): Promise<void> {
  await until(`${what} to be heard whole`, () => isWhole(findAudio(heard(), prompt)), {
    withinMs: 20_000,
    everyMs: 300,
  })
}

async function speechHeard(what: string, heard: () => Int16Array, fromMs: number): Promise<string> {
  return await until(
    `${what} to be heard`,
    () => {
      const sound = heard().subarray(fromMs * 8)
      let loudMs = 0
      for (let at = 0; at + 160 <= sound.length; at += 160)
        if (levelDbm0(sound.subarray(at, at + 160)) > -40) loudMs += 20
      return loudMs >= 300 && `${loudMs} ms of sound`
    },
    { withinMs: 15_000, everyMs: 100 },
  )
}

async function talk(caller: LineCaller, phone: Baresip): Promise<string> {
  const before = { caller: caller.heard().length, phone: phone.heard().length }
  const toCaller = () => caller.heard().subarray(before.caller)
  const toAgent = () => phone.heard().subarray(before.phone)
  await caller.says(callerHz, 60_000)
  const enough = (samples: Int16Array, hz: number) => tonePresentMs(samples, hz) >= 2000
  await until('the agent to hear the caller', () => enough(toAgent(), callerHz), { withinMs: 10_000 })
  await until('the caller to hear the agent', () => enough(toCaller(), agentHz), { withinMs: 10_000 })
  const ownMs = { caller: tonePresentMs(toCaller(), callerHz), agent: tonePresentMs(toAgent(), agentHz) }
  if (ownMs.caller + ownMs.agent > 0) throw new Error(`a party hears itself: ${JSON.stringify(ownMs)}`)
  return `caller says ${callerHz} Hz, agent ${agentHz} Hz: each hears the other, and not itself`
}

function judgeRecording(record: ContactRecord): string {
  const [entry] = record.Recordings
  if (!entry) throw new Error('the record names no recording')
  const { samples, durationMs } = readWav(entry.Location)
  const [left, right] = samples
  if (!left || !right) throw new Error('the recording has not two channels')
  if (tonePresentMs(left, callerHz) < 1500) throw new Error('the caller is not on the left channel')
  if (tonePresentMs(right, agentHz) < 1500) throw new Error('the agent is not on the right channel')
  return `${(durationMs / 1000).toFixed(1)} s, caller on the left, agent on the right`
}

async function play(): Promise<void> {
  mkdirSync(own, { recursive: true })
  const { instance, address } = await makeInstance()
  const promptOf = promptsOf(instance.directory)
  const storage = join(own, 'storage')
  mkdirSync(storage, { recursive: true })
  const board: RunningBoard = await steps.step('the line simulator is plugged in', async () => {
    const ports = Math.max(...instance.boards.flatMap(({ lines }) => lines.map(({ port }) => port)))
    return await startBoard({ ports })
  })
  steps.atTheEnd(() => board.stop())
  const daemon = await steps.step('the daemon takes calls', async () => {
    const boards = Object.fromEntries(instance.boards.map(({ name }) => [name, board.device]))
    const started = await Daemon.start({ instance, boards, storage })
    steps.atTheEnd(() => started.remove())
    await started.shows('the lines to be ready', ({ lines }) => lines.every((line) => line.battery === 'present'))
    return started
  })
  steps.onFailure(() => `${daemon.program.tail(3000)}`)
  const phone = await steps.step(`${shipped.agent}'s phone (baresip) registers`, () => startPhone(instance, address))

  const caller = await steps.step('a caller rings line 1', async () => {
    const calling = await LineCaller.call(board, { number: callerNumber })
    steps.atTheEnd(() => calling.forget())
    await daemon.shows('the board to tell of the ring', ({ lines }) => (lines[0]?.counters.rings ?? 0) > 0)
    return calling
  })
  const heard = () => caller.heard()
  await steps.step('the box answers', () => caller.answered())
  const { contacts } = await steps.step(`caller ID is known: ${callerNumber}`, () =>
    daemon.shows('the caller in the contact', ({ contacts }) => contacts[0]?.describe.includes(callerNumber) === true),
  )
  await steps.step('the caller hears the spoken greeting', () => speechHeard('the greeting', heard, 0))
  await steps.step('the caller hears the recorded prompt, unclipped', () =>
    playedWhole('the prompt', heard, promptOf(shipped.welcome)),
  )
  await steps.step(`the caller presses ${shipped.key}, and the flow goes on`, async () => {
    const from = heard().length / 8
    await speechHeard('the question', heard, from)
    await caller.presses(shipped.key)
    await playedWhole('the prompt behind the key', heard, promptOf(shipped.hold))
  })
  await steps.step("the agent's phone rings, showing the caller", async () => {
    const shown = await phone.incoming({ withinMs: 20_000 })
    if (!shown.includes(callerNumber.slice(1))) throw new Error(`it shows ${shown}`)
    return shown
  })
  await steps.step('the caller waits in the queue, with music', async () => {
    const music = promptOf(shipped.music)
    await until(
      'music to be heard',
      () => findAudio(heard().subarray(-8 * 4000), music.subarray(8000, 8000 + 8 * 600)),
      {
        withinMs: 20_000,
        everyMs: 300,
      },
    )
  })
  await steps.step('the agent answers and hears the whisper', async () => {
    await phone.accept()
    await phone.established()
    return await speechHeard('the whisper', () => phone.heard(), 0)
  })
  await steps.step('the caller hears the other whisper, unclipped', () =>
    playedWhole('the whisper', () => heard().subarray(-8 * 5000), promptOf(shipped.beep)),
  )
  await steps.step('caller and agent talk, over SRTP', async () => {
    await daemon.contactIs('joined')
    if (phone.securedCalls !== 1) throw new Error('the phone does not encrypt')
    return await talk(caller, phone)
  })
  await steps.step('the caller hangs up, and the agent is let go', async () => {
    await caller.hangsUp()
    await phone.closed()
  })
  await steps.step('the line is on-hook', () => caller.released())
  const record = await steps.step('the contact record is written', () => daemon.completedRecord(contacts[0]?.contactId))
  await steps.step('the recording is whole', async () => judgeRecording(record))
  await steps.step('the daemon stops in order', () => daemon.stop())
  console.log(`\nThe contact record (${here(join(storage, 'contacts.db'))}):\n`)
  console.log(JSON.stringify(record, null, 2))
  console.log(`\nThe flow log:    ${here(join(storage, 'flow-logs'))}`)
  console.log(`The recording:   ${here(record.Recordings[0]?.Location ?? '')}`)
}

process.exitCode = await steps.run(play)
