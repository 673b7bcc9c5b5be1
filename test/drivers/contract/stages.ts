// The three kinds of line hardware, each with its host in memory under one clock, as the contract's tests see them all.

import { BoardHost } from '../../../drivers/fxo/board-host.ts'
import type { LineAbilities, LinePortSettings } from '../../../drivers/line-driver.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import type { DeviceHost } from '../../../drivers/process/device-host.ts'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { MemoryBoard } from '../../rig/board/memory-board.ts'
import { dtmf } from '../../rig/board/sound.ts'
import { ec25, sim7600 } from '../../rig/cellular/module-firmware.ts'
import type { FarEnd } from '../../rig/serial/far-end.ts'
import { MemoryLine } from '../../rig/serial/memory-line.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { ModuleStage } from '../cellular/module-stage.ts'
import { ModemStage } from '../modem/modem-stage.ts'

export interface ContractStage {
  clock: MockClock
  host: DeviceHost
  line: MemoryLine
  pcm: PcmPath
  signals: TimelessSignal[]
  abilities: Pick<LineAbilities, 'dials' | 'digits'>
  farEnd: FarEnd
  ring(caller: { number?: string; withheld?: true }): void
  farEndHangsUp(): void
  /** Nobody rings or waits on the line any more. */
  silenceFarEnd(): void
  farEndPresses(digit: string): void
  isOffHook(): boolean
  /** The device hears and says nothing any more, though its plug is in. */
  die(): void
  revive(): void
  /** Something of its own accord, in the middle of whatever it is saying. */
  noise: Uint8Array
}

const inBand = { dials: 'inBand', digits: 'inBand' } as const
const byDevice = { dials: 'device', digits: 'device' } as const

/** The board, with the exchange behind its line at hand. */
export function boardStage(
  currentLossMs = 250,
  settings: Partial<LinePortSettings> = {},
): ContractStage & { board: MemoryBoard } {
  const clock = new MockClock()
  const board = new MemoryBoard()
  const line = new MemoryLine(clock, board)
  const pcm = pcmPath(new ArrayBuffer(pcmFileBytes))
  const signals: TimelessSignal[] = []
  const host = new BoardHost({
    ports: [{ port: 1, currentLossMs, ...settings }],
    hostSilenceMs: 8000,
    resumeSession: 0,
    pcm: new Map([[1, pcm]]),
    openDevice: (listener) => line.open(0, listener),
    clock,
    listener: {
      sessionStarted: () => {},
      stateChanged: () => {},
      signal: (signal) => void signals.push(signal),
      log: () => {},
    },
  })
  return {
    board,
    clock,
    host,
    line,
    pcm,
    signals,
    abilities: inBand,
    farEnd: board.farEnd,
    ring: ({ number, withheld }) =>
      board.exchange.ring({
        ...(number !== undefined && { number }),
        ...(withheld && { withheld: 'private' }),
        ringCadenceMs: [1000, 3000],
        ringHz: 25,
        callerIdAfterMs: 500,
        sendsCallerId: true,
      }),
    farEndHangsUp: () => {
      const { state } = board.exchange
      if (state === 'connected' || state === 'ringing') board.exchange.hangUp({ by: 'currentLoss', durationMs: 800 })
    },
    silenceFarEnd: () => {
      if (board.exchange.state === 'ringing') board.exchange.hangUp({ by: 'none' })
    },
    farEndPresses: (digit) => board.farEnd.say(dtmf(digit)),
    isOffHook: () => board.card.offHook,
    die: () => {
      board.isDead = true
    },
    revive: () => {
      board.powerCycle()
      board.isDead = false
    },
    noise: Uint8Array.from({ length: 50 }, (_, i) => (i * 37) & 0xff),
  }
}

export const stages: Readonly<Record<string, () => ContractStage>> = {
  'FXO board': () => boardStage(),
  'voice modem': () => {
    const stage = new ModemStage()
    const { clock, host, line, pcm, signals, modem } = stage
    return {
      clock,
      host,
      line,
      pcm,
      signals,
      abilities: inBand,
      farEnd: modem.farEnd,
      ring: ({ number, withheld }) =>
        modem.incomingCall({ ...(number !== undefined && { number }), ...(withheld && { withheld: 'P' }) }),
      farEndHangsUp: () => modem.callerHangsUp(),
      silenceFarEnd: () => modem.callerHangsUp(),
      farEndPresses: (digit) => {
        modem.farEnd.say(dtmf(digit))
        modem.callerPresses(digit)
      },
      isOffHook: () => modem.offHook,
      die: () => {
        modem.isDead = true
      },
      revive: () => {
        modem.powerCycle()
        modem.isDead = false
      },
      noise: Buffer.from('\r\nRING RING\r\n+NONSENSE: 1\r\n\x7f\x00'),
    }
  },
  'cellular SIM7600': () => moduleStage(new ModuleStage(sim7600)),
  'cellular EC25': () => moduleStage(new ModuleStage(ec25)),
}

function moduleStage({ clock, host, line, pcm, signals, module }: ModuleStage): ContractStage {
  return {
    clock,
    host,
    line,
    pcm,
    signals,
    abilities: byDevice,
    farEnd: module.farEnd,
    ring: ({ number = '', withheld = false }) => module.incomingCall(number, withheld),
    farEndHangsUp: () => module.callerHangsUp(),
    silenceFarEnd: () => module.callerHangsUp(),
    farEndPresses: (digit) => module.callerPresses(digit),
    isOffHook: () => module.call !== undefined && module.call !== 'incoming',
    die: () => {
      module.isDead = true
    },
    revive: () => {
      module.powerCycle()
      module.isDead = false
    },
    noise: Buffer.from('\r\n+NONSENSE: 1\r\n+CREG: \r\n+CLCC: x\r\n\x00\xff'),
  }
}
