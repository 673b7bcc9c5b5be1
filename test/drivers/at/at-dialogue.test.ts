// Commands and answers of a device that speaks AT, told as what was sent, what came, and what was made of it.
import t from 'tap'
import { AtDialogue, type AtReply } from '../../../drivers/at/at-dialogue.ts'
import { AtReader } from '../../../drivers/at/at-reader.ts'
import { MockClock } from '../../support/mock-clock.ts'

function talk() {
  const clock = new MockClock()
  const written: string[] = []
  const unasked: string[] = []
  const dialogue = new AtDialogue({
    clock,
    write: (text) => void written.push(text.trim()),
    isUnasked: (line) => /^RING$|^\+CREG: \d$/.test(line),
    unasked: (line) => void unasked.push(line),
  })
  const replies: AtReply[] = []
  const ask = (command: string) => dialogue.send(command, 1000, (reply) => void replies.push(reply))
  const hear = (...lines: string[]) => {
    for (const line of lines) dialogue.take(line)
  }
  return { clock, written, unasked, dialogue, replies, ask, hear }
}

t.test('an answer is its lines and its final result', async (t) => {
  const { ask, hear, replies } = talk()
  ask('AT+CSQ')
  hear('+CSQ: 21,99', 'OK')
  t.same(replies, [{ result: 'ok', lines: ['+CSQ: 21,99'], final: 'OK' }])
})

t.test('one command at a time, in the order they were given', async (t) => {
  const { ask, hear, written } = talk()
  ask('AT')
  ask('ATI')
  t.same(written, ['AT'])
  hear('OK')
  t.same(written, ['AT', 'ATI'])
})

t.test('a line nobody asked for is no part of the answer it stands in', async (t) => {
  const { ask, hear, replies, unasked } = talk()
  ask('AT+CSQ')
  hear('RING', '+CSQ: 21,99', '+CREG: 5', 'OK')
  t.same(unasked, ['RING', '+CREG: 5'])
  t.same(replies[0]?.lines, ['+CSQ: 21,99'])
})

for (const [line, result] of [
  ['ERROR', 'error'],
  ['+CME ERROR: 10', 'error'],
  ['CONNECT', 'connect'],
  ['VCON', 'connect'],
  ['NO CARRIER', 'noCarrier'],
  ['NO DIALTONE', 'noDialTone'],
  ['NO DIAL TONE', 'noDialTone'],
  ['BUSY', 'busy'],
] as const)
  t.test(`${line} is the end of an answer: ${result}`, async (t) => {
    const { ask, hear, replies } = talk()
    ask('ATD1')
    hear(line)
    t.equal(replies[0]?.result, result)
  })

t.test('the echo of a command is no answer', async (t) => {
  const { ask, hear, replies } = talk()
  ask('ATE0')
  hear('ATE0', 'OK')
  t.same(replies[0]?.lines, [])
})

t.test('an answer that comes too late is not taken for that of the next command', async (t) => {
  const { ask, hear, replies, clock, written } = talk()
  ask('AT+FIRST')
  ask('AT+SECOND')
  await clock.advance(1000)
  t.equal(replies[0]?.result, 'timeout')
  t.same(written, ['AT+FIRST'], 'the second waits until it is quiet')
  await clock.advance(100)
  hear('+FIRST: late', 'OK')
  await clock.advance(200)
  t.same(written, ['AT+FIRST', 'AT+SECOND'])
  hear('+SECOND: 2', 'OK')
  t.same(replies[1]?.lines, ['+SECOND: 2'])
})

t.test('a device that never falls silent is asked all the same', async (t) => {
  const { ask, hear, clock, written } = talk()
  ask('AT+FIRST')
  await clock.advance(1000)
  ask('AT+SECOND')
  for (let i = 0; i < 10; i++) {
    hear('noise')
    await clock.advance(100)
  }
  t.same(written, ['AT+FIRST', 'AT+SECOND'])
})

t.test('a device that talks and talks fills no memory', async (t) => {
  const { ask, hear, replies } = talk()
  ask('AT')
  for (let i = 0; i < 1000; i++) hear('line')
  hear('OK')
  t.equal(replies[0]?.lines.length, 64)
})

t.test('commands beyond the queue are refused', async (t) => {
  const { ask, replies } = talk()
  for (let i = 0; i < 20; i++) ask(`AT+${i}`)
  t.equal(replies.length, 3)
  t.equal(replies[0]?.result, 'error')
})

t.test('after a reset nothing is awaited, and no timer runs', async (t) => {
  const { ask, dialogue, replies, clock } = talk()
  ask('AT')
  dialogue.reset()
  t.equal(clock.liveTimers, 0)
  t.same(replies, [])
})

t.test('lines are cut at line feeds, split as they come, and never without bound', async (t) => {
  const lines: string[] = []
  const reader = new AtReader({ line: (text) => void lines.push(text) })
  for (const chunk of ['\r\nO', 'K\r', '\n\r\n+CLIP: "1"\r\n', `${'x'.repeat(2000)}\n`, '\x00\xffAT\n'])
    reader.push(Buffer.from(chunk, 'latin1'))
  t.same(
    lines.map((line) => line.slice(0, 12)),
    ['OK', '+CLIP: "1"', 'xxxxxxxxxxxx', 'AT'],
  )
  t.equal(lines[2]?.length, 400)
})

t.test('what follows the line a reader is stopped at stays unread', async (t) => {
  const reader: AtReader = new AtReader({ line: (text) => text === 'CONNECT' && reader.stopHere() })
  const chunk = Buffer.from('\r\nCONNECT\r\nsound')
  t.equal(chunk.subarray(reader.push(chunk)).toString(), 'sound')
})
