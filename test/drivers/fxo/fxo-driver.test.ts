// The whole driver, its process and a real serial port, against the simulated board: a call, and all that can go wrong
// with a board during one. In real time: the board has its own crystal.
import { join } from 'node:path'
import t from 'tap'
import { encodeToHost } from '../../../drivers/fxo/board-codec.ts'
import { makeTone, tonePresentMs } from '../../support/tones.ts'
import { until } from '../../support/wait.ts'
import { readWav } from '../../support/wav.ts'
import { driverProcesses, listen, play, withDriver } from './driver-rig.ts'

// Some seconds a case, one after the other: they share the machine's clock with whatever else runs.
t.setTimeout(300_000)

const callerHz = 1000
const boxHz = 600
const callerSpeaks = { kind: 'tone' as const, frequenciesHz: [callerHz], durationMs: 3000, levelDbm0: -10 }

const cases = [
  withDriver('a ring is told with its frequency, and the caller by number and name', async (t, { board, next }) => {
    await board.client.incomingCall({
      port: 1,
      number: '+15550001',
      name: 'ANN',
      ringCadenceMs: [400, 1500],
      callerIdAfterMs: 400,
    })
    t.equal((await next('ringStarted')).frequencyHz, 20)
    t.equal((await next('ringStopped')).durationMs, 400)
    const { number, name } = await next('callerIdReceived')
    t.same([number, name], ['+15550001', 'ANN'])
  }),

  withDriver('a caller who withholds the number is told as such', async (t, { board, next }) => {
    await board.client.incomingCall({ port: 1, withheld: 'private', ringCadenceMs: [300, 1500], callerIdAfterMs: 300 })
    const { number, withheld } = await next('callerIdReceived')
    t.same([number, withheld], [undefined, 'private'])
  }),

  ...(['bellcore', 'etsi', 'dtmf'] as const).map((callerIdSound) =>
    withDriver(`a caller ID that is heard on the line (${callerIdSound})`, async (t, { board, next }) => {
      const call = { port: 1, ringCadenceMs: [300, 3000], callerIdAfterMs: 500, callerIdSound }
      await board.client.incomingCall({ ...call, number: '02079460555' })
      t.equal((await next('callerIdReceived')).number, '02079460555')
    }),
  ),

  withDriver('pulses of a message lamp are no ring', async (t, { board, next, signals }) => {
    await board.client.incomingCall({ port: 1, ringHz: 5, ringCadenceMs: [300, 300], sendsCallerId: false })
    // Something that follows in the same stream: had there been a ring, it would have come before.
    await board.client.order({ do: 'setPolarity', port: 1, reversed: true })
    await next('polarityReversed')
    t.notOk(signals.all.some(({ type }) => type === 'ringStarted'))
  }),

  withDriver('caller and box hear each other, and nobody hears himself', async (t, rig) => {
    const { board, pcm } = rig
    const file = join(board.device, '../heard.wav')
    await board.client.captureAudio(1, file)
    await rig.answeredCall()
    await board.client.callerSends({ port: 1, utterances: [callerSpeaks] })
    const [heardByBox] = await Promise.all([listen(pcm, 2000), play(pcm, makeTone(boxHz, 2000))])
    await board.client.callerHangUp(1)
    await board.client.next('captureFinished')
    const heardByCaller = readWav(file).samples[0]!
    t.ok(
      tonePresentMs(heardByBox, callerHz) >= 1900,
      `the box hears the caller: ${tonePresentMs(heardByBox, callerHz)} ms`,
    )
    t.equal(tonePresentMs(heardByBox, boxHz), 0, 'and not itself')
    t.ok(
      tonePresentMs(heardByCaller, boxHz) >= 1980,
      `the caller hears the box: ${tonePresentMs(heardByCaller, boxHz)} ms`,
    )
    t.equal(tonePresentMs(heardByCaller, callerHz), 0, 'and not himself')
  }),

  withDriver('what is played arrives sample for sample, unclipped at both ends', async (t, rig) => {
    const file = join(rig.board.device, '../heard.wav')
    await rig.board.client.captureAudio(1, file)
    await rig.answeredCall()
    const ramp = Int16Array.from({ length: 8000 }, (_, i) => i - 4000 || 1)
    await play(rig.pcm, ramp)
    await rig.board.client.callerHangUp(1)
    await rig.board.client.next('captureFinished')
    // The ramp has no zero: what is one is the silence around it, or, on a busy machine, in it.
    t.same(
      readWav(file).samples[0]!.filter((sample) => sample !== 0),
      ramp,
    )
    await until('the call to be counted', () => (rig.driver.counters()['port1.framesDown'] ?? 0) >= 50)
    t.equal(rig.driver.counters()['port1.playbackTrimmedSamples'], 0)
  }),

  withDriver('a caller who hangs up is told by the loss of loop current', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.callerHangUp(1, { by: 'currentLoss', durationMs: 500 })
    t.equal((await rig.next('loopCurrentLost')).durationMs, 250)
    t.same(await rig.driver.command(1, { type: 'goOnHook' }), { done: true })
    await rig.next('hookChanged')
    t.equal(await rig.hook(), 'onHook')
  }),

  withDriver('a dip of the current shorter than configured is no hang-up', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.order({ do: 'dipCurrent', port: 1, durationMs: 150 })
    await rig.board.client.order({ do: 'setPolarity', port: 1, reversed: true })
    await rig.next('polarityReversed')
    t.notOk(rig.signals.all.some(({ type }) => type === 'loopCurrentLost'))
  }),

  withDriver('a line without battery is not seized', async (t, { board, driver, next }) => {
    await board.client.order({ do: 'setBattery', port: 1, present: false })
    t.equal((await next('batteryChanged')).battery, 'present', 'as found')
    t.equal((await next('batteryChanged')).battery, 'lost')
    t.same(await driver.command(1, { type: 'goOffHook' }), { done: false, refused: 'noBattery' })
  }),

  withDriver('frames with a bad CRC cost themselves and nothing else', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.order({ do: 'faultFrames', fault: 'corrupt', frames: 5, body: 'audioUp' })
    await rig.board.client.order({ do: 'faultFrames', fault: 'corrupt', frames: 1, body: 'event' })
    await rig.board.client.callerHangUp(1)
    await rig.next('loopCurrentLost')
    await until('the frames to be counted', () => (rig.driver.counters().badCrc ?? 0) >= 6)
    await until('their gap to be counted', () => rig.driver.counters()['port1.lostUp'] === 5)
    t.equal(rig.driver.state, 'ready')
  }),

  withDriver('a flash whose answer is lost flashes once', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.order({ do: 'faultFrames', fault: 'drop', frames: 2, body: 'hookAck' })
    t.same(await rig.driver.command(1, { type: 'flash', durationMs: 100 }), { done: true })
    await rig.next('hookChanged')
    const flashes = rig.board.client.events.all.filter(({ event }) => event === 'flashed')
    t.equal(flashes.length, 1)
  }),

  withDriver('events told twice are taken once', async (t, rig) => {
    await rig.board.client.order({ do: 'faultFrames', fault: 'duplicate', frames: 50, body: 'event' })
    await rig.answeredCall()
    await rig.board.client.callerHangUp(1)
    await rig.next('loopCurrentLost')
    const rings = rig.signals.all.filter(({ type }) => type === 'ringStarted')
    t.equal(rings.length, 1)
  }),

  withDriver(
    'a board that stops answering in mid-call is lost, and taken back with the line on-hook',
    async (t, rig) => {
      await rig.answeredCall()
      await rig.board.client.order({ do: 'stall', durationMs: 4000 })
      t.equal((await rig.next('deviceLost')).reason, 'mute')
      t.same(await rig.driver.command(1, { type: 'goOnHook' }), { done: false, refused: 'deviceAbsent' })
      await rig.next('deviceReady', 10_000)
      t.equal(await rig.hook(), 'onHook')
    },
  ),

  withDriver('a board unplugged in mid-call and replugged is found again', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.order({ do: 'unplug' })
    await rig.next('deviceLost')
    await until('the driver to look for it', () => rig.driver.state === 'absent')
    await rig.board.client.order({ do: 'replug' })
    await rig.next('deviceReady', 10_000)
    t.equal(await rig.hook(), 'onHook')
    await rig.answeredCall()
    t.equal(await rig.hook(), 'offHook', 'and the next call is answered')
  }),

  withDriver('a board that resets in mid-call is configured anew', async (t, rig) => {
    await rig.answeredCall()
    await rig.board.client.order({ do: 'reset', reason: 'WATCHDOG' })
    t.equal((await rig.next('deviceLost')).reason, 'boardReset')
    await rig.next('deviceReady')
    await until('the reset to be counted', () => rig.driver.counters().boardResets === 1)
  }),

  withDriver('a board of another protocol version is refused in words', async (t, rig) => {
    await rig.board.client.order({ do: 'speakVersions', majors: [2] })
    await rig.board.client.order({ do: 'unplug' })
    await rig.next('deviceLost')
    await rig.board.client.order({ do: 'replug' })
    const { reason } = await rig.next('deviceLost', 10_000)
    t.match(reason, /^versionRefused: this firmware speaks protocol 2, the host 1 to 1/)
    t.not(rig.driver.state, 'ready')
  }),

  withDriver('garbage and malformed frames in mid-call harm no event and no sample', async (t, rig) => {
    await rig.answeredCall()
    const send = (hex: string) => rig.board.client.order({ do: 'sendBytes', hex })
    const message = (hex: string) => rig.board.client.order({ do: 'sendMessage', hex })
    await send('00'.repeat(20))
    await send('0901020300')
    await send('03010200')
    await send(`${'03'.repeat(5000)}00`)
    await send(`${'ff'.repeat(300)}00`)
    await message('ffffff')
    await message('2a7f08')
    await message('fa0100')
    const audio = { port: 9, seq: 0, deviceSample: 0, onHook: false, playedSeq: 0, pcm: Buffer.alloc(320) }
    await message(Buffer.from(encodeToHost({ body: 'audioUp', audioUp: audio })).toString('hex'))
    await message(
      Buffer.from(encodeToHost({ body: 'audioUp', audioUp: { ...audio, port: 1, pcm: Buffer.alloc(7) } })).toString(
        'hex',
      ),
    )
    await rig.board.client.callerSends({ port: 1, utterances: [callerSpeaks] })
    t.ok(tonePresentMs(await listen(rig.pcm, 1000), callerHz) >= 900)
    await rig.board.client.callerHangUp(1)
    await rig.next('loopCurrentLost')
    await until('the malformed ones to be counted', () => (rig.driver.counters().malformed ?? 0) >= 4)
    t.equal(rig.driver.counters().processDeaths, 0)
  }),

  withDriver('a host that falls silent loses the line, and finds the board again when it wakes', async (t, rig) => {
    await rig.answeredCall()
    const [pid] = driverProcesses()
    process.kill(pid!, 'SIGSTOP')
    const { cause } = await rig.board.client.next('hookChanged', ({ hook }) => hook === 'onHook', { withinMs: 6000 })
    t.equal(cause, 'HOST_SILENT')
    process.kill(pid!, 'SIGCONT')
    await rig.next('deviceLost', 10_000)
    await rig.next('deviceReady', 10_000)
  }),

  withDriver('a driver process that is killed in mid-call is replaced, and the line released', async (t, rig) => {
    await rig.answeredCall()
    const [pid] = driverProcesses()
    process.kill(pid!, 'SIGKILL')
    t.equal((await rig.next('deviceLost')).reason, 'processEnded: SIGKILL')
    await rig.next('deviceReady', 10_000)
    t.equal(await rig.hook(), 'onHook')
    t.not(driverProcesses()[0], pid)
    await rig.answeredCall()
    t.equal(await rig.hook(), 'offHook', 'and the next call is answered')
  }),

  withDriver('a driver process that hangs is ended and replaced', async (t, rig) => {
    const [pid] = driverProcesses()
    process.kill(pid!, 'SIGSTOP')
    t.equal((await rig.next('deviceLost', 10_000)).reason, 'processEnded: SIGKILL')
    await rig.next('deviceReady', 10_000)
    t.equal(rig.driver.counters().processSilences, 1)
  }),

  withDriver(
    'a stop of the service does not take the driver process away before the daemon says so',
    async (t, rig) => {
      await rig.answeredCall()
      const [pid] = driverProcesses()
      process.kill(pid!, 'SIGTERM')
      t.same(await rig.driver.command(1, { type: 'flash', durationMs: 100 }), { done: true })
      t.same(driverProcesses(), [pid])
    },
  ),

  withDriver('a driver that is stopped in mid-call has released the line', async (t, rig) => {
    await rig.answeredCall()
    await rig.driver.stop()
    t.equal(await rig.hook(), 'onHook')
    t.equal(rig.driver.state, 'closed')
    const released = await rig.board.client.next('hookChanged', ({ hook }) => hook === 'onHook')
    t.equal(released.cause, 'COMMANDED')
  }),

  withDriver(
    'eight lines at once, frames of 10 ms, a crystal that is off',
    async (t, rig) => {
      const ports = [1, 2, 3, 4, 5, 6, 7, 8]
      for (const port of ports) await rig.board.client.incomingCall({ port, ringCadenceMs: [300, 2000] })
      for (const port of ports) t.same(await rig.driver.command(port, { type: 'goOffHook' }), { done: true })
      await rig.board.client.callerSends({ port: 1, utterances: [callerSpeaks] })
      t.ok(tonePresentMs(await listen(rig.pcm, 2000), callerHz) >= 1900)
      await until('all lines to be counted', () =>
        ports.every((port) => (rig.driver.counters()[`port${port}.framesUp`] ?? 0) > 100),
      )
      for (const port of ports) t.equal(rig.driver.counters()[`port${port}.lostUp`], 0, `port ${port}`)
    },
    { ports: 8, frameMs: 10, ppm: 200 },
  ),
]

for (const run of cases) await run(t)
