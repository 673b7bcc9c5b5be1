// What every kind of line hardware does alike, told once and run for each: a caller rings, is answered, both hear each
// other, somebody hangs up; and the device stalls, dies, is unplugged and comes back.
import t, { type Test } from 'tap'
import type { LineCommand } from '../../../drivers/line-driver.ts'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { tone } from '../../rig/board/sound.ts'
import { makeTone, toneLevelDbm0 } from '../../support/tones.ts'
import { type ContractStage, stages } from './stages.ts'

type SignalOf<Type extends TimelessSignal['type']> = Extract<TimelessSignal, { type: Type }>

const callerHz = 1000
const boxHz = 600
const healMs = 5000

class Office {
  readonly stage: ContractStage

  constructor(stage: ContractStage) {
    this.stage = stage
  }

  /** Lets time pass until the signal has come; it is forgotten then, with all before it. */
  async next<Type extends TimelessSignal['type']>(type: Type, withinMs = 3000): Promise<SignalOf<Type>> {
    const { signals, clock } = this.stage
    for (let passedMs = 0; passedMs <= withinMs; passedMs += 20) {
      const at = signals.findIndex((signal) => signal.type === type)
      if (at !== -1) return signals.splice(0, at + 1).at(-1) as SignalOf<Type>
      await clock.advance(20)
    }
    throw new Error(`no ${type} within ${withinMs} ms; there was ${JSON.stringify(signals)}`)
  }

  has(type: TimelessSignal['type']): boolean {
    return this.stage.signals.some((signal) => signal.type === type)
  }

  async command(command: LineCommand) {
    const result = this.stage.host.command(1, command)
    await this.stage.clock.advance(1500)
    return await result
  }

  async ready(): Promise<this> {
    this.stage.host.start()
    await this.next('deviceReady', 10_000)
    await this.stage.clock.advance(500)
    return this
  }

  async answeredCall(): Promise<void> {
    this.stage.ring({ number: '+15550001' })
    await this.next('ringStarted')
    const result = await this.command({ type: 'goOffHook' })
    if (!result.done) throw new Error(`not answered: ${result.refused}`)
  }

  /** Both speak for so long; what each hears. */
  async talk(ms: number, boxSays: Int16Array): Promise<{ box: Int16Array; caller: Int16Array }> {
    const { pcm, clock, farEnd } = this.stage
    pcm.capture.discard()
    farEnd.takeHeard()
    const box: number[] = []
    const frame = new Int16Array(160)
    for (let at = 0; at < ms * 8; at += 160) {
      pcm.playback.write(boxSays.subarray(at, at + 160))
      await clock.advance(20)
      const count = Math.min(160, pcm.capture.available)
      pcm.capture.read(frame, count)
      box.push(...frame.subarray(0, count))
    }
    return { box: Int16Array.from(box), caller: farEnd.takeHeard() }
  }
}

const facts: Record<string, (t: Test, office: Office) => Promise<void>> = {
  'it says who it is': async (t, { stage }) => {
    const { model, firmware } = stage.host.details()
    t.type(model, 'string')
    t.type(firmware, 'string')
    t.ok(Object.keys(stage.host.counters()).length > 5)
  },
  'a ring has a beginning and an end, and a caller with a number': async (t, office) => {
    office.stage.ring({ number: '+15550001' })
    await office.next('ringStarted')
    t.match(await office.next('callerIdReceived'), { number: '+15550001' })
  },
  'each ring is told': async (t, office) => {
    office.stage.ring({ number: '+15550001' })
    await office.next('ringStarted')
    t.ok((await office.next('ringStopped')).durationMs > 0)
    t.ok(await office.next('ringStarted', 6500))
  },
  'a caller who withholds the number is told as such': async (t, office) => {
    office.stage.ring({ withheld: true })
    const { number, withheld } = await office.next('callerIdReceived')
    t.same([number, withheld], [undefined, 'private'])
  },
  'a call is answered, and the hook is told': async (t, office) => {
    await office.answeredCall()
    t.equal((await office.next('hookChanged')).hook, 'offHook')
    t.ok(office.stage.isOffHook())
    t.same(await office.command({ type: 'goOffHook' }), { done: true }, 'once more does no harm')
  },
  'caller and box hear each other, and nobody hears himself': async (t, office) => {
    await office.answeredCall()
    office.stage.farEnd.say(tone([callerHz], -10))
    await office.talk(400, makeTone(boxHz, 400))
    const { box, caller } = await office.talk(1000, makeTone(boxHz, 1000))
    t.ok(Math.abs(toneLevelDbm0(box, callerHz) + 10) < 1, `the box hears ${toneLevelDbm0(box, callerHz)} dBm0`)
    t.ok(toneLevelDbm0(box, boxHz) < -60)
    t.ok(Math.abs(toneLevelDbm0(caller, boxHz) + 10) < 1, `the caller hears ${toneLevelDbm0(caller, boxHz)} dBm0`)
    t.ok(toneLevelDbm0(caller, callerHz) < -60)
  },
  'every value of a sample passes, also those that are codes on the wire': async (t, office) => {
    await office.answeredCall()
    const loud = Int16Array.from({ length: 8000 }, (_, i) => Math.round(32_000 * Math.sin(i * 0.37)))
    await office.talk(400, loud.subarray(0, 3200))
    const { caller } = await office.talk(1000, loud)
    t.ok(toneLevelDbm0(caller, (0.37 * 8000) / (2 * Math.PI)) > 2)
    const { counters } = { counters: office.stage.host.counters() }
    t.equal(counters['port1.playbackDryFrames'], 0)
  },
  'a far end that hangs up is told': async (t, office) => {
    await office.answeredCall()
    await office.stage.clock.advance(1000)
    office.stage.farEndHangsUp()
    await office.stage.clock.advance(2000)
    t.ok(office.has('loopCurrentLost') || office.has('farEndHungUp'))
  },
  'a call we end is over, and ending it again does no harm': async (t, office) => {
    await office.answeredCall()
    t.same(await office.command({ type: 'goOnHook' }), { done: true })
    t.notOk(office.stage.isOffHook())
    t.same(await office.command({ type: 'goOnHook' }), { done: true })
  },
  'a call answered and ended in the same breath leaves the line on-hook': async (t, office) => {
    office.stage.ring({ number: '+15550001' })
    await office.next('ringStarted')
    const answered = office.stage.host.command(1, { type: 'goOffHook' })
    const ended = office.command({ type: 'goOnHook' })
    await answered
    await ended
    await office.stage.clock.advance(1000)
    t.notOk(office.stage.isOffHook())
  },
  'the next call is answered like the first': async (t, office) => {
    await office.answeredCall()
    await office.command({ type: 'goOnHook' })
    office.stage.signals.length = 0
    await office.stage.clock.advance(1000)
    await office.answeredCall()
    t.ok(office.stage.isOffHook())
  },
  'a call out is made': async (t, office) => {
    const { stage } = office
    if (stage.abilities.dials === 'device') {
      t.same(await office.command({ type: 'dial', number: '+441234567' }), { done: true })
      t.equal((await office.next('callProgressed')).progress, 'alerting')
      t.equal((await office.next('callProgressed')).progress, 'answered')
    } else {
      t.same(await office.command({ type: 'goOffHook' }), { done: true })
      const { box, caller } = await office.talk(1000, makeTone([770, 1336], 1000, -8))
      t.ok(toneLevelDbm0(box, 440) > -20, 'the box hears dial tone')
      t.ok(toneLevelDbm0(caller, 770) > -12 && toneLevelDbm0(caller, 1336) > -12, 'the exchange hears keys')
    }
    t.ok(stage.isOffHook())
  },
  'what a device has not is refused in words': async (t, office) => {
    const command: LineCommand =
      office.stage.abilities.dials === 'device' ? { type: 'flash', durationMs: 100 } : { type: 'dial', number: '1' }
    t.match(await office.command(command), { done: false, refused: 'notOfThisDevice' })
  },
  'a key of the far end is told, or heard, once': async (t, office) => {
    await office.answeredCall()
    await office.stage.clock.advance(500)
    office.stage.signals.length = 0
    office.stage.farEndPresses('5')
    if (office.stage.abilities.digits === 'device') {
      t.equal((await office.next('digitReceived')).digit, '5')
      t.notOk(office.has('digitReceived'))
    } else {
      const { box } = await office.talk(80, makeTone(boxHz, 80))
      t.ok(toneLevelDbm0(box, 770) > -20 && toneLevelDbm0(box, 1336) > -20)
    }
  },
  'bytes 300 ms late cost no call': async (t, office) => {
    await office.answeredCall()
    office.stage.farEnd.say(tone([callerHz], -10))
    await office.stage.clock.advance(500)
    office.stage.line.late(300)
    await office.stage.clock.advance(1000)
    t.notOk(office.has('deviceLost'))
    const { box } = await office.talk(400, makeTone(boxHz, 400))
    t.ok(toneLevelDbm0(box, callerHz) > -12)
  },
  'nonsense from the device costs no call': async (t, office) => {
    await office.answeredCall()
    office.stage.line.inject(office.stage.noise)
    await office.stage.clock.advance(500)
    t.notOk(office.has('deviceLost'))
    t.ok(office.stage.isOffHook())
  },
  'a device that falls silent on-hook is lost, and found when it speaks again': async (t, office) => {
    office.stage.die()
    await office.next('deviceLost', healMs)
    t.match(await office.command({ type: 'goOffHook' }), { done: false, refused: 'deviceAbsent' })
    office.stage.revive()
    await office.next('deviceReady', 20_000)
    await office.answeredCall()
    t.ok(office.stage.isOffHook())
  },
  'a device that falls silent in a call is lost, and comes back on-hook': async (t, office) => {
    await office.answeredCall()
    office.stage.die()
    await office.next('deviceLost', healMs)
    office.stage.revive()
    await office.next('deviceReady', 20_000)
    t.notOk(office.stage.isOffHook())
  },
  'a device that takes nothing for a while is lost or lives, and answers the next call': async (t, office) => {
    await office.answeredCall()
    office.stage.line.stall(4000)
    await office.stage.clock.advance(12_000)
    await office.command({ type: 'goOnHook' })
    await office.stage.clock.advance(6000)
    office.stage.signals.length = 0
    await office.answeredCall()
    t.ok(office.stage.isOffHook())
  },
  'unplugged in a call and replugged, it answers the next one': async (t, office) => {
    await office.answeredCall()
    office.stage.line.unplug()
    await office.next('deviceLost', healMs)
    office.stage.line.replug()
    await office.next('deviceReady', 10_000)
    await office.answeredCall()
    t.ok(office.stage.isOffHook())
  },
  'unplugged without a word, it is lost all the same': async (t, office) => {
    office.stage.line.unplug({ silently: true })
    await office.next('deviceLost', healMs)
    t.ok(true)
  },
  'it is looked for for ever, but not all the time': async (t, office) => {
    office.stage.line.unplug()
    await office.next('deviceLost', healMs)
    const { opens } = office.stage.line
    await office.stage.clock.advance(60_000)
    const tries = office.stage.line.opens - opens
    t.ok(tries >= 5 && tries <= 20, `${tries} tries in a minute`)
  },
  'stopped, it is on-hook, closed, and holds no timer': async (t, office) => {
    const { stage } = office
    await office.answeredCall()
    const released = stage.host.releaseAll()
    await stage.clock.advance(2000)
    await released
    stage.host.stop()
    t.notOk(stage.isOffHook())
    stage.line.close()
    t.equal(stage.clock.liveTimers, 0)
  },
}

for (const [kind, makeStage] of Object.entries(stages))
  t.test(kind, async (t) => {
    for (const [fact, prove] of Object.entries(facts))
      await t.test(fact, async (t) => prove(t, await new Office(makeStage()).ready()))
  })
