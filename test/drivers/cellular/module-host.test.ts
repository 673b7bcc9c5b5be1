// A cellular module's own ways, told as talks between host and module: SIM and network, the sound of a call, news that is
// lost, and a module that has to be restarted.
import t, { type Test } from 'tap'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { tone } from '../../rig/board/sound.ts'
import { badSim7600, ec25, type ModulePersona, sim7600, unknownModule } from '../../rig/cellular/module-firmware.ts'
import { makeTone, toneLevelDbm0 } from '../../support/tones.ts'
import { ModuleStage } from './module-stage.ts'

type SignalOf<Type extends TimelessSignal['type']> = Extract<TimelessSignal, { type: Type }>

class Desk extends ModuleStage {
  told<Type extends TimelessSignal['type']>(type: Type): SignalOf<Type>[] {
    return this.signals.filter((signal): signal is SignalOf<Type> => signal.type === type)
  }

  async ready(): Promise<void> {
    this.host.start()
    await this.clock.advance(3000)
  }

  async talking(): Promise<void> {
    await this.ready()
    this.module.incomingCall('+15550001')
    await this.clock.advance(100)
    const answer = this.host.command(1, { type: 'goOffHook' })
    await this.clock.advance(600)
    const result = await answer
    if (!result.done) throw new Error(`not answered: ${result.refused}`)
  }

  /** What the box hears in so long. */
  async hears(ms: number): Promise<Int16Array> {
    this.pcm.capture.discard()
    const heard: number[] = []
    const frame = new Int16Array(160)
    for (let passed = 0; passed < ms; passed += 20) {
      this.pcm.playback.write(makeTone(600, 20))
      await this.clock.advance(20)
      const count = Math.min(160, this.pcm.capture.available)
      this.pcm.capture.read(frame, count)
      heard.push(...frame.subarray(0, count))
    }
    return Int16Array.from(heard)
  }
}

function desk(name: string, run: (t: Test, desk: Desk) => Promise<void>, persona: ModulePersona = sim7600): void {
  t.test(name, async (t) => {
    const it = new Desk(persona)
    await run(t, it)
    it.host.stop()
    it.line.close()
    t.equal(it.clock.liveTimers, 0, 'no timer is left')
    t.equal(it.module.counters.textOnSoundPort, 0, 'no command went to the sound’s port')
  })
}

desk('SIM, network and signal are told', async (t, it) => {
  await it.ready()
  t.match(it.host.details(), { sim: 'READY', network: 'home', operator: 'Example Mobile', signalDbm: -71 })
  t.match(it.told('batteryChanged'), [{ battery: 'present' }])
  it.module.networkLost()
  await it.clock.advance(100)
  t.match(it.told('batteryChanged').at(-1), { battery: 'lost' })
  t.match(it.host.details(), { network: 'searching' })
})

desk('a SIM that asks for its PIN is told in words, and found once it is unlocked', async (t, it) => {
  it.module.sim = 'SIM PIN'
  await it.ready()
  t.match(it.told('deviceLost').at(-1)?.reason, /^simLocked: .*PIN/)
  t.match(it.host.details().sim, /PIN/)
  it.module.sim = 'READY'
  await it.clock.advance(40_000)
  t.equal(it.told('deviceReady').length, 1)
})

desk('a module without SIM is told in words', async (t, it) => {
  it.module.sim = 'none'
  await it.ready()
  t.match(it.told('deviceLost').at(-1)?.reason, /^noSim: .*CME ERROR: 10/)
})

desk(
  'a module that is none of the table is refused by name',
  async (t, it) => {
    await it.ready()
    t.match(it.told('deviceLost').at(-1)?.reason, /^unfitModule: E173/)
  },
  unknownModule,
)

desk(
  'firmware known to be deaf is warned of',
  async (t, it) => {
    await it.ready()
    t.ok(it.logged.some((line) => line.includes('LE20B05')))
  },
  badSim7600,
)

desk('a ring in the middle of an answer is a ring, and the answer an answer', async (t, it) => {
  await it.ready()
  it.module.intruder = 'RING'
  await it.clock.advance(3000)
  t.equal(it.told('ringStarted').length, 1)
  t.same(it.told('deviceLost'), [])
})

desk('a caller who gives up is told at once', async (t, it) => {
  await it.ready()
  it.module.incomingCall('+15550001')
  await it.clock.advance(500)
  it.module.callerHangsUp()
  await it.clock.advance(100)
  t.match(it.told('farEndHungUp'), [{ cause: 'hangUp' }])
})

desk('without news the list of calls tells that a caller rings, and that one has gone', async (t, it) => {
  await it.talking()
  it.module.losesNews = true
  it.module.callerHangsUp()
  await it.clock.advance(4000)
  t.match(it.told('farEndHungUp'), [{ cause: 'hangUp' }])
  t.equal(it.host.counters().callsMissedByNews, 1)
})

for (const [ends, cause] of [
  ['BUSY', 'busy'],
  ['NO ANSWER', 'noAnswer'],
  ['NO CARRIER', 'hangUp'],
] as const)
  desk(`a call out that ends with ${ends} is told as ${cause}`, async (t, it) => {
    await it.ready()
    it.module.plan = { alertsAfterMs: 200, answersAfterMs: 1000, ends }
    const dialled = it.host.command(1, { type: 'dial', number: '+441234567' })
    await it.clock.advance(1500)
    t.same(await dialled, { done: true })
    t.match(it.told('farEndHungUp'), [{ cause }])
    t.equal(it.told('callProgressed').length, 1)
  })

desk('without a network nothing is dialled', async (t, it) => {
  it.module.registration = 2
  await it.ready()
  const dialled = it.host.command(1, { type: 'dial', number: '+441234567' })
  await it.clock.advance(500)
  t.match(await dialled, { done: false, refused: 'unreachable' })
})

desk('a number that is none is not given to the module', async (t, it) => {
  await it.ready()
  const dialled = it.host.command(1, { type: 'dial', number: '123;+CFUN=0' })
  await it.clock.advance(500)
  t.match(await dialled, { done: false, refused: 'invalidNumber' })
  t.notOk(it.module.commands.some((command) => command.startsWith('D')))
})

desk('somebody who rings in the moment we dial goes before', async (t, it) => {
  await it.ready()
  it.module.incomingCall('+15550001')
  await it.clock.advance(100)
  const dialled = it.host.command(1, { type: 'dial', number: '+441234567' })
  await it.clock.advance(100)
  t.match(await dialled, { done: false, refused: 'glare' })
  t.equal(it.module.call, 'incoming')
})

desk('keys are pressed by the module', async (t, it) => {
  await it.talking()
  const pressed = it.host.command(1, { type: 'sendDigits', digits: '12#' })
  await it.clock.advance(500)
  t.same(await pressed, { done: true })
  t.equal(it.module.keys, '12#')
})

for (const persona of [sim7600, ec25]) {
  desk(
    `${persona.family}: sound that is refused at first is asked for again`,
    async (t, it) => {
      it.module.refusesSound = 3
      await it.talking()
      it.module.farEnd.say(tone([1000], -10))
      await it.clock.advance(2500)
      t.ok(toneLevelDbm0(await it.hears(400), 1000) > -12)
      t.equal(it.host.counters().soundRetries, 3)
    },
    persona,
  )

  desk(
    `${persona.family}: sound that stops is noticed, told and asked for anew`,
    async (t, it) => {
      await it.talking()
      it.module.farEnd.say(tone([1000], -10))
      await it.clock.advance(1000)
      it.module.isSilent = true
      await it.clock.advance(1900)
      t.equal(it.host.counters().soundMissing, 0)
      await it.clock.advance(800)
      t.equal(it.host.counters().soundMissing, 1)
      t.ok(toneLevelDbm0(await it.hears(400), 1000) > -12, 'and is there again')
    },
    persona,
  )
}

desk('a module that takes no sound shows in its details', async (t, it) => {
  await it.talking()
  it.line.clog(1, true)
  await it.clock.advance(3500)
  t.equal(it.host.details().sound, 'nothing is taken')
  it.line.clog(1, false)
  await it.clock.advance(200)
  t.equal(it.host.details().sound, undefined)
})

desk('a lost byte of sound is noise for half a second, not for the rest of the call', async (t, it) => {
  await it.talking()
  it.module.farEnd.say(tone([440, 1000], -13))
  await it.clock.advance(500)
  const faults = it.line.streams()[1]!
  faults.order({ fault: 'drop', atByte: faults.sent + 101 })
  await it.clock.advance(1000)
  t.equal(it.host.counters().realignments, 1)
  const heard = await it.hears(400)
  t.ok(Math.abs(toneLevelDbm0(heard, 1000) + 13) < 1, `heard at ${toneLevelDbm0(heard, 1000)} dBm0`)
})

desk('sound is never asked for without a call, and off before one is ended', async (t, it) => {
  await it.talking()
  const over = it.host.command(1, { type: 'goOnHook' })
  await it.clock.advance(500)
  await over
  const { commands } = it.module
  t.ok(commands.indexOf('+CPCMREG=1') > commands.indexOf('A'))
  t.ok(commands.lastIndexOf('+CHUP') > commands.indexOf('+CPCMREG=0'))
})

desk('a module that restarts by itself is begun anew', async (t, it) => {
  await it.talking()
  it.module.powerCycle()
  it.module.say('RDY')
  await it.clock.advance(4000)
  t.match(it.told('deviceLost'), [{ reason: 'restarted' }])
  t.equal(it.told('deviceReady').length, 2)
})

desk('a module that fails again and again is restarted, within its budget', async (t, it) => {
  await it.ready()
  // Answers to be woken, and to nothing else.
  it.module.refusesAll = true
  await it.clock.advance(1_800_000)
  t.equal(it.host.counters().restarts, 2)
  t.equal(it.host.counters().resets, 1)
  t.equal(it.module.counters.restarts, 3)
  it.module.refusesAll = false
  await it.clock.advance(40_000)
  t.ok(it.told('deviceReady').length >= 2)
})
