// RFC 4733 events as far ends and relays send them, and the presses they stand for. A packet is written
// `digit@timestamp+duration`, with `!` for the end bit; `-` is 20 ms gone by.
import t from 'tap'
import { digitsByEvent, EventReceiver } from '../../../daemon/media/event-receiver.ts'

function presses(trace: string): { told: string[]; receiver: EventReceiver } {
  const told: string[] = []
  const receiver = new EventReceiver((digit, durationMs) => told.push(`${digit} ${durationMs}ms`))
  const octets = new Uint8Array(4)
  for (const step of trace.split(' ').filter((step) => step !== '')) {
    if (step === '-') {
      receiver.tick()
      continue
    }
    const [, digit, timestamp, duration, end] = /^(.)@(\d+)\+(\d+)(!?)$/.exec(step)!
    octets[0] = digitsByEvent.indexOf(digit!)
    octets[1] = 10 | (end ? 0x80 : 0)
    new DataView(octets.buffer).setUint16(2, Number(duration))
    receiver.receive(Number(timestamp), octets, 0, 4)
  }
  return { told, receiver }
}

const long = '- '.repeat(10)

const cases: { name: string; trace: string; told: string[]; counters?: object }[] = [
  {
    name: 'a press with its three end packets is told once, with its duration',
    trace: '5@1000+160 - 5@1000+320 - 5@1000+800! 5@1000+800! 5@1000+800!',
    told: ['5 100ms'],
    counters: { repeats: 2, endsLost: 0 },
  },
  { name: 'only the last end packet came through', trace: '5@1000+800!', told: ['5 100ms'] },
  {
    name: 'the end packets are all lost: told when the packets have stopped',
    trace: `5@1000+160 - 5@1000+320 ${long}`,
    told: ['5 40ms'],
    counters: { endsLost: 1 },
  },
  {
    name: 'the end packets are lost and the next key comes at once',
    trace: '5@1000+800 - 6@3000+160 - 6@3000+800!',
    told: ['5 100ms', '6 100ms'],
    counters: { endsLost: 1 },
  },
  {
    name: 'the same key twice is two presses',
    trace: '1@1000+800! - - - 1@2600+160 - 1@2600+800!',
    told: ['1 100ms', '1 100ms'],
  },
  {
    name: 'the same key twice, very fast: the second begins with a short duration',
    trace: '1@1000+400! - 1@1560+160 - 1@1560+400!',
    told: ['1 50ms', '1 50ms'],
  },
  {
    name: 'a relay that stamps each end packet anew makes no second press',
    trace: '7@1000+800! 7@1160+800! - 7@1320+800!',
    told: ['7 100ms'],
    counters: { repeats: 2 },
  },
  {
    name: 'a relay that stamps every packet anew makes one press',
    trace: '7@1000+160 - 7@1160+320 - 7@1320+480 - 7@1480+640! 7@1480+640!',
    told: ['7 80ms'],
  },
  {
    name: 'updates that come after the end change nothing',
    trace: '#@1000+160 - #@1000+800! #@1000+640 - #@1000+800!',
    told: ['# 100ms'],
  },
  {
    name: 'a late packet of the press before is no new press',
    trace: '1@1000+800! - - - 2@3000+160 1@1000+800! - 2@3000+800!',
    told: ['1 100ms', '2 100ms'],
  },
  {
    name: 'a press longer than the duration field goes on in segments',
    trace: '9@1000+65000 - 9@1000+65535 - 9@66535+160 - 9@66535+1600!',
    told: ['9 8392ms'],
  },
  { name: 'letters and signs', trace: 'A@1+80! - - - *@900+80!', told: ['A 10ms', '* 10ms'] },
]

for (const { name, trace, told, counters } of cases)
  t.test(name, async (t) => {
    const outcome = presses(trace)
    t.same(outcome.told, told)
    if (counters) t.match(outcome.receiver, counters)
  })

t.test('events that are no digits are counted and not told', async (t) => {
  const told: string[] = []
  const receiver = new EventReceiver((digit) => told.push(digit))
  receiver.receive(1000, Uint8Array.of(16, 0x8a, 0, 80), 0, 4)
  receiver.receive(1000, Uint8Array.of(5, 0x8a, 0), 0, 3)
  t.same(told, [])
  t.equal(receiver.ignored, 2)
})

t.test('a new stream ends the press of the old one', async (t) => {
  const told: string[] = []
  const receiver = new EventReceiver((digit) => told.push(digit))
  receiver.receive(-16, Uint8Array.of(5, 10, 0, 160), 0, 4)
  receiver.restart()
  receiver.receive(16, Uint8Array.of(5, 0x8a, 0, 160), 0, 4)
  t.same(told, ['5', '5'])
})
