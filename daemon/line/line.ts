// One telephone line at work: feeds line-machine.ts with what the driver tells and the leg asks, and performs what it
// decides. A fault here ends the call on this line and touches no other.
import type { BatteryState, LineCommand, LineSignal } from '../../drivers/line-driver.ts'
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import type { Leg, LegEnd, LegParty } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { Audio } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'
import { CallProgress } from './call-progress.ts'
import { CallSupervisor } from './call-supervisor.ts'
import { keysBy } from './device-keys.ts'
import { LineAudio } from './line-audio.ts'
import { LineLeg, type LineLegOptions, partyOf } from './line-leg.ts'
import { advanceLine } from './line-machine.ts'
import type { AnswerEvidence, LineEffect, LineInput, LineState, RingingCaller } from './line-states.ts'
import { LineTimers } from './line-timers.ts'
import type { LineSettings, LineView } from './lines.ts'
import { ownDetails } from './own-details.ts'

export interface LineSurroundings {
  audio: Audio
  clock: Clock
  log: Log
  announce(leg: Leg): void
  /** A line is there, with or without the call that it had when the last daemon ended. True: that call is to go on. */
  takesOver(line: string, isHeld: boolean): boolean
  announceResumed(leg: Leg, line: string): void
}

type PortSignal = Extract<LineSignal, { port: number }>

export class Line {
  readonly #settings: LineSettings
  readonly #around: LineSurroundings
  readonly #counters = new Counters()
  readonly #timers: LineTimers
  readonly #inputs: LineInput[] = []
  #isWorking = false
  #state: LineState = { name: 'faulted' }
  #battery: BatteryState = 'unknown'
  /** Another telephone is off-hook on the same pair. */
  #inUse = false
  /** Who has called while this line was talked on. */
  #waiting: RingingCaller | undefined
  #leg: LineLeg | undefined
  #legs = 0
  readonly #audio: LineAudio
  readonly #progress: CallProgress
  readonly #supervisor: CallSupervisor
  /** Answers to what an earlier call asked for are not for this one. */
  #call = 0

  constructor(settings: LineSettings, around: LineSurroundings) {
    this.#settings = settings
    this.#around = around
    const { audio, clock, log } = around
    const { name, driver, port, silentAfterMs } = settings
    this.#audio = new LineAudio({ ...around, name, pcmFile: driver.pcmFile(port), silentAfterMs })
    this.#supervisor = new CallSupervisor({
      settings,
      clock,
      log,
      counters: this.#counters,
      gone: (gone) => this.#input({ type: 'farEndGone', gone }),
    })
    this.#progress = new CallProgress(settings, audio)
    this.#timers = new LineTimers(clock, (timer) => this.#input({ type: 'timerFired', timer }))
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
      ...(this.#inUse && { inUse: true }),
      ...(this.#waiting && { waiting: this.#waiting }),
      details: ownDetails(driver.details(), this.#settings.port),
      counters: this.#counters.snapshot(),
    }
  }

  /**
   * A call out; `digits` as the line is to dial them. The leg is `dialling`; a line that is not free ends it at once, with
   * blame `trunk`.
   */
  call(digits: string, remote: LegParty): Leg {
    const { number, driver } = this.#settings
    const leg = this.#newLeg({ remote, local: { address: number }, state: 'dialling' })
    const why = this.notFree()
    if (why === undefined) {
      this.#take(leg)
      this.#input({ type: 'callAsked', number: digits, byDevice: driver.abilities.dials === 'device' })
      return leg
    }
    this.#counters.count(`callsOutRefused.${why}`)
    queueMicrotask(() => leg.tellEnded({ by: 'us', blame: 'trunk', reason: why })) // once the asker listens to it
    return leg
  }

  notFree(): string | undefined {
    if (this.#state.name === 'faulted') return 'deviceAbsent'
    if (this.#state.name !== 'idle') return 'atCapacity'
    if (this.#inUse) return 'lineInUse'
    return this.#battery === 'lost' ? 'noBattery' : undefined
  }

  /** `isHeld`: the line is off-hook still, for a call of the daemon before this one. */
  deviceReady(isHeld = false): void {
    const takeOver = this.#around.takesOver(this.#settings.name, isHeld)
    this.#input({ type: 'deviceReady', ...(takeOver && { takeOver }) })
  }

  deviceLost(reason: string): void {
    this.#battery = 'unknown'
    this.#inUse = false
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
        const { type: _type, port: _port, atMs, ...caller } = signal
        this.#input({ type: 'callerIdReceived', caller, atMs })
        break
      }
      case 'callWaiting': {
        const { type: _type, port: _port, atMs: _atMs, ...caller } = signal
        this.#counters.count('callsWaiting')
        this.#waiting = caller
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
        if (this.#supervisor.isReversalAnswer()) this.#answered('polarity', signal.atMs)
        else this.#supervisor.polarityReversed(signal.atMs)
        break
      case 'loopCurrentLost':
        this.#supervisor.currentLost(signal)
        break
      case 'lineUseChanged':
        this.#inUse = signal.inUse
        this.#counters.count('otherTelephones')
        break
      case 'digitReceived':
        if (this.#settings.driver.abilities.digits === 'device') this.#tellDigit(signal.digit)
        else this.#counters.count('deviceDigits')
        break
      case 'callProgressed':
        if (signal.progress === 'alerting') this.#input({ type: 'farEndAlerted' })
        else this.#answered('network', signal.atMs)
        break
      case 'farEndHungUp':
        this.#supervisor.networkSaid(signal.cause)
    }
  }

  /** The far end pressed a key, as the audio thread heard it. */
  digit(digit: string): void {
    if (this.#settings.driver.abilities.digits === 'inBand') this.#tellDigit(digit)
  }

  #tellDigit(digit: string): void {
    this.#counters.count('digits')
    this.#leg?.tellDigit(digit)
  }

  #answered(evidence: AnswerEvidence, atMs: number): void {
    this.#input({ type: 'farEndAnswered', evidence, atMs })
  }

  /** One of the tones that the line was opened for: the detector has heard its pattern whole. */
  tone(tone: string): void {
    this.#counters.count(`tones.${tone}`)
    const input = this.#progress.inputOf(tone)
    if (input) this.#input(input)
    else this.#supervisor.toneHeard(tone)
  }

  /** Neither side has said anything for so long. */
  silent(silentMs: number): void {
    this.#supervisor.silent(silentMs)
  }

  audioLost(): void {
    this.#audio.lost()
    this.#input({ type: 'audioLost' })
  }

  owns(portId: PortId): boolean {
    return this.#audio.portId === portId
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
        this.#supervisor.follow(state)
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
        this.#progress.stop()
        this.#audio.close()
        break
      case 'alertLeg':
        this.#leg?.tellAlerted()
        break
      case 'letLegHear':
        this.#leg?.tellEarlyMedia(effect.portId)
        break
      case 'noteAnswer':
        this.#progress.stop()
        this.#counters.count(`answeredBy.${effect.evidence}`)
        this.#supervisor.answeredBy(effect.evidence)
        break
      case 'dialByDevice':
        this.#command({ type: 'dial', number: effect.number }, ({ refused }) =>
          this.#input(refused === undefined ? { type: 'dialled' } : { type: 'dialRefused', reason: refused }),
        )
        break
      case 'sendDigits':
        void this.#around.audio
          .sendDigits(effect.portId, effect.digits)
          .then(this.#ofThisCall(() => this.#input({ type: 'dialled' })))
        break
      case 'listenForVoice':
        this.#progress.listen(effect.portId, () => this.#answered('voice', this.#around.clock.monotonicMs()))
        break
      case 'goOffHook':
        this.#command({ type: 'goOffHook' }, ({ refused }) =>
          this.#input(
            refused === undefined
              ? { type: 'offHookDone', atMs: this.#around.clock.monotonicMs() }
              : { type: 'offHookRefused', reason: refused },
          ),
        )
        break
      case 'goOnHook':
        this.#goOnHook()
        break
      case 'setTimer':
        this.#timers.set(effect.timer, effect.ms)
        break
      case 'cancelTimer':
        this.#timers.cancel(effect.timer)
        break
      case 'cancelTimers':
        this.#timers.cancelAll()
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

  #announce(caller: RingingCaller): void {
    const local = { address: this.#settings.number }
    const leg = this.#take(this.#newLeg({ remote: partyOf(caller), local, state: 'ringing' }))
    this.#around.announce(leg)
  }

  /** Who called is known to whoever waits for the call, from the contact's record. */
  #resume(): void {
    const { name, number } = this.#settings
    const remote: LegParty = { withheld: 'unavailable' }
    const leg = this.#take(this.#newLeg({ remote, local: { address: number }, state: 'answering' }))
    this.#around.announceResumed(leg, name)
  }

  /** The leg of the call that the line has from now on. */
  #take(leg: LineLeg): LineLeg {
    this.#call++
    this.#leg = leg
    return leg
  }

  #newLeg(of: Pick<LineLegOptions, 'remote' | 'local' | 'state'>): LineLeg {
    const { name } = this.#settings
    return new LineLeg({
      ...of,
      id: `line:${name}:${++this.#legs}`,
      line: name,
      askAnswer: () => this.#input({ type: 'answerAsked' }),
      askHangUp: (reason) => this.#input({ type: 'hangUpAsked', reason }),
      ...keysBy(this.#settings),
      onFault: (fault) => {
        this.#counters.count('listenerFaults')
        this.#around.log.error({ line: name, fault: String(fault) }, 'a listener of a line’s leg failed')
      },
    })
  }

  #endLeg(end: LegEnd): void {
    const leg = this.#leg
    if (!leg) return
    this.#leg = undefined
    this.#waiting = undefined
    this.#around.log.info({ line: this.#settings.name, leg: leg.id, ...end }, 'call on a line ended')
    const { closing } = this.#audio
    if (!closing) {
      leg.tellEnded(end)
      return
    }
    leg.tellClearing()
    void closing.then(() => leg.tellEnded(end))
  }

  #openAudio(): void {
    const call = this.#call
    const { hangUpTones, callTones } = this.#settings
    const isCalling = this.#state.name === 'calling'
    this.#audio.open(
      isCalling ? callTones : hangUpTones,
      () => call === this.#call && (this.#state.name === 'answering' || this.#state.name === 'calling'),
      (portId) => this.#input({ type: 'audioOpened', portId }),
      this.#ofThisCall(() => this.#input({ type: 'audioFailed' })),
    )
  }

  /** The answer is handed on while the call it belongs to is there. */
  #command(command: LineCommand, done: (result: { refused?: string }) => void): void {
    const { driver, port } = this.#settings
    void driver.command(port, command).then(this.#ofThisCall((result) => done(result.done ? {} : result)))
  }

  #ofThisCall<T extends unknown[]>(run: (...result: T) => void): (...result: T) => void {
    const call = this.#call
    return (...result) => {
      if (call === this.#call) run(...result)
    }
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
