// Digits as tones: what the sender makes the detector (libspandsp) finds, each press once.
import t from 'tap'
import { DigitDetector } from '../../../daemon/media/digit-detector.ts'
import { DigitQueue } from '../../../daemon/media/digit-queue.ts'
import { dtmfFrequencies, ToneSender } from '../../../daemon/media/tone-sender.ts'
import { liveDetectorBanks } from '../../../drivers/native/detector-bank.ts'
import { DtmfBank, startSpandsp } from '../../../drivers/native/dtmf-bank.ts'
import { makeTone } from '../../support/tones.ts'

startSpandsp()
const allDigits = '123A456B789C*0#D'

interface Press {
  digit: string
  durationMs: number
}

function listen(): { hear(samples: Int16Array): void; presses: Press[]; detector: DigitDetector; close(): void } {
  const bank = new DtmfBank(2)
  const presses: Press[] = []
  const detector = new DigitDetector(bank.open({ filterDialTone: true }), (digit, durationMs) =>
    presses.push({ digit, durationMs }),
  )
  const hear = (samples: Int16Array) => {
    for (let at = 0; at + 160 <= samples.length; at += 160) {
      detector.feed(samples.subarray(at, at + 160))
      bank.run()
      detector.collect()
    }
  }
  const close = () => {
    detector.close()
    bank.destroy()
  }
  return { hear, presses, detector, close }
}

function join(...parts: Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const silence = (ms: number) => new Int16Array(ms * 8)
const key = (digit: string, ms: number, levelDbm0 = -10) => makeTone(dtmfFrequencies(digit), ms, levelDbm0)

t.test('every digit that is sent is heard, once each, in order', async (t) => {
  const ear = listen()
  const done: number[] = []
  const queue = new DigitQueue((requestId) => done.push(requestId))
  const sender = new ToneSender(queue)
  queue.push(allDigits, 7)
  const frame = new Int16Array(160)
  let ticks = 0
  while (sender.next(frame)) {
    ear.hear(frame)
    ticks++
  }
  ear.hear(silence(100))
  t.equal(ear.presses.map(({ digit }) => digit).join(''), allDigits)
  t.equal(ticks, allDigits.length * 10, 'a fifth of a second each')
  t.same(done, [7], 'and the asker is told once')
  ear.close()
})

t.test('presses of 50 ms and of 3 s are one press each, with their duration', async (t) => {
  const ear = listen()
  ear.hear(join(silence(40), key('5', 60), silence(60), key('5', 3000), silence(100)))
  t.equal(ear.presses.map(({ digit }) => digit).join(''), '55')
  t.ok(Math.abs(ear.presses[0]!.durationMs - 60) <= 40, `${ear.presses[0]!.durationMs} ms`)
  t.ok(Math.abs(ear.presses[1]!.durationMs - 3000) <= 40, `${ear.presses[1]!.durationMs} ms`)
  ear.close()
})

t.test('presses from very weak to strong are heard', async (t) => {
  for (const levelDbm0 of [-25, -10, -3]) {
    const ear = listen()
    ear.hear(join(silence(40), key('8', 80, levelDbm0), silence(80)))
    t.equal(ear.presses.map(({ digit }) => digit).join(''), '8', `${levelDbm0} dBm0`)
    ear.close()
  }
})

t.test('a press is heard over dial tone', async (t) => {
  const ear = listen()
  const dialTone = makeTone([350, 440], 400, -16)
  const press = key('3', 100, -8)
  for (let i = 0; i < press.length; i++) dialTone[1600 + i] = dialTone[1600 + i]! + press[i]!
  ear.hear(dialTone)
  t.equal(ear.presses.map(({ digit }) => digit).join(''), '3')
  ear.close()
})

t.test('single tones and music-like chords are no digits', async (t) => {
  const ear = listen()
  for (const hz of [[440], [697], [1336], [400, 600], [1000, 1200, 1500]]) ear.hear(makeTone(hz, 500, -15))
  ear.hear(silence(100))
  t.same(ear.presses, [])
  ear.close()
})

t.test('the echo of a digit we send ourselves is no press', async (t) => {
  const ear = listen()
  const echo = key('4', 100, -20)
  for (let at = 0; at + 160 <= echo.length; at += 160) {
    ear.detector.expectEcho()
    ear.hear(echo.subarray(at, at + 160))
  }
  ear.hear(silence(300))
  ear.hear(join(key('4', 100), silence(60)))
  t.equal(ear.presses.length, 1, 'only the press that came later')
  t.equal(ear.detector.ownDigits, 1)
  ear.close()
})

t.test('the queue takes small letters, leaves out what is no digit, and refuses too many', async (t) => {
  const done: number[] = []
  const queue = new DigitQueue((requestId) => done.push(requestId))
  t.equal(queue.push('1 x-a', 1), true)
  const sent = []
  for (let digit = queue.next; digit !== undefined; digit = queue.next) {
    sent.push(digit)
    queue.sent()
  }
  t.same(sent, ['1', 'A'])
  t.equal(queue.push('', 2), true)
  t.same(done, [1, 2])
  t.equal(queue.push('1'.repeat(300), 3), false)
  t.equal(queue.next, undefined)
})

t.test('two requests are told in their order, those given up too', async (t) => {
  const done: number[] = []
  const queue = new DigitQueue((requestId) => done.push(requestId))
  queue.push('12', 1)
  queue.push('3', 2)
  queue.sent()
  t.same(done, [])
  queue.sent()
  t.same(done, [1])
  t.equal(queue.abandon(), 1)
  t.same(done, [1, 2])
})

t.test('ledger: every bank is freed', async (t) => {
  t.equal(liveDetectorBanks(), 0)
})
