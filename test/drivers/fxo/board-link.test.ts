// The link at work against a board in memory, by a clock the test turns: heartbeat, reopen, events, commands, and
// frames no board should send.
import t, { type Test } from 'tap'
import { encodeToHost } from '../../../drivers/fxo/board-codec.ts'
import type { BoardEvent, HookAck } from '../../../drivers/fxo/board-messages.ts'
import { cobsEncode, encodeFrame } from '../../../drivers/fxo/frame-code.ts'
import { FakeBoard, goodWelcome } from './fake-board.ts'

/** With a board that is ready; at the end of the test nothing of the link is left. */
function withBoard(name: string, run: (t: Test, board: FakeBoard) => Promise<void>): void {
  t.test(name, async (t) => {
    const board = new FakeBoard()
    board.link.start()
    t.equal(board.link.state.name, 'ready')
    await run(t, board)
    board.link.stop()
    t.equal(board.clock.liveTimers, 0, 'no timer is left')
    t.equal(board.closes, board.opens, 'every port opened was closed')
  })
}

const ring = (seq: number, oldestHeld = 0): BoardEvent => ({
  seq,
  oldestHeld,
  deviceUs: 0,
  port: 1,
  kind: 'ringStarted',
  ringStarted: { frequencyMhz: 20_000 },
})
const doneAck = (requestId: number): HookAck => ({ requestId, result: 'DONE', hook: 'IS_OFF_HOOK', deviceUs: 0 })
const offHook = { port: 1, action: 'OFF_HOOK' as const, flashMs: 0 }

withBoard('a board that answers its pings stays ready', async (t, board) => {
  await board.clock.advance(60_000)
  t.same(board.told, ['ready'])
  t.equal(board.heardBodies('ping').length, 61)
})

withBoard('a board that stops answering is lost within 3 s, and taken back when it answers again', async (t, board) => {
  await board.clock.advance(5500)
  board.answers = false
  await board.clock.advance(3000)
  t.same(board.told, ['ready', 'lost: mute'])
  board.answers = true
  await board.clock.advance(1000)
  t.equal(board.told.at(-1), 'ready')
})

withBoard('audio alone is no life: a board whose pings are dead is lost', async (t, board) => {
  await board.clock.advance(1500)
  board.answers = false
  for (let seq = 0; seq < 150; seq++) {
    board.send({
      body: 'audioUp',
      audioUp: { port: 1, seq, deviceSample: seq * 160, onHook: false, playedSeq: 0, pcm: Buffer.alloc(320) },
    })
    await board.clock.advance(20)
  }
  t.equal(board.told.at(-1), 'lost: mute')
})

withBoard('a port that closes is opened again, and again', async (t, board) => {
  board.closePort('unplugged')
  t.equal(board.told.at(-1), 'lost: portClosed: unplugged')
  board.canOpen = false
  await board.clock.advance(3_600_000)
  t.ok(board.opens > 300, `after an hour it still tries: ${board.opens} times`)
  board.canOpen = true
  await board.clock.advance(10_000)
  t.equal(board.told.at(-1), 'ready')
})

withBoard('a board that does not read is given up', async (t, board) => {
  board.unsentBytes = 100_000
  await board.clock.advance(1000)
  t.equal(board.told.at(-1), 'lost: writeStalled')
})

withBoard('audio down is dropped and counted when the board does not keep up', async (t, board) => {
  board.unsentBytes = 10_000
  board.link.sendAudio(1, 0, Buffer.alloc(320))
  t.same(board.heardBodies('audioDown'), [])
  t.equal(board.link.counters().audioDownDropped, 1)
})

withBoard('an event is taken once and acked each time', async (t, board) => {
  for (const seq of [0, 0, 1, 0]) board.send({ body: 'event', event: ring(seq) })
  t.same(
    board.events.map(({ event }) => event.seq),
    [0, 1],
  )
  t.same(
    board.heardBodies('eventAck').map((message) => message.body === 'eventAck' && message.eventAck.nextSeq),
    [1, 1, 2, 2],
  )
})

withBoard('an event that overtook a lost one waits for it', async (t, board) => {
  board.send({ body: 'event', event: ring(1) })
  t.same(board.events, [])
  board.send({ body: 'event', event: ring(0) })
  board.send({ body: 'event', event: ring(1) })
  t.same(
    board.events.map(({ event }) => event.seq),
    [0, 1],
  )
})

withBoard('events the board gave up are counted as lost', async (t, board) => {
  board.send({ body: 'event', event: ring(3, 3) })
  t.same(
    board.events.map(({ event }) => event.seq),
    [3],
  )
  t.equal(board.link.counters().eventsLost, 3)
})

withBoard('an event is stamped with the time it happened, not the time it came', async (t, board) => {
  await board.clock.advance(10_000)
  const happened = { ...ring(0), deviceUs: (board.deviceMs + 9700) * 1000 }
  board.send({ body: 'event', event: happened })
  t.equal(board.events[0]?.atMs, 9700)
})

withBoard('a command is sent again until the board answers', async (t, board) => {
  const outcomes: unknown[] = []
  board.link.command(offHook, (outcome) => outcomes.push(outcome))
  await board.clock.advance(600)
  t.equal(board.heardBodies('hookCommand').length, 3)
  board.send({ body: 'hookAck', hookAck: doneAck(1) })
  await board.clock.advance(1000)
  t.equal(board.heardBodies('hookCommand').length, 3)
  t.same(outcomes, [{ ack: doneAck(1) }])
})

withBoard('a command without an answer is refused in time', async (t, board) => {
  const outcomes: unknown[] = []
  board.link.command(offHook, (outcome) => outcomes.push(outcome))
  await board.clock.advance(1400)
  t.same(outcomes, [{ refused: 'timeout' }])
})

withBoard('a command is refused at once without a board, and when the board is lost', async (t, board) => {
  const outcomes: unknown[] = []
  board.link.command(offHook, (outcome) => outcomes.push(outcome))
  board.closePort('unplugged')
  board.link.command(offHook, (outcome) => outcomes.push(outcome))
  t.same(outcomes, [{ refused: 'deviceAbsent' }, { refused: 'deviceAbsent' }])
})

withBoard('a board that has been reset gets a new session on the open port', async (t, board) => {
  board.send({ body: 'welcome', welcome: { ...goodWelcome, session: 0 } })
  t.same(board.told, ['ready', 'lost: boardReset', 'ready'])
  t.equal(board.opens, 1)
})

/** Ten frames no board should send, and more: each is counted under its cause and harms nothing after it. */
const audioUp = (port: number, pcmBytes: number) =>
  encodeToHost({
    body: 'audioUp',
    audioUp: { port, seq: 0, deviceSample: 0, onHook: false, playedSeq: 0, pcm: Buffer.alloc(pcmBytes) },
  })
const malformed: { name: string; bytes: Uint8Array; counter: string }[] = [
  {
    name: 'a bad CRC',
    bytes: Buffer.concat([cobsEncode(Buffer.concat([audioUp(1, 320), Buffer.alloc(4, 9)])), Buffer.from([0])]),
    counter: 'badCrc',
  },
  { name: 'a COBS code past the end', bytes: Buffer.from([0x09, 1, 2, 0]), counter: 'badCobs' },
  { name: 'less than a CRC', bytes: Buffer.from([0x03, 1, 2, 0]), counter: 'tooShort' },
  {
    name: 'no end within the longest frame',
    bytes: Buffer.concat([Buffer.alloc(5000, 3), Buffer.from([0])]),
    counter: 'overlong',
  },
  {
    name: 'a sound frame that is not protobuf',
    bytes: encodeFrame(Buffer.from([0xff, 0xff, 0xff])),
    counter: 'malformed',
  },
  {
    name: 'a length that reaches past the message',
    bytes: encodeFrame(Buffer.from([0x2a, 0x7f, 0x08])),
    counter: 'malformed',
  },
  {
    name: 'a body of another version',
    bytes: encodeFrame(Buffer.from([0xfa, 0x01, 0x00])),
    counter: 'unknownMessages',
  },
  { name: 'half a sample', bytes: encodeFrame(audioUp(1, 319)), counter: 'malformed' },
  { name: 'audio without a sample', bytes: encodeFrame(audioUp(1, 0)), counter: 'malformed' },
  { name: 'audio of a port no board has', bytes: encodeFrame(audioUp(9, 320)), counter: 'malformed' },
  { name: 'audio of a port not configured', bytes: encodeFrame(audioUp(2, 320)), counter: 'unexpected' },
  {
    name: 'an event of port 200',
    bytes: encodeFrame(encodeToHost({ body: 'event', event: { ...ring(0), port: 200 } })),
    counter: 'malformed',
  },
  {
    name: 'an event older than the oldest held',
    bytes: encodeFrame(encodeToHost({ body: 'event', event: ring(0, 5) })),
    counter: 'absurdEvents',
  },
  {
    name: 'an answer nobody waits for',
    bytes: encodeFrame(encodeToHost({ body: 'hookAck', hookAck: doneAck(99) })),
    counter: 'unexpected',
  },
  {
    name: 'an answer without a result',
    bytes: encodeFrame(Buffer.from([0x1a, 0x02, 0x08, 0x01])),
    counter: 'malformed',
  },
  {
    name: 'a welcome to another session',
    bytes: encodeFrame(encodeToHost({ body: 'welcome', welcome: { ...goodWelcome, session: 99 } })),
    counter: 'staleFrames',
  },
  {
    name: 'a welcome with a sample rate we do not speak',
    bytes: encodeFrame(encodeToHost({ body: 'welcome', welcome: { ...goodWelcome, sampleRate: 44_100 } })),
    counter: 'malformed',
  },
]

for (const { name, bytes, counter } of malformed)
  withBoard(`${name} is counted, and the next event is taken`, async (t, board) => {
    const before = board.link.counters()[counter] ?? 0
    board.sendBytes(bytes)
    t.equal(board.link.counters()[counter], before + 1, counter)
    board.send({ body: 'event', event: ring(0) })
    t.equal(board.events.length, 1)
    t.equal(board.audio.length, 0)
    t.equal(board.link.state.name, 'ready')
  })

withBoard('text from the board is cut and cleaned before anybody prints it', async (t, board) => {
  board.send({ body: 'log', log: { seq: 0, level: 'INFO', text: `\u001b[2Jboo\n${'x'.repeat(500)}` } })
  const line = board.told.at(-1) ?? ''
  t.match(line, /^log: \[2Jboox+$/)
  t.ok(line.length <= 205)
})
