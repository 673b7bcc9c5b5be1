// Telephone lines with pretended hardware and a clock the test turns, told as talks between caller, line and office.
import t, { type Test } from 'tap'
import type { Leg, LegEvent } from '../../../daemon/leg/leg.ts'
import { createLineService } from '../../../daemon/line/line-service.ts'
import type { LineSettings, Lines } from '../../../daemon/line/lines.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { FakeAudio } from './fake-audio.ts'
import { FakeLineDriver } from './fake-line-driver.ts'

export class Office {
  readonly clock = new MockClock()
  readonly driver = new FakeLineDriver(() => this.clock.monotonicMs())
  readonly audio = new FakeAudio()
  readonly logged: string[] = []
  readonly legs: Leg[] = []
  /** Of all legs, in order. */
  readonly heard: LegEvent[] = []
  readonly lines: Lines

  /** `awaited`: lines whose calls the daemon before this one left, and somebody waits for. */
  constructor(awaited: string[] = [], settings: Partial<LineSettings> = {}) {
    const write = (_fields: object, message: string) => void this.logged.push(message)
    this.lines = createLineService({
      lines: [1, 2].map((port) => ({
        name: `line ${port}`,
        driver: this.driver,
        port,
        number: `+155501${port}`,
        currentLossMs: 250,
        reversalMeans: 'answer' as const,
        silentAfterMs: 0,
        longestCallMs: 0,
        ...settings,
        hangUpTones: [{ name: 'busy', pattern: [] }],
        callTones: [],
        ringbackPeriodMs: 6000,
      })),
      audio: this.audio,
      clock: this.clock,
      log: { debug: write, info: write, warn: write, error: write },
      takesOver: (line, isHeld) => isHeld && awaited.includes(line),
    })
    this.lines.onResumed((leg) => {
      this.legs.push(leg)
      leg.on((event) => this.heard.push(event))
    })
    this.lines.onInbound((leg) => {
      this.legs.push(leg)
      leg.on((event) => this.heard.push(event))
    })
  }

  state(line = 0): string {
    return this.lines.views()[line]!.state
  }

  count(name: string, line = 0): number {
    return this.lines.views()[line]!.counters[name] ?? 0
  }

  /** The device is there and both lines have been idle for a while. */
  async idle(): Promise<void> {
    this.lines.start()
    this.driver.ready()
    await this.clock.advance(1500)
    this.driver.commands.length = 0
  }

  async ring(): Promise<void> {
    this.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
    await this.clock.advance(2000)
    this.driver.signal({ type: 'ringStopped', port: 1, durationMs: 2000 })
  }

  /** A caller with a number rings; his leg. */
  async caller(): Promise<Leg> {
    await this.ring()
    await this.clock.advance(600)
    this.driver.signal({ type: 'callerIdReceived', port: 1, number: '+15550001', name: 'ANN' })
    const leg = this.legs.at(-1)
    if (!leg) throw new Error('no leg was announced')
    return leg
  }

  async answered(): Promise<Leg> {
    const leg = await this.caller()
    if (!(await leg.answer())) throw new Error('the caller could not be answered')
    await this.clock.advance(1000)
    return leg
  }

  loseCurrent(durationMs = 250): void {
    this.driver.signal({ type: 'loopCurrentLost', port: 1, durationMs })
  }
}

/** Runs a test with idle lines; at its end all has been given back. */
export function inOffice(
  name: string,
  run: (t: Test, office: Office) => Promise<void>,
  settings: Partial<LineSettings> = {},
): void {
  t.test(name, async (t) => {
    const office = new Office([], settings)
    await office.idle()
    await run(t, office)
    const stopped = office.lines.stop()
    await office.clock.advance(4000)
    await stopped
    t.equal(office.clock.liveTimers, 0, 'no timer is left')
    t.equal(office.audio.open.size, 0, 'no audio port is left')
    t.equal(office.driver.listeners + office.audio.listeners, 0, 'nobody listens any more')
    t.ok(
      office.legs.every((leg) => leg.state === 'ended'),
      'no leg is left',
    )
  })
}
