// Lines over the true driver and the simulated board on a real serial port: a caller's way through all of it, and what
// becomes of him when the board or the driver's process goes. In real time.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { createLineService } from '../../../daemon/line/line-service.ts'
import type { Lines } from '../../../daemon/line/lines.ts'
import { type DriverRig, driverProcesses, listen, play, withDriver } from '../../drivers/fxo/driver-rig.ts'
import { Program } from '../../support/program.ts'
import { makeTone, tonePresentMs } from '../../support/tones.ts'
import { until } from '../../support/wait.ts'
import { readWav } from '../../support/wav.ts'
import { FakeAudio } from './fake-audio.ts'

t.setTimeout(180_000)

interface Desk extends DriverRig {
  lines: Lines
  /** Callers as they are announced. */
  legs: Leg[]
  state(): string
  /** Rings, is announced and answered. */
  answeredCaller(): Promise<Leg>
}

function atDesk(name: string, run: (t: Test, desk: Desk) => Promise<void>) {
  return withDriver(name, async (t, rig) => {
    const audio = new FakeAudio()
    const silent = () => {}
    const lines = createLineService({
      lines: [
        {
          name: 'line 1',
          driver: rig.driver,
          port: 1,
          number: '+15550100',
          currentLossMs: 250,
          reversalMeans: 'answer',
          silentAfterMs: 0,
          longestCallMs: 0,
          hangUpTones: [],
          callTones: [],
          ringbackPeriodMs: 0,
        },
      ],
      audio,
      clock: rig.clock,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    })
    const legs: Leg[] = []
    lines.onInbound((leg) => legs.push(leg))
    lines.start()
    const state = () => lines.views()[0]!.state
    const desk: Desk = {
      ...rig,
      lines,
      legs,
      state,
      answeredCaller: async () => {
        await until('the line to be idle', () => state() === 'idle')
        const earlier = legs.length
        const call = { port: 1, number: '+15550001', name: 'ANN', ringCadenceMs: [400, 1500], callerIdAfterMs: 400 }
        await rig.board.client.incomingCall(call)
        const leg = await until('the caller to be announced', () => legs[earlier])
        if (!(await leg.answer())) throw new Error('the caller could not be answered')
        // The exchange looks at the loop every 10 ms: a shorter answer is none.
        await rig.board.client.next('answered')
        return leg
      },
    }
    try {
      // The driver was ready before the lines listened: as after a restart of the daemon's side, the board is new to them.
      await rig.board.client.order({ do: 'reset', reason: 'SOFTWARE' })
      await run(t, desk)
    } finally {
      await lines.stop()
    }
    t.equal(audio.open.size, 0, 'no audio port is left')
    t.equal((await rig.board.client.port(1)).hook, 'onHook', 'the line is on-hook')
    t.ok(
      legs.every((leg) => leg.state === 'ended'),
      'no leg is left',
    )
  })
}

const cases = [
  atDesk('ring, caller ID, answer, both hear each other, the caller hangs up', async (t, desk) => {
    const file = join(desk.board.device, '../heard.wav')
    await desk.board.client.captureAudio(1, file)
    const leg = await desk.answeredCaller()
    t.match(leg.remote, { address: '+15550001', displayName: 'ANN' })
    const speech = { kind: 'tone' as const, frequenciesHz: [1000], durationMs: 2500, levelDbm0: -10 }
    await desk.board.client.callerSends({ port: 1, utterances: [speech] })
    const [heard] = await Promise.all([listen(desk.pcm, 1500), play(desk.pcm, makeTone(600, 1000))])
    await desk.board.client.callerHangUp(1)
    await until('the leg to end', () => leg.end)
    t.same(leg.end, { by: 'farEnd', blame: 'none', reason: 'hangUp' })
    t.ok(tonePresentMs(heard, 1000) >= 1400, 'the box heard the caller')
    t.equal(tonePresentMs(heard, 600), 0, 'and not itself')
    const heardByCaller = readWav(file).samples[0]!
    t.ok(tonePresentMs(heardByCaller, 600) >= 980, 'the caller heard the box')
    t.equal(tonePresentMs(heardByCaller, 1000), 0, 'and not himself')
    await until('the line to be idle', () => desk.state() === 'idle')
  }),

  atDesk('we hang up: the exchange sees it, the next caller gets through', async (t, desk) => {
    const first = await desk.answeredCaller()
    await first.hangUp()
    t.equal((await desk.board.client.port(1)).hook, 'onHook')
    const second = await desk.answeredCaller()
    t.not(second.id, first.id)
  }),

  atDesk('the caller gives up while ringing', async (t, desk) => {
    await until('the line to be idle', () => desk.state() === 'idle')
    await desk.board.client.incomingCall({ port: 1, number: '+15550001', ringCadenceMs: [400, 1500] })
    const leg = await until('the caller to be announced', () => desk.legs[0])
    await desk.board.client.callerHangUp(1)
    await until('the leg to end', () => leg.end, { withinMs: 10_000 })
    t.same(leg.end, { by: 'farEnd', blame: 'none', reason: 'cancelled' })
    t.equal(desk.state(), 'idle')
  }),

  atDesk('a call placed by hand is answered, hears, presses a key and hangs up', async (t, desk) => {
    await until('the line to be idle', () => desk.state() === 'idle')
    const file = join(desk.board.device, '../heard.wav')
    const script = join(import.meta.dirname, '../../../scripts/rig')
    const options = ['--number', '+15550001', '--digits', '5', '--listen', file, '--hang-up-after', '2']
    const person = new Program('rig call', script, ['call', '--device', desk.board.device, ...options])
    const leg = await until('the caller to be announced', () => desk.legs[0], { withinMs: 10_000 })
    t.equal(await leg.answer(), true)
    const [heard] = await Promise.all([listen(desk.pcm, 1000), play(desk.pcm, makeTone(600, 1000))])
    await until('the leg to end', () => leg.end)
    t.equal((await person.exited).code, 0, person.tail())
    t.ok(tonePresentMs(heard, 770) >= 60, 'the key was heard')
    t.ok(tonePresentMs(readWav(file).samples[0]!, 600) >= 980, 'and the box, in the file')
  }),

  atDesk('the board is unplugged in mid-call and replugged: the leg ends, the line comes back', async (t, desk) => {
    const leg = await desk.answeredCaller()
    await desk.board.client.order({ do: 'unplug' })
    await until('the leg to end', () => leg.end)
    t.same(leg.end, { by: 'us', blame: 'line', reason: 'deviceLost' })
    t.equal(desk.state(), 'faulted')
    await desk.board.client.order({ do: 'replug' })
    const next = await desk.answeredCaller()
    t.equal(next.state, 'talking')
  }),

  atDesk(
    'the board stops answering in mid-call: the leg ends, and the board has released the line',
    async (t, desk) => {
      const leg = await desk.answeredCaller()
      await desk.board.client.order({ do: 'stall', durationMs: 4000 })
      await until('the leg to end', () => leg.end)
      t.same(leg.end, { by: 'us', blame: 'line', reason: 'deviceLost' })
      await desk.board.client.next('hookChanged', ({ cause }) => cause === 'HOST_SILENT')
      await until('the line to be idle', () => desk.state() === 'idle', { withinMs: 10_000 })
    },
  ),

  atDesk('the driver’s process is killed in mid-call: the leg ends, the line comes back', async (t, desk) => {
    const leg = await desk.answeredCaller()
    process.kill(driverProcesses()[0]!, 'SIGKILL')
    await until('the leg to end', () => leg.end)
    t.same(leg.end, { by: 'us', blame: 'line', reason: 'deviceLost' })
    const next = await desk.answeredCaller()
    t.equal(next.state, 'talking')
  }),

  atDesk('the daemon stops in mid-call: the line is released before it has', async (t, desk) => {
    const leg = await desk.answeredCaller()
    const beganMs = performance.now()
    await desk.lines.stop()
    t.ok(performance.now() - beganMs < 4000, 'within its 4 s')
    t.same(leg.end, { by: 'us', blame: 'none', reason: 'stopped' })
  }),
]

for (const run of cases) await run(t)
