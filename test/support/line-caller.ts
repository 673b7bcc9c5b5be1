// A caller on a line of the simulated board: rings, hears, presses keys, speaks a tone, hangs up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningBoard } from '../rig/board-client.ts'
import { growingWavSamples, wavOf } from './growing-wav.ts'
import { longestMs, stretchesOf } from './marks.ts'
import { tonePresentMs } from './tones.ts'
import { until, type WaitOptions } from './wait.ts'

export interface CallOptions {
  /** Port of the board. */
  port?: number
  /** Absent: withheld. */
  number?: string
  /** Length of the first ring; caller ID comes after it. */
  ringMs?: number
}

/** Short, so that tests need not sit through two seconds of ringing; still what a network may send. */
const ringMs = 600
const ringPauseMs = 1500
const callerIdAfterMs = 300

export class LineCaller {
  readonly port: number
  readonly #board: RunningBoard
  readonly #folder: string
  readonly #file: string
  #said = 0

  private constructor(board: RunningBoard, port: number) {
    this.#board = board
    this.port = port
    this.#folder = mkdtempSync(join(tmpdir(), 'cordboard-caller-'))
    this.#file = join(this.#folder, 'heard.wav')
  }

  /** The line rings from now on. */
  static async call(board: RunningBoard, options: CallOptions = {}): Promise<LineCaller> {
    const caller = new LineCaller(board, options.port ?? 1)
    const id = options.number === undefined ? { withheld: 'private' as const } : { number: options.number }
    board.client.events.skipToNow()
    const ringCadenceMs = [options.ringMs ?? ringMs, ringPauseMs]
    await board.client.incomingCall({ port: caller.port, ringCadenceMs, callerIdAfterMs, ...id })
    await board.client.captureAudio(caller.port, caller.#file)
    return caller
  }

  async answered(options: WaitOptions = {}): Promise<void> {
    await this.#board.client.next('answered', ({ port }) => port === this.port, { withinMs: 10_000, ...options })
  }

  /** Everything heard since the answer: 8 kHz. */
  heard(): Int16Array {
    return growingWavSamples(this.#file)
  }

  /** Waits until the tone stood alone for so long without a break. */
  async hears(hz: number, ms: number, options: WaitOptions = {}): Promise<void> {
    await until(`the caller to hear ${hz} Hz for ${ms} ms`, () => longestMs(this.heard(), hz) >= ms, {
      withinMs: 10_000,
      everyMs: 50,
      instead: () => {
        const heard = this.heard()
        const stretches = JSON.stringify(stretchesOf(heard, hz, 20))
        return `heard ${heard.length / 8} ms, of it ${tonePresentMs(heard, hz)} ms with that tone: ${stretches}`
      },
      ...options,
    })
  }

  /** As long as a finger presses a key: a lost packet of audio, on a busy machine, costs no digit. */
  async presses(digits: string): Promise<void> {
    const utterances = [{ kind: 'digits' as const, digits, onMs: 160 }]
    await this.#board.client.callerSends({ port: this.port, utterances })
  }

  /** A voice, or whatever it is: 8 kHz. Begins when all said before is over. */
  async plays(samples: Int16Array): Promise<void> {
    const file = join(this.#folder, `said-${++this.#said}.wav`)
    writeFileSync(file, wavOf(samples))
    await this.#board.client.callerSends({ port: this.port, utterances: [{ kind: 'file' as const, file }] })
  }

  /** Begins when all said before is over. */
  async says(hz: number, ms: number): Promise<void> {
    const utterances = [{ kind: 'tone' as const, frequenciesHz: [hz], durationMs: ms, levelDbm0: -10 }]
    await this.#board.client.callerSends({ port: this.port, utterances })
  }

  async hangsUp(): Promise<void> {
    await this.#board.client.callerHangUp(this.port)
  }

  /** The box has released the line. */
  async released(options: WaitOptions = {}): Promise<void> {
    await until(
      `port ${this.port} to be on-hook and idle`,
      async () => {
        const { hook, line } = await this.#board.client.port(this.port)
        return hook === 'onHook' && line === 'idle'
      },
      options,
    )
  }

  /** Ends a call that is left over, and removes what was heard. */
  async forget(): Promise<void> {
    const { line } = await this.#board.client.port(this.port)
    if (line === 'ringing' || line === 'connected') await this.hangsUp()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
