// Caller ID out of what lines sound like while nobody holds them, as frames come from the board: by keys and by modem,
// before the first ring and after it, on several lines at once, call after call.
import t from 'tap'
import { OnHookAudio } from '../../../drivers/fxo/on-hook-audio.ts'
import { liveFskReceivers } from '../../../drivers/native/fsk-receiver.ts'
import { dtmf, limited, type Sound, samples, sequence, silence } from '../../rig/board/sound.ts'
import { fskSound, multipleDataMessage, singleDataMessage } from '../../rig/fsk-sound.ts'
import { MockClock } from '../../support/mock-clock.ts'

const time = '11210930'
const fsk = (content: Uint8Array) =>
  samples(fskSound(content, { modulation: 'bell202', levelDbm0: -20, seizureBits: 300, markBits: 180 }))

class Lines {
  readonly clock = new MockClock()
  readonly found: [port: number, number: string | undefined][] = []
  readonly audio = new OnHookAudio(this.clock, (port, { number, withheld }) =>
    this.found.push([port, number ?? withheld]),
  )

  /** Frames of the lines, side by side, for so long. */
  async hear(sounds: Record<number, Sound>, ms: number): Promise<void> {
    const frame = new Int16Array(160)
    for (let passedMs = 0; passedMs < ms; passedMs += 20) {
      for (const [port, sound] of Object.entries(sounds)) {
        frame.fill(0)
        sound.fill(frame, 0, frame.length)
        this.audio.hear(Number(port), Buffer.from(frame.buffer))
      }
      await this.clock.advance(20)
    }
  }
}

const after = (ms: number, sound: Sound) => sequence([limited(silence(), ms), sound])

const ways: [string, Sound, string][] = [
  ['keys before the first ring, 200 ms after the reversal', after(200, dtmf('A0812345678C', 70, 70)), '0812345678'],
  ['keys after the first ring', after(600, dtmf('A33123456#', 50, 50)), '33123456'],
  ['keys that withhold the number', after(300, dtmf('D1#', 60, 60)), 'private'],
  ['a number alone by modem (SDMF)', after(500, fsk(singleDataMessage(time, '5551234567'))), '5551234567'],
  [
    'by modem with more (MDMF)',
    after(
      500,
      fsk(
        multipleDataMessage([
          [1, time],
          [2, '5550002'],
        ]),
      ),
    ),
    '5550002',
  ],
]

for (const [name, sound, number] of ways)
  t.test(name, async (t) => {
    const lines = new Lines()
    await lines.hear({ 1: sound }, 4000)
    lines.audio.close()
    t.same(lines.found, [[1, number]])
  })

t.test('two lines at once, each its own caller; and the next call after a while', async (t) => {
  const lines = new Lines()
  await lines.hear(
    { 1: after(200, dtmf('A11111#', 60, 60)), 2: after(500, fsk(singleDataMessage(time, '22222'))) },
    3000,
  )
  await lines.clock.advance(5000)
  await lines.hear({ 1: after(200, dtmf('A33333#', 60, 60)) }, 3000)
  lines.audio.close()
  t.same(lines.found.toSorted(), [
    [1, '11111'],
    [1, '33333'],
    [2, '22222'],
  ])
})

t.test('ledger: no receiver is left', async (t) => t.equal(liveFskReceivers(), 0))
