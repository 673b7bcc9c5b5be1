// Conferences and supervisors, with real sockets: by the tones they say, everybody hears whom he should and nobody else.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Audio, PlayItem } from '../../../daemon/loop/audio.ts'
import type { PortId } from '../../../daemon/media/port.ts'
import { openPair, startAudio } from '../../support/audio.ts'
import { toneLevelDbm0, tonePresentMs } from '../../support/tones.ts'
import { readWav } from '../../support/wav.ts'

const toneHz = { customer: 440, agent: 620, expert: 1020, supervisor: 1450, guest: 2100 } as const
type Name = keyof typeof toneHz
const talkMs = 1500

const tone = (hz: number): PlayItem => ({
  kind: 'tone',
  frequenciesHz: [hz],
  levelDbm0: -12,
  cadenceMs: [],
  durationMs: talkMs,
})

interface Party {
  name: Name
  leg: PortId
  phone: PortId
}

async function parties(t: Test, names: readonly Name[]) {
  const { audio } = await startAudio()
  t.teardown(() => audio.stop())
  const all: Party[] = []
  for (const name of names) all.push({ name, ...(await openPair(audio)) })
  const of = (name: Name) => all.find((party) => party.name === name)!
  const joined = (...together: Name[]) => {
    for (const from of together) for (const to of together) if (from !== to) audio.connect(of(from).leg, of(to).leg)
  }
  return { audio, all, of, joined }
}

/** Everybody talks at once; what each has heard then. */
async function everybodyTalks(t: Test, audio: Audio, all: readonly Party[]): Promise<Map<Name, Int16Array>> {
  const directory = t.testdir({})
  const ears = all.map(({ name, phone }) => {
    const file = join(directory, `${name}.wav`)
    return { name, file, recording: audio.record({ file, left: phone }) }
  })
  await Promise.all(all.map(({ name, phone }) => audio.play(phone, [tone(toneHz[name])]).ended))
  for (const { recording } of ears) await recording.stop()
  return new Map(ears.map(({ name, file }) => [name, readWav(file).samples[0]!]))
}

function hears(t: Test, heard: Map<Name, Int16Array>, who: Name, whom: readonly Name[]): void {
  const samples = heard.get(who)!
  for (const other of Object.keys(toneHz) as Name[]) {
    const presentMs = tonePresentMs(samples, toneHz[other], whom.includes(other) ? -20 : -40)
    if (whom.includes(other)) t.ok(presentMs >= talkMs * 0.7, `${who} hears ${other} (${presentMs} ms)`)
    else t.equal(presentMs, 0, `${who} does not hear ${other}`)
  }
}

t.test('five in a conference: each hears the four others, not himself, undistorted', async (t) => {
  const names = Object.keys(toneHz) as Name[]
  const { audio, all, joined } = await parties(t, names)
  joined(...names)
  const heard = await everybodyTalks(t, audio, all)
  for (const name of names) {
    hears(
      t,
      heard,
      name,
      names.filter((other) => other !== name),
    )
    // A clipped sum has tones that nobody said: those of the distortion are sought where two of them would meet.
    const middle = heard.get(name)!.subarray(4000, 8000)
    t.ok(toneLevelDbm0(middle, 3100) < -45, 'no distortion')
  }
})

t.test('who leaves a conference is heard no more and hears nothing', async (t) => {
  const { audio, all, of, joined } = await parties(t, ['customer', 'agent', 'expert'])
  joined('customer', 'agent', 'expert')
  for (const other of ['customer', 'agent'] as const) {
    audio.disconnect(of('expert').leg, of(other).leg)
    audio.disconnect(of(other).leg, of('expert').leg)
  }
  const heard = await everybodyTalks(t, audio, all)
  hears(t, heard, 'customer', ['agent'])
  hears(t, heard, 'agent', ['customer'])
  hears(t, heard, 'expert', [])
})

t.test('a supervisor', async (t) => {
  const names = ['customer', 'agent', 'supervisor'] as const

  t.test('who listens hears both and is heard by nobody', async (t) => {
    const { audio, all, of, joined } = await parties(t, names)
    joined('customer', 'agent')
    for (const name of ['customer', 'agent'] as const) audio.connect(of(name).leg, of('supervisor').leg)
    const heard = await everybodyTalks(t, audio, all)
    hears(t, heard, 'customer', ['agent'])
    hears(t, heard, 'agent', ['customer'])
    hears(t, heard, 'supervisor', ['customer', 'agent'])
  })

  t.test('who whispers is heard by the agent alone', async (t) => {
    const { audio, all, of, joined } = await parties(t, names)
    joined('customer', 'agent')
    for (const name of ['customer', 'agent'] as const) audio.connect(of(name).leg, of('supervisor').leg)
    audio.connect(of('supervisor').leg, of('agent').leg)
    const heard = await everybodyTalks(t, audio, all)
    hears(t, heard, 'customer', ['agent'])
    hears(t, heard, 'agent', ['customer', 'supervisor'])
    hears(t, heard, 'supervisor', ['customer', 'agent'])
  })

  t.test('who barges in is one of three', async (t) => {
    const { audio, all, joined } = await parties(t, names)
    joined(...names)
    const heard = await everybodyTalks(t, audio, all)
    for (const name of names)
      hears(
        t,
        heard,
        name,
        names.filter((other) => other !== name),
      )
  })
})

t.test('music on hold goes round until it is stopped', async (t) => {
  const { audio } = await startAudio()
  t.teardown(() => audio.stop())
  const { leg, phone } = await openPair(audio)
  const file = join(t.testdir({}), 'heard.wav')
  const recording = audio.record({ file, left: phone })
  const music = audio.play(leg, [{ ...tone(440), durationMs: 300 } as PlayItem], { repeat: true })
  await audio.play(leg, [{ kind: 'silence', durationMs: 1500 }]).ended
  music.stop()
  t.equal(await music.ended, 'stopped')
  await recording.stop()
  t.ok(tonePresentMs(readWav(file).samples[0]!, 440) >= 1200, 'longer than the piece is')
})

t.test('a recording that is paused is silent for that time, and as long as the call', async (t) => {
  const { audio } = await startAudio()
  t.teardown(() => audio.stop())
  const { leg, phone } = await openPair(audio)
  const say = (durationMs: number) => audio.play(phone, [{ ...tone(440), durationMs } as PlayItem]).ended
  const file = join(t.testdir({}), 'paused.wav')
  const recording = audio.record({ file, left: leg })
  await say(600)
  recording.pause()
  recording.pause()
  await say(1000)
  recording.resume()
  await say(600)
  const { durationMs } = await recording.stop()
  const samples = readWav(file).samples[0]!
  t.ok(durationMs >= 2100, `${durationMs} ms`)
  const presentMs = tonePresentMs(samples, 440, -40)
  t.ok(presentMs >= 900 && presentMs <= 1400, `the tone is in ${presentMs} ms of it`)
  t.equal(tonePresentMs(samples.subarray(8 * 800, 8 * 1500), 440, -60), 0, 'not a trace of it while it is paused')
})
