// Who is at the other end of the line under test: a simulated exchange with its caller. A real line has none of it; the
// person at the rig does what the scenario asks for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { growingWavSamples, wavOf } from '../../support/growing-wav.ts'
import type { HangUpWay } from '../board/exchange-line.ts'
import { dtmf, samples } from '../board/sound.ts'
import { type RunningBoard, startBoard } from '../board-client.ts'
import { ModuleFirmware, sim7600 } from '../cellular/module-firmware.ts'
import { ModemFirmware } from '../modem/modem-firmware.ts'
import { PtyDevice } from '../serial/pty-device.ts'
import type { Scenario } from './scenario.ts'

export interface SimulatedFarEnd {
  /** Serial devices, that of the commands first. */
  devices: string[]
  call(caller: { number?: string | undefined; name?: string | undefined }): Promise<void>
  press(digits: string): Promise<void>
  say(sound: Int16Array): Promise<void>
  /** All it has heard of the call. */
  heard(): Int16Array
  hangUp(way: HangUpWay): Promise<void>
  /** Nobody holds the line. */
  isFree(): Promise<boolean>
  plug(isIn: boolean): Promise<void>
  /** Absent: such a device has no such thing. */
  neighbour?(picksUp: boolean): Promise<void>
  speakMajors?(majors: number[]): Promise<void>
  stop(): Promise<void>
}

export function simulate({ device, line }: Scenario): Promise<SimulatedFarEnd> {
  switch (device) {
    case 'board':
      return board(line)
    case 'modem':
      return Promise.resolve(modem())
    case 'cellular':
      return Promise.resolve(cellular())
  }
}

async function board(line: Scenario['line']): Promise<SimulatedFarEnd> {
  const running: RunningBoard = await startBoard({ ppm: line.ppm })
  const { client } = running
  const { echo, lossDb, noiseDbm0, hum, country, tones, numbers } = line
  const conditions = {
    ...(echo && { echo }),
    ...(lossDb !== undefined && { lossDb }),
    ...(noiseDbm0 !== undefined && { noiseDbm0 }),
    ...(hum && { hum }),
  }
  await client.order({ do: 'setPair', port: 1, conditions })
  const own = Object.fromEntries(Object.entries(tones ?? {}).filter(([, tone]) => tone !== undefined))
  await client.order({ do: 'setExchange', port: 1, country, tones: own, numbers: (numbers ?? {}) as never })
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-rig-'))
  const heard = join(folder, 'heard.wav')
  let said = 0
  await client.captureAudio(1, heard)
  return {
    devices: [running.device],
    async call({ number, name }) {
      const id = number === undefined ? { withheld: 'private' as const } : { number }
      const ringCadenceMs = [800, 1600]
      await client.incomingCall({
        port: 1,
        ...id,
        ...(name !== undefined && { name }),
        ringCadenceMs,
        callerIdAfterMs: 400,
      })
      await client.captureAudio(1, heard)
    },
    async press(digits) {
      await client.callerSends({ port: 1, utterances: [{ kind: 'digits', digits, onMs: 80, gapMs: 80 }] })
    },
    async say(sound) {
      const file = join(folder, `said-${++said}.wav`)
      writeFileSync(file, wavOf(sound))
      await client.callerSends({ port: 1, utterances: [{ kind: 'file', file }] })
    },
    heard: () => growingWavSamples(heard),
    async hangUp(way) {
      await client.callerHangUp(1, way)
    },
    async isFree() {
      const { hook, line } = await client.port(1)
      return hook === 'onHook' && line === 'idle'
    },
    async plug(isIn) {
      await client.order({ do: isIn ? 'replug' : 'unplug' })
    },
    async neighbour(offHook) {
      await client.order({ do: 'neighbour', port: 1, offHook })
    },
    async speakMajors(majors) {
      await client.order({ do: 'speakVersions', majors })
    },
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function modem(): SimulatedFarEnd {
  const firmware = new ModemFirmware()
  return serial(firmware, ['modem'], {
    call: (number) => firmware.incomingCall(number === undefined ? { withheld: 'P' } : { number }),
    press: (digits) => firmware.farEnd.say(dtmf(digits)),
    hangUp: () => firmware.callerHangsUp(),
    isFree: () => !firmware.offHook,
    // Told as V.253 has it, in the stream of a call.
    neighbour: (picksUp) => firmware.event(picksUp ? 'P' : 'p'),
  })
}

function cellular(): SimulatedFarEnd {
  const firmware = new ModuleFirmware(sim7600)
  return serial(firmware, ['at', 'pcm'], {
    call: (number) => firmware.incomingCall(number ?? '', number === undefined),
    press: (digits) => {
      for (const digit of digits) firmware.callerPresses(digit)
    },
    hangUp: () => firmware.callerHangsUp(),
    isFree: () => firmware.call !== 'active',
  })
}

function serial(
  firmware: ModemFirmware | ModuleFirmware,
  names: string[],
  does: {
    call(number: string | undefined): void
    press(digits: string): void
    hangUp(): void
    isFree(): boolean
    neighbour?(picksUp: boolean): void
  },
): SimulatedFarEnd {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-rig-'))
  const devices = names.map((name) => join(folder, name))
  const wire = new PtyDevice(firmware, devices)
  let heard = new Int16Array(0)
  return {
    devices,
    async call({ number }) {
      does.call(number)
    },
    async press(digits) {
      does.press(digits)
    },
    async say(sound) {
      firmware.farEnd.say(samples(sound))
    },
    heard() {
      const more = firmware.farEnd.takeHeard()
      const all = new Int16Array(heard.length + more.length)
      all.set(heard)
      all.set(more, heard.length)
      heard = all
      return heard
    },
    async hangUp() {
      does.hangUp()
    },
    async isFree() {
      return does.isFree()
    },
    async plug(isIn) {
      if (isIn) wire.plug()
      else wire.unplug()
    },
    ...(does.neighbour && { neighbour: async (picksUp: boolean) => does.neighbour?.(picksUp) }),
    async stop() {
      wire.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
