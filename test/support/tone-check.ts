// Whether the box and a phone hear each other: each says a tone of its own, and must hear the other's and not its own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Leg } from '../../daemon/leg/leg.ts'
import type { Audio, PlayItem } from '../../daemon/loop/audio.ts'
import type { Baresip } from './baresip.ts'
import { growingWavSamples } from './growing-wav.ts'
import { tonePresentMs } from './tones.ts'
import { until } from './wait.ts'

const boxToneHz = 1020
const boxTone: PlayItem = {
  kind: 'tone',
  frequenciesHz: [boxToneHz],
  levelDbm0: -10,
  cadenceMs: [],
  durationMs: 60_000,
}

/** Rejects with what is wrong. `phoneToneHz`: what the phone's microphone hears. */
export async function toneCheck(audio: Audio, leg: Leg, phone: Baresip, phoneToneHz: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-sip-'))
  try {
    const file = join(directory, 'heard.wav')
    const recording = audio.record({ file, left: leg.portId! })
    audio.play(leg.portId!, [boxTone])
    await until('the phone to hear the box', () => tonePresentMs(phone.heard(), boxToneHz) >= 600, {
      withinMs: 15_000,
      everyMs: 100,
    })
    await recording.stop()
    // Left channel of the stereo recording.
    const heard = growingWavSamples(file).filter((_sample, at) => at % 2 === 0)
    assert.ok(tonePresentMs(heard, phoneToneHz) >= 400, 'the box does not hear the phone')
    assert.equal(tonePresentMs(heard, boxToneHz), 0, 'the box hears itself')
    assert.equal(tonePresentMs(phone.heard(), phoneToneHz), 0, 'the phone hears itself')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
