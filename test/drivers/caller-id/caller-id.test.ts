// Caller ID out of a line's sound: seven national ways of sending it, at −32 dBm with noise, and what is no caller ID.
import t from 'tap'
import { CallerIdListener } from '../../../drivers/caller-id/caller-id-listener.ts'
import { type CallerIdText, readDtmfCallerId, readFskMessage } from '../../../drivers/caller-id/caller-id-message.ts'
import { liveFskReceivers } from '../../../drivers/native/fsk-receiver.ts'
import { type FskOptions, fskSound, multipleDataMessage, singleDataMessage } from '../../rig/fsk-sound.ts'
import { seededRandom } from '../../support/sip-network.ts'
import { makeTone } from '../../support/tones.ts'

const levelDbm0 = -32
const time = '11210930'
const dtmfFrequencies: Record<string, [number, number]> = {
  1: [697, 1209],
  2: [697, 1336],
  3: [697, 1477],
  A: [697, 1633],
  4: [770, 1209],
  5: [770, 1336],
  6: [770, 1477],
  B: [770, 1633],
  7: [852, 1209],
  8: [852, 1336],
  9: [852, 1477],
  C: [852, 1633],
  '*': [941, 1209],
  0: [941, 1336],
  '#': [941, 1477],
  D: [941, 1633],
}

function joined(...parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]))
}

function pause(ms: number): Int16Array {
  return new Int16Array(ms * 8)
}

function dtmf(digits: string, ms: number, level = levelDbm0): Int16Array {
  return joined(...[...digits].flatMap((digit) => [makeTone(dtmfFrequencies[digit]!, ms, level - 3), pause(ms)]))
}

const fsk = (content: Uint8Array, options: Partial<FskOptions> = {}) =>
  fskSound(content, { modulation: 'v23', levelDbm0, seizureBits: 300, markBits: 180, ...options })

/** White noise so far below the signal. */
function noisy(samples: Int16Array, snrDb: number, seed: number): Int16Array {
  const random = seededRandom(seed)
  const rms = (32767 * 10 ** ((levelDbm0 - 3.14 - snrDb) / 20)) / Math.SQRT2
  return samples.map((sample) => {
    const gauss = random() + random() + random() + random() + random() + random() - 3
    return Math.max(-32768, Math.min(32767, Math.round(sample + gauss * Math.SQRT2 * rms)))
  })
}

/** What is found in the sound, and in the silence after it. */
function heard(sound: Int16Array, chunk = 160): CallerIdText[] {
  const samples = joined(sound, pause(100))
  const found: CallerIdText[] = []
  const listener = new CallerIdListener((caller) => found.push(caller))
  for (let at = 0; at < samples.length; at += chunk) listener.hear(samples.subarray(at, at + chunk))
  listener.close()
  return found
}

const bellcore = { modulation: 'bell202' } as const
const casTone = () => makeTone([2130, 2750], 100, levelDbm0 - 3)

const networks: { name: string; sound: Int16Array; caller: CallerIdText }[] = [
  {
    name: 'United States: number alone, between the first two rings',
    sound: joined(pause(500), fsk(singleDataMessage(time, '5551234567'), bellcore), pause(300)),
    caller: { number: '5551234567' },
  },
  {
    name: 'Canada: number and name',
    sound: joined(
      pause(500),
      fsk(
        multipleDataMessage([
          [1, time],
          [2, '6135550142'],
          [7, 'JOHN DOE'],
        ]),
        bellcore,
      ),
    ),
    caller: { number: '6135550142', name: 'JOHN DOE' },
  },
  {
    name: 'United Kingdom: after a reversal and the alerting tone, short seizure, before the first ring',
    sound: joined(
      pause(120),
      casTone(),
      pause(60),
      fsk(
        multipleDataMessage([
          [0x11, '\x01'],
          [1, time],
          [2, '02079460555'],
          [7, 'A CALLER'],
        ]),
        {
          seizureBits: 96,
          markBits: 55,
        },
      ),
    ),
    caller: { number: '02079460555', name: 'A CALLER' },
  },
  {
    name: 'Germany: ETSI after the first ring',
    sound: joined(
      pause(700),
      fsk(
        multipleDataMessage([
          [1, time],
          [2, '0301234567'],
        ]),
      ),
    ),
    caller: { number: '0301234567' },
  },
  {
    name: 'France: withheld, after a short ring pulse',
    sound: joined(
      pause(600),
      fsk(
        multipleDataMessage([
          [1, time],
          [4, 'P'],
          [8, 'P'],
        ]),
      ),
    ),
    caller: { withheld: 'private' },
  },
  {
    name: 'Sweden: DTMF, 70 ms, before the first ring',
    sound: joined(pause(250), dtmf('A0812345678C', 70), pause(300)),
    caller: { number: '0812345678' },
  },
  {
    name: 'Denmark: DTMF, 50 ms',
    sound: joined(pause(250), dtmf('A33123456#', 50), pause(300)),
    caller: { number: '33123456' },
  },
]

for (const { name, sound, caller } of networks)
  t.test(`${name}, at ${levelDbm0} dBm0, 15 dB above the noise`, async (t) => {
    for (const seed of [1, 2, 3, 4, 5]) t.same(heard(noisy(sound, 15, seed)), [caller], `noise ${seed}`)
    t.same(heard(noisy(sound, 15, 6), 80), [caller], 'from a board with frames of 10 ms')
  })

t.test('a message that noise has broken is no message', async (t) => {
  const sound = fsk(
    multipleDataMessage([
      [1, time],
      [2, '0301234567'],
    ]),
  )
  for (let seed = 1; seed <= 20; seed++) {
    const [caller] = heard(noisy(sound, 2, seed))
    if (caller) t.same(caller, { number: '0301234567' }, 'right, or not at all')
  }
})

t.test('a listener that has heard one caller waits for the next call', async (t) => {
  const found: CallerIdText[] = []
  const listener = new CallerIdListener((caller) => found.push(caller))
  const say = (number: string) => {
    const sound = joined(pause(100), fsk(singleDataMessage(time, number), bellcore), pause(100))
    for (let at = 0; at < sound.length; at += 160) listener.hear(sound.subarray(at, at + 160))
  }
  say('5550001')
  say('5550002')
  listener.restart()
  say('5550003')
  listener.close()
  t.same(found, [{ number: '5550001' }, { number: '5550003' }])
})

t.test('messages', async (t) => {
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
  t.same(readFskMessage(bytes('0412303130323033303435353531323334353637')), { number: '5551234567' })
  t.same(readFskMessage(bytes('802001083031303230333034020a3535353132333435363707084a4f484e20444f45')), {
    number: '5551234567',
    name: 'JOHN DOE',
  })
  t.same(readFskMessage(bytes('80100108303130323033303404015008' + '0150')), { withheld: 'private' })
  t.equal(readFskMessage(bytes('82030b01ff')), undefined, 'message waiting is about no caller')
  t.equal(readFskMessage(bytes('8010')), undefined)
  t.equal(readFskMessage(bytes('')), undefined)
  t.same(readFskMessage(bytes('8009020335353507ff4a4f')), { number: '555' }, 'what came before a broken parameter')
  const longName = `8043${'0203353535'}07${'3c'}${'41'.repeat(60)}`
  t.equal(readFskMessage(bytes(longName))?.name?.length, 50)
})

t.test('strings of digits', async (t) => {
  for (const [digits, caller] of [
    ['A33123456#', { number: '33123456' }],
    ['D1#', { withheld: 'private' }],
    ['D2#', { withheld: 'unavailable' }],
    ['A0812345678C', { number: '0812345678' }],
    ['A0812345678D0311111B00C', { number: '0812345678' }],
    ['B10C', { withheld: 'private' }],
    ['D0212345678C', { number: '0212345678' }],
    ['33123456#', { number: '33123456' }],
    ['A33123456', undefined],
    ['12#', undefined],
    ['', undefined],
  ] as const)
    t.same(readDtmfCallerId(digits), caller, digits)
})

t.test('ledger: no receiver is left', async (t) => t.equal(liveFskReceivers(), 0))
