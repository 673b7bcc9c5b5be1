// Whether bytes are paired rightly, by how the sound changes: told of sounds that are right, and of the same ones shifted.
import t from 'tap'
import { PcmAlignment } from '../../../drivers/cellular/pcm-alignment.ts'
import { makeTone } from '../../support/tones.ts'

function bytesOf(sound: Int16Array): Buffer {
  return Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)
}

/** Frames until it is said to be shifted; undefined: never in 4 s. */
function noticedAfter(bytes: Buffer): number | undefined {
  const alignment = new PcmAlignment()
  for (let frame = 0; (frame + 1) * 320 <= bytes.length; frame++)
    if (alignment.isShifted(bytes.subarray(frame * 320, frame * 320 + 320))) return frame
  return undefined
}

const quantised = makeTone([300, 1100], 4000, -10).map((sample) => sample & 0xff00)
const sounds: Record<string, Int16Array> = {
  'a quiet voice': makeTone([120, 240, 360, 700, 1200], 4000, -40),
  'a loud voice': makeTone([120, 240, 360, 700, 1200], 4000, -12),
  'dial tone': makeTone([350, 440], 4000, -13),
  'a high tone at full scale': makeTone(3400, 4000, 3),
  'sound of eight bits': quantised,
  'digital silence': new Int16Array(32_000),
}

for (const [name, sound] of Object.entries(sounds))
  t.equal(noticedAfter(bytesOf(sound)), undefined, `${name}, paired rightly, is left alone`)

for (const name of ['a quiet voice', 'a loud voice', 'dial tone']) {
  const frames = noticedAfter(bytesOf(sounds[name]!).subarray(1))
  t.ok(frames !== undefined && frames <= 30, `${name}, shifted by a byte, is noticed after ${frames} frames`)
}
