// A voice modem's own ways, told as talks between host and modem: what it is, how it rings, what goes wrong in a stream.
import t, { type Test } from 'tap'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { cx93001, dataOnly, type ModemPersona, unknownDuplex, usr5637 } from '../../rig/modem/modem-firmware.ts'
import { makeTone, toneLevelDbm0 } from '../../support/tones.ts'
import { ModemStage } from './modem-stage.ts'

type SignalOf<Type extends TimelessSignal['type']> = Extract<TimelessSignal, { type: Type }>

class Room extends ModemStage {
  told<Type extends TimelessSignal['type']>(type: Type): SignalOf<Type>[] {
    return this.signals.filter((signal): signal is SignalOf<Type> => signal.type === type)
  }

  async ready(): Promise<void> {
    this.host.start()
    await this.clock.advance(3000)
  }

  async answered(): Promise<void> {
    await this.ready()
    this.modem.incomingCall()
    await this.clock.advance(100)
    const answer = this.host.command(1, { type: 'goOffHook' })
    await this.clock.advance(600)
    const result = await answer
    if (!result.done) throw new Error(`not answered: ${result.refused}`)
  }
}

function room(name: string, run: (t: Test, room: Room) => Promise<void>, persona: ModemPersona = cx93001): void {
  t.test(name, async (t) => {
    const it = new Room(persona)
    await run(t, it)
    it.host.stop()
    it.line.close()
    t.equal(it.clock.liveTimers, 0, 'no timer is left')
  })
}

room('a modem left in a stream by a crash is brought out of it first', async (t, { modem, host, clock, signals }) => {
  for (const command of ['ATE0', 'AT+FCLASS=8', 'AT+VLS=1', 'AT+VTR']) modem.receive(Buffer.from(`${command}\r`))
  t.ok(modem.inStream)
  host.start()
  await clock.advance(3000)
  t.match(signals, [{ type: 'deviceReady' }])
  t.notOk(modem.inStream)
  t.notOk(modem.offHook)
})

room('a CX93001 is set up by its row of the table', async (t, it) => {
  await it.ready()
  t.match(it.host.details(), { model: /CX93001/, coding: 'ulaw' })
  t.ok(it.modem.commands.includes('!4886=02'), 'caller ID of the region')
  t.ok(it.modem.commands.includes('-STE=3'), 'other telephones are told of')
})

room(
  'a half-duplex modem is refused, and it is said why',
  async (t, it) => {
    await it.ready()
    t.match(it.told('deviceLost').at(-1)?.reason, /^unfitChip: USRobotics 5637: .*half duplex/)
    t.same(it.told('deviceReady'), [])
  },
  usr5637,
)

room(
  'a modem without voice is refused, and it is said why',
  async (t, it) => {
    await it.ready()
    t.match(it.told('deviceLost').at(-1)?.reason, /^noVoice: .*data and fax only/)
  },
  dataOnly,
)

room(
  'a modem that nobody knows is taken if it says that it has duplex and G.711',
  async (t, it) => {
    await it.ready()
    t.match(it.host.details(), { model: /V\.253/, coding: 'ulaw' })
    t.ok(it.modem.commands.includes('+VSM=4,8000'), 'its own number of the format')
  },
  unknownDuplex,
)

room('a ring in the middle of an answer is a ring, and the answer an answer', async (t, it) => {
  await it.ready()
  it.modem.intruder = 'RING'
  await it.clock.advance(3000)
  t.equal(it.told('ringStarted').length, 1)
  t.same(it.told('deviceLost'), [])
})

room('rings close together are one burst', async (t, it) => {
  await it.ready()
  it.modem.incomingCall({ periodMs: 600 })
  await it.clock.advance(1500)
  t.equal(it.told('ringStarted').length, 1)
})

room('a caller with a number and no name is told half a second later, not never', async (t, it) => {
  await it.ready()
  it.modem.incomingCall({ number: '0791' })
  await it.clock.advance(1500)
  t.match(it.told('callerIdReceived'), [{ number: '0791' }])
})

room('sound of the value of DLE is doubled, so that the modem breaks no pair', async (t, it) => {
  await it.answered()
  const sound = makeTone(700, 2000, 0)
  for (let at = 0; at < sound.length; at += 160) {
    it.pcm.playback.write(sound.subarray(at, at + 160))
    await it.clock.advance(20)
  }
  t.equal(it.modem.counters.brokenPairs, 0)
  t.equal(it.modem.counters.underruns, 0)
  t.ok(toneLevelDbm0(it.modem.farEnd.takeHeard().subarray(-8000), 700) > -1)
})

room('a key held is told once, the same key again is told again', async (t, it) => {
  await it.answered()
  for (const digit of ['5', '5', '#']) {
    it.modem.callerPresses(digit)
    await it.clock.advance(200)
  }
  t.same(
    it.told('digitReceived').map(({ digit }) => digit),
    ['5', '5', '#'],
  )
})

room('what the modem tells of the loop is told on; tones it hears are counted only', async (t, it) => {
  await it.answered()
  for (const letter of ['L', 'P', 'b', 'u', 'l']) it.modem.event(letter)
  await it.clock.advance(100)
  t.equal(it.told('polarityReversed').length, 1)
  t.match(it.told('lineUseChanged'), [{ inUse: true }])
  t.match(it.told('loopCurrentLost'), [{ durationMs: 250 }])
  t.match(it.host.counters(), { busyHeard: 1, modemUnderruns: 1 })
})

room('a stream that the modem ends by itself releases the line', async (t, it) => {
  await it.answered()
  it.modem.inStream = false
  it.line.inject(Uint8Array.of(0x10, 0x03))
  await it.clock.advance(1500)
  t.equal(it.told('hookChanged').at(-1)?.hook, 'onHook')
  t.notOk(it.modem.offHook)
})

room('the end of a stream that was noise ends the call in order', async (t, it) => {
  await it.answered()
  it.line.inject(Uint8Array.of(0x10, 0x03))
  await it.clock.advance(1500)
  t.notOk(it.modem.inStream)
  t.notOk(it.modem.offHook)
  t.same(it.told('deviceLost'), [])
})

room('a modem that forgot its settings is set up anew', async (t, it) => {
  await it.ready()
  it.modem.powerCycle()
  await it.clock.advance(6000)
  t.match(it.told('deviceLost'), [{ reason: 'settingsLost' }])
  t.equal(it.told('deviceReady').length, 2)
})

room('a modem that fails again and again is given its factory settings, four times an hour at most', async (t, it) => {
  it.modem.isDead = true
  it.host.start()
  await it.clock.advance(600_000)
  t.equal(it.host.counters().factorySettings, 4)
  it.modem.isDead = false
  await it.clock.advance(15_000)
  t.equal(it.told('deviceReady').length, 1)
})
