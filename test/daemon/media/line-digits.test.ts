// Digits on a telephone line: all that ITU-T Q.24 wants to be heard, nothing of what it does not, and none in speech and
// music. A minute of those by default; scripts/line-media and CORDBOARD_TALK_OFF_MINUTES=60 take the hour.
import t from 'tap'
import { liveDetectorBanks } from '../../../drivers/native/detector-bank.ts'
import { startSpandsp } from '../../../drivers/native/dtmf-bank.ts'
import { EchoCanceller } from '../../../drivers/native/echo-canceller.ts'
import { mappedMemories } from '../../../drivers/native/shared-memory.ts'
import { allDigits, digitsHeard, keyed, limits } from '../../line-media/digits-measure.ts'
import { farEnds } from '../../line-media/echo-measure.ts'
import { echoOf, echoPath } from '../../line-media/hybrid.ts'
import { repeated } from '../../line-media/sounds.ts'
import { talkOff } from '../../line-media/talk-off.ts'

startSpandsp()

const talkOffMinutes = Number(process.env.CORDBOARD_TALK_OFF_MINUTES ?? 1)

for (const { name, keying, isDigit } of limits)
  t.test(`keys ${name}: ${isDigit ? 'every one' : 'not one'} is heard`, async (t) => {
    t.equal(digitsHeard(keyed(keying, 3)), isDigit ? allDigits.repeat(3) : '')
  })

t.test('the same key twice, 40 ms apart, is two digits', async (t) => {
  const twice = keyed({ levelDbm0: -10, onMs: 40, gapMs: 40 }).subarray(0, 40 * 8 + 40 * 8)
  const sound = new Int16Array(twice.length * 8)
  for (let i = 0; i < 8; i++) sound.set(twice, i * twice.length)
  t.equal(digitsHeard(sound), '11111111')
})

t.test('keys are heard while a prompt plays, whose echo is as loud as they are: it is cancelled before', async (t) => {
  const keys = keyed({ levelDbm0: -30, onMs: 50, gapMs: 50 }, 3)
  const prompt = repeated(farEnds.speech(), 16_000 + keys.length)
  const heard = echoOf(prompt, echoPath({ tailMs: 32, lossDb: 8 }))
  keys.forEach((sample, i) => {
    heard[16_000 + i]! += sample
  })
  const canceller = new EchoCanceller(64)
  for (let at = 0; at + 160 <= heard.length; at += 160)
    canceller.cancel(heard.subarray(at, at + 160), prompt.subarray(at, at + 160))
  canceller.close()
  t.equal(digitsHeard(heard), allDigits.repeat(3))
})

t.test('speech and music have no digits', async (t) => {
  for (const { name, sound } of talkOff(talkOffMinutes)) t.equal(digitsHeard(sound), '', name)
})

t.test('ledger', async (t) => {
  t.equal(liveDetectorBanks(), 0)
  t.equal(mappedMemories(), 0)
})
