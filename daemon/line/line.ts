// One telephone line at work: feeds line-machine.ts with what the driver tells and the leg asks, and performs what it
// decides. A fault here ends the call on this line and touches no other.
import type { BatteryState, LineSignal } from '../../drivers/line-driver.ts'
import type { Clock, Timer } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Leg, LegEnd, LegParty } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { Audio } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'
import { LineLeg } from './line-leg.ts'
import {
  advanceLine,
  type LineEffect,
  type LineInput,
  type LineState,
  type LineTimer,
  type RingingCaller,
} from './line-machine.ts'
import type { LineSettings, LineView } from './lines.ts'
import { judgeCurrentLoss } from './supervision.ts'

export interface LineSurroundings {
  audio: Audio
  clock: Clock
  log: Log
  announce(leg: Leg): void
  /** A line is there, with or without the call that it had when the last daemon ended. True: that call is to go on. */
  takesOver(line: string, isHeld: boolean): boolean
  announceResumed(leg: Leg, line: string): void
}

/** How long a leg's end waits for its audio port to be released. */
const audioCloseMs = 1000

type PortSignal = Extract<LineSignal, { port: number }>

export class Line {
  readonly #settings: LineSettings
  readonly #around: LineSurroundings
  readonly #counters = new Counters()
  readonly #timers = new Map<LineTimer, Timer>()
  readonly #inputs: LineInput[] = []
  #isWorking = false
  #state: LineState = { name: 'faulted' }
  #battery: BatteryState = 'unknown'
  #leg: LineLeg | undefined
  #legs = 0
  #portId: PortId | undefined
  #closing: Promise<void> | undefined
  /** Answers to what an earlier call asked for are not for this one. */
  #call = 0

  constructor(settings: LineSettings, around: LineSurroundings) {
    this.#settings = settings
    this.#around = around
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get leg(): Leg | undefined {
    return this.#leg
  }

  view(): LineView {
    const { name, number, driver } = this.#settings
    return {
      name,
      number,
      device: driver.device,
      state: this.#state.name,
      battery: this.#battery,
      details: driver.details(),
      counters: this.#counters.snapshot(),
    }
  }

  /** `isHeld`: the line is off-hook still, for a call of the daemon before this one. */
  deviceReady(isHeld = false): void {
    const takeOver = this.#around.takesOver(this.#settings.name, isHeld)
    this.#input({ type: 'deviceReady', ...(takeOver && { takeOver }) })
  }

  deviceLost(reason: string): void {
    this.#battery = 'unknown'
    this.#around.log.warn({ line: this.#settings.name, reason }, 'line has lost its device')
    this.#input({ type: 'deviceLost' })
  }

  /** A signal of this line's port. */
  signal(signal: PortSignal): void {
    switch (signal.type) {
      case 'ringStarted':
      case 'ringStopped':
        this.#input({ type: signal.type, atMs: signal.atMs })
        break
      case 'callerIdReceived': {
        const { number, name, withheld, atMs } = signal
        const caller: RingingCaller = {
          ...(number === undefined ? {} : { number }),
          ...(name === undefined ? {} : { name }),
          ...(withheld === undefined ? {} : { withheld }),
        }
        this.#input({ type: 'callerIdReceived', caller, atMs })
        break
      }
      case 'hookChanged':
        this.#input({ type: 'hookChanged', hook: signal.hook })
        break
      case 'batteryChanged':
        this.#battery = signal.battery
        break
      case 'polarityReversed':
        this.#counters.count('polarityReversals')
        break
      case 'loopCurrentLost':
        this.#currentLost(signal)
    }
  }

  /** The far end pressed a key, as the audio thread heard it. */
  digit(digit: string): void {
    this.#counters.count('digits')
    this.#leg?.tellDigit(digit)
  }

  /** The exchange plays one of the line's hang-up tones: the detector has heard its pattern whole, three times over. */
  tone(tone: string): void {
    this.#counters.count(`tones.${tone}`)
    if (this.#state.name !== 'talking') return
    this.#around.log.info({ line: this.#settings.name, tone }, 'far end hung up: the exchange plays its tone')
    this.#input({ type: 'farEndGone', gone: { evidence: 'tone', tone } })
  }

  audioLost(): void {
    this.#portId = undefined // it closed by itself
    this.#input({ type: 'audioLost' })
  }

  owns(portId: PortId): boolean {
    return this.#portId === portId
  }

  #currentLost(signal: Extract<LineSignal, { type: 'loopCurrentLost' }>): void {
    const state = this.#state
    if (state.name === 'answering' && state.isHeld) {
      this.#input({ type: 'farEndGone', gone: { evidence: 'currentLost', durationMs: signal.durationMs } })
      return
    }
    if (state.name !== 'talking') {
      this.#counters.count('ignoredSignals')
      return
    }
    const verdict = judgeCurrentLoss(signal, state.offHookAtMs, this.#settings.currentLossMs)
    const fields = { line: this.#settings.name, durationMs: signal.durationMs }
    if (!verdict.gone) {
      this.#counters.count(`currentLoss.${verdict.why}`)
      this.#around.log.info({ ...fields, why: verdict.why }, 'loss of loop current is no hang-up')
      return
    }
    this.#around.log.info(fields, 'far end hung up: loop current lost')
    this.#input({ type: 'farEndGone', gone: verdict.gone })
  }

  /** Inputs that come up while another one is worked off wait for their turn. */
  #input(input: LineInput): void {
    this.#inputs.push(input)
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const { state, effects } = advanceLine(this.#state, next)
        this.#state = state
        if (state.name === 'clearing') this.#leg?.tellClearing()
        for (const effect of effects) this.#perform(effect)
      }
    } finally {
      this.#isWorking = false
    }
  }

  #perform(effect: LineEffect): void {
    switch (effect.do) {
      case 'announceLeg':
        this.#announce(effect.caller)
        break
      case 'resumeLeg':
        this.#resume()
        break
      case 'answerLeg':
        this.#leg?.tellAnswered(effect.portId)
        break
      case 'endLeg':
        this.#endLeg(effect.end)
        break
      case 'openAudio':
        this.#openAudio()
        break
      case 'closeAudio':
        this.#closeAudio()
        break
      case 'goOffHook':
        this.#goOffHook()
        break
      case 'goOnHook':
        this.#goOnHook()
        break
      case 'setTimer':
        this.#setTimer(effect.timer, effect.ms)
        break
      case 'cancelTimer':
        this.#timers.get(effect.timer)?.cancel()
        this.#timers.delete(effect.timer)
        break
      case 'cancelTimers':
        for (const timer of this.#timers.values()) timer.cancel()
        this.#timers.clear()
        break
      case 'count':
        this.#counters.count(effect.what)
        break
      case 'reportIllegal':
        this.#around.log.error(
          { line: this.#settings.name, state: this.#state.name, input: effect.input },
          'LINE-1: a line was asked for what it can not do from here; the call on it ends',
        )
    }
  }

  #setTimer(timer: LineTimer, ms: number): void {
    this.#timers.get(timer)?.cancel()
    const set = this.#around.clock.after(ms, () => {
      this.#timers.delete(timer)
      this.#input({ type: 'timerFired', timer })
    })
    this.#timers.set(timer, set)
  }

  #announce(caller: RingingCaller): void {
    const { number } = this.#settings
    const remote: LegParty = {
      ...(caller.number === undefined ? {} : { address: caller.number }),
      ...(caller.name === undefined ? {} : { displayName: caller.name }),
      ...(caller.withheld === undefined ? {} : { withheld: caller.withheld }),
    }
    const leg = this.#newLeg(remote, { address: number }, 'ringing')
    this.#around.announce(leg)
  }

  /** Who called is known to whoever waits for the call, from the contact's record. */
  #resume(): void {
    const { name, number } = this.#settings
    const leg = this.#newLeg({ withheld: 'unavailable' }, { address: number }, 'answering')
    this.#around.announceResumed(leg, name)
  }

  #newLeg(remote: LegParty, local: LegParty, state: 'ringing' | 'answering'): LineLeg {
    const { name } = this.#settings
    this.#call++
    const leg = new LineLeg({
      id: `line:${name}:${++this.#legs}`,
      line: name,
      state,
      remote,
      local,
      askAnswer: () => this.#input({ type: 'answerAsked' }),
      askHangUp: (reason) => this.#input({ type: 'hangUpAsked', reason }),
      onFault: (fault) => {
        this.#counters.count('listenerFaults')
        this.#around.log.error({ line: name, fault: String(fault) }, 'a listener of a line’s leg failed')
      },
    })
    this.#leg = leg
    return leg
  }

  #endLeg(end: LegEnd): void {
    const leg = this.#leg
    this.#leg = undefined
    if (!leg) return
    this.#around.log.info({ line: this.#settings.name, leg: leg.id, ...end }, 'call on a line ended')
    if (!this.#closing) {
      leg.tellEnded(end)
      return
    }
    leg.tellClearing()
    void this.#closing.then(() => leg.tellEnded(end))
  }

  #openAudio(): void {
    const call = this.#call
    const { driver, port, name, hangUpTones: tones } = this.#settings
    const { audio, log } = this.#around
    audio.openLine({ pcmFile: driver.pcmFile(port), name, tones }).then(
      (portId) => {
        if (call !== this.#call || this.#state.name !== 'answering') {
          void this.#close(portId)
          return
        }
        this.#portId = portId
        this.#input({ type: 'audioOpened', portId })
      },
      (fault: unknown) => {
        log.error({ line: name, fault: String(fault) }, 'a line’s audio could not be opened')
        if (call === this.#call) this.#input({ type: 'audioFailed' })
      },
    )
  }

  #closeAudio(): void {
    const portId = this.#portId
    if (portId === undefined) return
    this.#portId = undefined
    const closing = this.#close(portId).then(() => {
      if (this.#closing === closing) this.#closing = undefined
    })
    this.#closing = closing
  }

  /** Never rejects, and settles in time whatever the audio thread does. */
  #close(portId: PortId): Promise<void> {
    const { audio, clock, log } = this.#around
    const { name } = this.#settings
    return new Promise((resolve) => {
      const deadline = clock.after(audioCloseMs, () => {
        log.error({ line: name, portId }, 'a line’s audio port was not released in time')
        resolve()
      })
      const settle = () => {
        deadline.cancel()
        resolve()
      }
      audio.close(portId).then(settle, (fault: unknown) => {
        log.error({ line: name, portId, fault: String(fault) }, 'a line’s audio port could not be closed')
        settle()
      })
    })
  }

  #goOffHook(): void {
    const call = this.#call
    const { driver, port } = this.#settings
    void driver.command(port, { type: 'goOffHook' }).then((result) => {
      if (call !== this.#call) return
      if (result.done) this.#input({ type: 'offHookDone', atMs: this.#around.clock.monotonicMs() })
      else this.#input({ type: 'offHookRefused', reason: result.refused })
    })
  }

  #goOnHook(): void {
    const { driver, port, name } = this.#settings
    void driver.command(port, { type: 'goOnHook' }).then((result) => {
      // The machine's timer tries again; only what it did may move it on.
      if (result.done) this.#input({ type: 'onHookDone' })
      else this.#around.log.warn({ line: name, refused: result.refused }, 'a line was not released yet')
    })
  }
}
