// The simulated firmware is strict: what it refuses, and what it does by itself for safety.
import t from 'tap'
import { decodeToHost, encodeToBoard } from '../../drivers/fxo/board-codec.ts'
import type { PortConfig, ToBoard, ToHost } from '../../drivers/fxo/board-messages.ts'
import { encodeFrame } from '../../drivers/fxo/frame-code.ts'
import { usualPortConfig } from '../support/port-config.ts'
import { Firmware, type FirmwareEvent } from './board/firmware.ts'
import { LineCard, type LineCondition } from './board/line-card.ts'

const quiet: LineCondition = { ringHz: undefined, batteryMv: 48_000, feeds: true, reversed: false }
class Bench {
  readonly said: ToHost[] = []
  readonly told: FirmwareEvent[] = []
  readonly card = new LineCard(1)
  readonly firmware = new Firmware({
    cards: [this.card],
    frameSamples: 160,
    serial: 'T1',
    send: (bytes) => {
      const decoded = decodeToHost(bytes)
      if (decoded.is !== 'message') throw new Error(`the firmware sent ${decoded.is}`)
      this.said.push(decoded.message)
    },
    tell: (event) => this.told.push(event),
    framesDropped: () => 3,
  })

  host(message: ToBoard): void {
    this.firmware.receive(encodeFrame(encodeToBoard(message)))
  }

  hello(lowestMajor = 1, highestMajor = 1, { session = 5, resume = 0 } = {}): void {
    this.host({ body: 'hello', hello: { session, lowestMajor, highestMajor, minor: 1, host: 'test', resume } })
  }

  configure(config: Partial<PortConfig> = {}, hostSilenceMs = 0): void {
    const ports = [{ ...usualPortConfig, ...config }]
    this.host({ body: 'configure', configure: { requestId: 1, ports, hostSilenceMs } })
  }

  offHook(requestId = 1): void {
    this.host({ body: 'hookCommand', hookCommand: { requestId, port: 1, action: 'OFF_HOOK', flashMs: 0 } })
  }

  pass(ms: number, line: Partial<LineCondition> = {}): void {
    for (let i = 0; i < ms; i += 10) this.firmware.step(10, new Map([[1, { ...quiet, ...line }]]))
  }

  ready(): this {
    this.pass(200)
    this.hello()
    this.configure()
    return this
  }

  /** Kinds of events, each as often as it was sent. */
  events(): (string | undefined)[] {
    return this.said.flatMap((message) => (message.body === 'event' ? [message.event.kind] : []))
  }

  bodies(): string[] {
    return this.said.map(({ body }) => body)
  }
}

t.test('without a session it answers nothing but a greeting', async (t) => {
  const bench = new Bench()
  bench.host({ body: 'ping', ping: { nonce: 1 } })
  bench.configure()
  bench.offHook()
  t.same(bench.said, [])
  bench.hello()
  t.same(bench.bodies(), ['welcome'])
})

t.test('it takes the highest version both speak', async (t) => {
  const bench = new Bench()
  bench.firmware.majors = [1, 2]
  bench.hello(1, 3)
  t.match(bench.said[0], { welcome: { major: 2, refusal: '' } })
})

t.test('it refuses a host of another version in words and stays silent', async (t) => {
  const bench = new Bench()
  bench.hello(2, 4)
  t.match(bench.said[0], { welcome: { major: 0, session: 5, refusal: /speaks protocol 1, the host 2 to 4/ } })
  bench.host({ body: 'ping', ping: { nonce: 1 } })
  t.equal(bench.said.length, 1)
})

const badConfigs: [Partial<PortConfig>, RegExp][] = [
  [{ port: 2 }, /port 2: this board has 1/],
  [{ currentLossMs: 20 }, /current_loss_ms 20 is not 50–900/],
  [{ ringOnMs: 1 }, /ring_on_ms 1/],
  [{ ringOffMs: 5000 }, /ring_off_ms 5000/],
  [{ ringLowestHz: 50, ringHighestHz: 20 }, /ring 50–20 Hz/],
]
for (const [config, words] of badConfigs)
  t.test(`it refuses a configuration: ${words.source}`, async (t) => {
    const bench = new Bench()
    bench.hello()
    bench.configure(config)
    t.match(bench.said.at(-1), { configured: { refusal: words } })
    bench.offHook()
    t.match(bench.said.at(-1), { hookAck: { result: 'NOT_CONFIGURED' } })
  })

t.test('it goes on-hook and ends the session when the host is silent for 3 s', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.pass(2990)
  t.equal(bench.card.offHook, true)
  bench.pass(20)
  t.equal(bench.card.offHook, false)
  t.match(bench.told.at(-2), { event: 'hookChanged', cause: 'HOST_SILENT' })
  t.match(bench.told.at(-1), { event: 'sessionEnded', reason: 'hostSilent' })
})

t.test('any valid frame keeps the line, bytes that are none do not', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.pass(2000)
  bench.host({ body: 'ping', ping: { nonce: 1 } })
  bench.pass(2000)
  t.equal(bench.card.offHook, true)
  bench.firmware.receive(Buffer.from('noise, not a frame\0'))
  bench.pass(1100)
  t.equal(bench.card.offHook, false)
})

t.test('the host may ask for a longer silence, within bounds', async (t) => {
  const bench = new Bench()
  bench.pass(200)
  bench.hello()
  bench.configure({}, 20_000)
  t.match(bench.said.at(-1), { configured: { refusal: /host_silence_ms 20000 is not 3000–15000/ } })
  bench.configure({}, 8000)
  bench.offHook()
  bench.pass(7990)
  t.equal(bench.card.offHook, true)
  bench.pass(20)
  t.equal(bench.card.offHook, false)
})

t.test('a host that starts anew and names its session finds the line as it left it', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.hello(1, 1, { session: 6, resume: 5 })
  t.match(bench.said.at(-1), { welcome: { session: 6, resumed: true } })
  bench.hello(1, 1, { session: 6, resume: 5 })
  t.match(bench.said.at(-1), { welcome: { session: 6, resumed: true } }, 'and when the first answer was lost')
  bench.configure()
  t.match(bench.said.at(-1), { configured: { status: [{ port: 1, hook: 'IS_OFF_HOOK' }] } })
  t.equal(bench.card.offHook, true)
})

t.test('a caller who hung up while no host was there is told with the line', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.pass(700)
  bench.pass(400, { feeds: false })
  bench.hello(1, 1, { session: 6, resume: 5 })
  bench.configure()
  t.match(bench.said.at(-1), { configured: { status: [{ port: 1, hook: 'IS_OFF_HOOK', currentLost: true }] } })
})

t.test('a host that names another session than the board has begins anew', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.hello(1, 1, { session: 6, resume: 4 })
  t.match(bench.said.at(-1), { welcome: { session: 6, resumed: false } })
  t.equal(bench.card.offHook, false)
})

t.test('a new session releases every line', async (t) => {
  const bench = new Bench().ready()
  bench.offHook()
  bench.hello()
  t.equal(bench.card.offHook, false)
})

t.test('a repeated command is answered from memory', async (t) => {
  const bench = new Bench().ready()
  bench.offHook(1)
  bench.host({ body: 'hookCommand', hookCommand: { requestId: 2, port: 1, action: 'ON_HOOK', flashMs: 0 } })
  bench.offHook(1)
  t.match(bench.said.at(-1), { hookAck: { requestId: 1, result: 'DONE' } })
  t.equal(bench.card.offHook, false)
})

t.test('an event is sent six times in all when nobody acks it', async (t) => {
  const bench = new Bench().ready()
  bench.said.length = 0
  bench.pass(150, { reversed: true })
  bench.pass(2500, { reversed: true })
  t.equal(bench.events().filter((kind) => kind === 'polarityReversed').length, 6)
})

t.test('an acked event is not sent again', async (t) => {
  const bench = new Bench().ready()
  bench.host({ body: 'eventAck', eventAck: { nextSeq: 1 } })
  bench.said.length = 0
  bench.pass(1000)
  t.same(bench.events(), [])
})

t.test('it tells its counters every 5 s', async (t) => {
  const bench = new Bench().ready()
  bench.firmware.receive(Buffer.from('noise, not a frame\0'))
  for (let s = 0; s < 5; s++) {
    bench.host({ body: 'ping', ping: { nonce: s } })
    bench.pass(1000)
  }
  const counters = bench.said.flatMap((message) => (message.body === 'counters' ? [message.counters] : []))
  t.match(counters, [{ framesReceived: 7, framesBad: 1, framesDropped: 3 }])
})

const rings: [string, Partial<LineCondition>, number, string[]][] = [
  ['20 Hz for 300 ms is a ring', { ringHz: 20 }, 300, ['ringStarted', 'ringStopped']],
  ['20 Hz for 60 ms is a spike', { ringHz: 20 }, 60, []],
  ['5 Hz is dialling on a parallel telephone', { ringHz: 5 }, 2000, []],
  ['100 Hz is hum', { ringHz: 100 }, 2000, []],
]
for (const [name, line, ms, kinds] of rings)
  t.test(name, async (t) => {
    const bench = new Bench().ready()
    bench.host({ body: 'eventAck', eventAck: { nextSeq: 1 } })
    bench.said.length = 0
    bench.pass(ms, line)
    bench.pass(250)
    const seen = bench.events().filter((kind) => kind === 'ringStarted' || kind === 'ringStopped')
    t.same([...new Set(seen)], kinds)
  })
