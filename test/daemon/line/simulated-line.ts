// A line of the daemon over simulated hardware, all in memory under one clock: driver, detectors and line are the true
// ones, what stands before them is the test's. Sound goes to the detectors alone, to nobody's ears.
import type { Leg } from '../../../daemon/leg/leg.ts'
import { createLineService } from '../../../daemon/line/line-service.ts'
import type { LineSettings, Lines } from '../../../daemon/line/lines.ts'
import type { LineOpening } from '../../../daemon/loop/audio.ts'
import type { PortCounters, PortId } from '../../../daemon/media/port.ts'
import { SilenceWatch } from '../../../daemon/media/silence-watch.ts'
import { ToneSupervisor } from '../../../daemon/media/tone-supervisor.ts'
import type { LineDriver, LineSignal } from '../../../drivers/line-driver.ts'
import { ToneBank } from '../../../drivers/native/tone-bank.ts'
import type { ContractStage } from '../../drivers/contract/stages.ts'
import { FakeAudio } from './fake-audio.ts'

/** A talk goes on for so long before anything happens. */
export const settledMs = 1000
const frameMs = 20
const frameSamples = 160

/** The device's host as the daemon has it, without a process between them. */
class MemoryDriver implements LineDriver {
  readonly device = 'memory'
  readonly abilities: LineDriver['abilities']
  state: LineDriver['state'] = 'absent'
  readonly #stage: ContractStage
  readonly #listeners = new Set<(signal: LineSignal) => void>()

  constructor(stage: ContractStage) {
    this.#stage = stage
    this.abilities = { canHold: false, ...stage.abilities }
  }

  start(): void {
    this.#stage.host.start()
  }

  async stop(): Promise<void> {
    await this.#stage.host.releaseAll()
    this.#stage.host.stop()
  }

  command(...[port, command]: Parameters<LineDriver['command']>) {
    return this.#stage.host.command(port, command)
  }

  pcmFile(): string {
    return 'memory'
  }

  onSignal(listener: (signal: LineSignal) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  counters() {
    return this.#stage.host.counters()
  }

  details() {
    return this.#stage.host.details()
  }

  /** What the device has told since it was asked last. */
  tellSignals(): void {
    const { signals, clock } = this.#stage
    for (const signal of signals.splice(0))
      for (const listener of [...this.#listeners]) listener({ ...signal, atMs: clock.monotonicMs() })
  }
}

/** Hears with the true detectors. */
class DetectingAudio extends FakeAudio {
  readonly #bank = new ToneBank(1)
  #ear: { portId: PortId; tones: ToneSupervisor | undefined; silence: SilenceWatch | undefined } | undefined

  override async openLine(opening: LineOpening): Promise<PortId> {
    const portId = await super.openLine(opening)
    const { tones = [], silentAfterMs = 0 } = opening
    this.#ear = {
      portId,
      tones:
        tones.length > 0 ? new ToneSupervisor(this.#bank.open(tones.map(({ pattern }) => pattern)), tones) : undefined,
      silence:
        silentAfterMs > 0
          ? new SilenceWatch(silentAfterMs, (silentMs) => this.tell({ type: 'lineSilent', portId, silentMs }))
          : undefined,
    }
    return portId
  }

  override close(portId: PortId): Promise<PortCounters> {
    this.#ear?.tones?.close()
    this.#ear = undefined
    return super.close(portId)
  }

  hear(frame: Int16Array): void {
    const ear = this.#ear
    if (!ear) return
    ear.tones?.hear(frame, (tone) => this.tell({ type: 'toneHeard', portId: ear.portId, tone }))
    this.#bank.run()
    ear.silence?.add(frame)
    ear.silence?.tick()
  }

  destroy(): void {
    this.#bank.destroy()
  }
}

export class SimulatedLine<Stage extends ContractStage> {
  readonly stage: Stage
  readonly lines: Lines
  readonly legs: Leg[] = []
  readonly #driver: MemoryDriver
  readonly #audio = new DetectingAudio()
  readonly #frame = new Int16Array(frameSamples)

  constructor(stage: Stage, settings: Partial<LineSettings> = {}) {
    this.stage = stage
    this.#driver = new MemoryDriver(stage)
    const silent = () => {}
    this.lines = createLineService({
      lines: [
        {
          name: 'line 1',
          driver: this.#driver,
          port: 1,
          number: '+15550100',
          currentLossMs: 250,
          reversalMeans: 'none',
          silentAfterMs: 0,
          longestCallMs: 0,
          hangUpTones: [],
          callTones: [],
          ringbackPeriodMs: 0,
          ...settings,
        },
      ],
      audio: this.#audio,
      clock: stage.clock,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    })
    this.lines.onInbound((leg) => this.legs.push(leg))
    this.lines.start()
  }

  get state(): string {
    return this.lines.views()[0]!.state
  }

  count(name: string): number {
    return this.lines.views()[0]!.counters[name] ?? 0
  }

  /** Lets time pass until it is so; how long that took. Throws when it takes longer. */
  async until(what: string, is: () => boolean, withinMs: number): Promise<number> {
    for (let passedMs = 0; passedMs <= withinMs; passedMs += frameMs) {
      if (is()) return passedMs
      await this.pass(frameMs)
    }
    throw new Error(`no ${what} within ${withinMs} ms; the line is ${this.state}`)
  }

  async pass(ms: number): Promise<void> {
    const { clock, pcm } = this.stage
    for (let passedMs = 0; passedMs < ms; passedMs += frameMs) {
      await clock.advance(frameMs)
      this.#driver.tellSignals()
      while (pcm.capture.available >= frameSamples) {
        pcm.capture.read(this.#frame)
        this.#audio.hear(this.#frame)
      }
    }
  }

  /** A caller has rung and is talked with, for a moment already. */
  async talking(): Promise<Leg> {
    await this.until('idle line', () => this.state === 'idle', 20_000)
    this.stage.ring({ number: '+15550001' })
    await this.until('caller', () => this.legs.length > 0, 10_000)
    const leg = this.legs.at(-1)!
    void leg.answer()
    await this.until('talk', () => this.state === 'talking', 3000)
    await this.pass(settledMs)
    return leg
  }

  async close(): Promise<void> {
    const stopped = this.lines.stop()
    await this.pass(4000)
    await stopped
    this.stage.line.close()
    this.#audio.destroy()
  }
}
