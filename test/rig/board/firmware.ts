// The simulated board's firmware: the board's side of board.proto, as strict as real firmware would be. It is driven
// by the board's own clock (`step`, `frameDue`) and by bytes; it knows nothing of files, sockets and callers.
import { decodeToBoard, encodeToHost } from '../../../drivers/fxo/board-codec.ts'
import type {
  AudioDown,
  Configure,
  EventKind,
  Hello,
  HookCause,
  HookCommand,
  PortConfig,
  ResetReason,
  ToBoard,
  ToHost,
  WireHookState,
} from '../../../drivers/fxo/board-messages.ts'
import { FrameReader } from '../../../drivers/fxo/frame-code.ts'
import { CommandMemory } from './command-memory.ts'
import { EventOutbox } from './event-outbox.ts'
import type { LineCard, LineCondition } from './line-card.ts'

export interface FirmwareOptions {
  cards: LineCard[]
  frameSamples: number
  serial: string
  /** Encoded message, not yet framed. */
  send(message: Uint8Array, body: ToHost['body']): void
  tell(event: FirmwareEvent): void
  /** Frames for which the serial device had no room. */
  framesDropped(): number
}

export type FirmwareEvent =
  | { event: 'sessionStarted'; session: number }
  | { event: 'sessionEnded'; reason: 'hostSilent' | 'reset' }
  | { event: 'hostRefused'; reason: string }
  | { event: 'hookChanged'; port: number; hook: 'onHook' | 'offHook'; cause: HookCause }
  | { event: 'flashed'; port: number; durationMs: number }

/** Nothing valid from the host for so long, unless it configures another time: every line is released. */
const defaultHostSilenceMs = 3000
const countersMs = 5000

export class Firmware {
  /** Major versions it speaks; a test may set others. */
  majors: number[] = [1]
  readonly #options: FirmwareOptions
  readonly #reader = new FrameReader()
  readonly #outbox: EventOutbox
  readonly #memory = new CommandMemory()
  readonly #audioSeq = new Map<number, { up: number; down: number }>()
  readonly #bad = { malformed: 0, eventsGivenUp: 0 }
  #session = 0
  #isConfigured = false
  #resetReason: ResetReason | undefined = 'POWER_ON'
  #deviceMs = 0
  #lastHeardMs = 0
  #hostSilenceMs = defaultHostSilenceMs
  #resumed = false
  #countersAtMs = 0

  constructor(options: FirmwareOptions) {
    this.#options = options
    this.#outbox = new EventOutbox((event) => this.#send({ body: 'event', event }))
  }

  get session(): number {
    return this.#session
  }

  receive(chunk: Uint8Array): void {
    for (const bytes of this.#reader.push(chunk)) {
      const decoded = decodeToBoard(bytes)
      if (decoded.is === 'malformed') this.#bad.malformed++
      if (decoded.is === 'message') this.#dispatch(decoded.message)
    }
  }

  /** One step of the board's time, with what each line measures. */
  step(stepMs: number, lines: Map<number, LineCondition>): void {
    this.#deviceMs += stepMs
    for (const card of this.#options.cards) {
      const line = lines.get(card.port)
      if (line) for (const kind of card.step(line, stepMs)) this.#event(card.port, kind)
    }
    if (this.#session === 0) return
    if (this.#deviceMs - this.#lastHeardMs >= this.#hostSilenceMs) {
      this.#releaseAll('HOST_SILENT')
      this.#endSession('hostSilent')
      return
    }
    this.#outbox.tick(this.#deviceMs)
    if (this.#isConfigured && this.#deviceMs >= this.#countersAtMs) this.#sendCounters()
  }

  /** A caller ID was decoded on the line. */
  callerId(port: number, number: string | undefined, name: string | undefined, withheld?: 'private' | 'unavailable') {
    const absence = withheld === 'private' ? 'PRIVATE' : 'UNAVAILABLE'
    this.#event(port, {
      kind: 'callerId',
      callerId: {
        number: number ?? '',
        numberAbsence: number ? 'NOT_ABSENT' : absence,
        name: name ?? '',
        nameAbsence: name ? 'NOT_ABSENT' : absence,
      },
    })
  }

  /** What a port heard in one frame's time: one that is off-hook, or overheard. */
  audioUp(port: number, deviceSample: number, frame: Int16Array, onHook: boolean): void {
    if (!this.#isConfigured) return
    const seq = this.#sequence(port)
    const pcm = Buffer.alloc(frame.length * 2)
    for (let i = 0; i < frame.length; i++) pcm.writeInt16LE(frame[i]!, i * 2)
    const played = this.#card(port)?.playedSeq
    const playedSeq = played === undefined ? 0 : (played + 1) >>> 0
    const audioUp = { port, seq: seq.up, deviceSample: deviceSample >>> 0, pcm, onHook, playedSeq }
    this.#send({ body: 'audioUp', audioUp })
    seq.up = (seq.up + 1) >>> 0
  }

  /** The processor starts anew: the session and every line are lost, the clock begins at 0. */
  reset(reason: ResetReason): void {
    this.#releaseAll('SESSION_STARTED')
    this.#endSession('reset')
    this.#resetReason = reason
    this.#deviceMs = 0
    this.#reader.reset()
    this.#send({ body: 'welcome', welcome: { ...this.#welcome(), session: 0 } })
  }

  #dispatch(message: ToBoard): void {
    if (message.body === 'hello') {
      this.#hello(message.hello)
      return
    }
    if (this.#session === 0) return
    this.#lastHeardMs = this.#deviceMs
    switch (message.body) {
      case 'configure':
        this.#configure(message.configure)
        break
      case 'hookCommand':
        this.#hookCommand(message.hookCommand)
        break
      case 'eventAck':
        this.#outbox.acked(message.eventAck.nextSeq)
        break
      case 'audioDown':
        this.#audioDown(message.audioDown)
        break
      case 'ping': {
        const { nonce } = message.ping
        this.#send({ body: 'pong', pong: { nonce, session: this.#session, deviceUs: this.#deviceUs() } })
      }
    }
  }

  #welcome() {
    return {
      session: this.#session,
      major: this.majors[0]!,
      minor: 4,
      refusal: '',
      firmware: 'sim-1.0.0',
      board: 'simulated FXO board',
      serial: this.#options.serial,
      ports: this.#options.cards.length,
      sampleRate: 8000,
      frameSamples: this.#options.frameSamples,
      resumed: this.#resumed,
    }
  }

  #hello(hello: Hello): void {
    const isRepeated = this.#session !== 0 && hello.session === this.#session && !this.#isConfigured
    if (!isRepeated) {
      this.#resumed = this.#session !== 0 && hello.resume === this.#session
      this.#hostSilenceMs = defaultHostSilenceMs
      if (!this.#resumed) this.#releaseAll('SESSION_STARTED')
    }
    this.#outbox.clear()
    this.#memory.clear()
    this.#audioSeq.clear()
    this.#isConfigured = false
    const chosen = this.majors.filter((major) => major >= hello.lowestMajor && major <= hello.highestMajor)
    if (chosen.length === 0) {
      this.#session = 0
      const refusal = `this firmware speaks protocol ${this.majors.join(', ')}, the host ${hello.lowestMajor} to ${hello.highestMajor}: update the older one`
      this.#send({ body: 'welcome', welcome: { ...this.#welcome(), session: hello.session, major: 0, refusal } })
      this.#options.tell({ event: 'hostRefused', reason: refusal })
      return
    }
    this.#session = hello.session
    this.#lastHeardMs = this.#deviceMs
    this.#send({ body: 'welcome', welcome: { ...this.#welcome(), major: Math.max(...chosen) } })
    this.#options.tell({ event: 'sessionStarted', session: hello.session })
  }

  #configure({ requestId, ports, hostSilenceMs }: Configure): void {
    const isWrongSilence = hostSilenceMs !== 0 && (hostSilenceMs < 3000 || hostSilenceMs > 15000)
    const refusal = isWrongSilence
      ? `host_silence_ms ${hostSilenceMs} is not 3000–15000`
      : ports.map((port) => this.#wrongConfig(port)).find((why) => why !== undefined)
    if (refusal === undefined) {
      this.#hostSilenceMs = hostSilenceMs || defaultHostSilenceMs
      for (const card of this.#options.cards) card.configure(ports.find(({ port }) => port === card.port))
    }
    const applied = this.#options.cards.flatMap(({ config }) => (config ? [config] : []))
    const status = this.#options.cards.map(({ port, offHook, battery, ringing, currentLost }) => {
      const hook: WireHookState = offHook ? 'IS_OFF_HOOK' : 'IS_ON_HOOK'
      return { port, hook, battery, ringing, currentLost }
    })
    this.#send({ body: 'configured', configured: { requestId, ports: applied, status, refusal: refusal ?? '' } })
    if (refusal !== undefined || this.#isConfigured) return
    this.#isConfigured = true
    this.#countersAtMs = this.#deviceMs + countersMs
    if (this.#resetReason) this.#event(0, { kind: 'boardReset', boardReset: { reason: this.#resetReason } })
    this.#resetReason = undefined
  }

  #wrongConfig(config: PortConfig): string | undefined {
    const { port, currentLossMs, ringOnMs, ringOffMs, ringLowestHz, ringHighestHz, onHookAudioMs } = config
    const { receiveGainDb10, transmitGainDb10 } = config
    const isWithin = (value: number, low: number, high: number) => value >= low && value <= high
    if (!this.#card(port)) return `port ${port}: this board has ${this.#options.cards.length}`
    if (!isWithin(currentLossMs, 50, 900)) return `port ${port}: current_loss_ms ${currentLossMs} is not 50–900`
    if (!isWithin(ringOnMs, 50, 500)) return `port ${port}: ring_on_ms ${ringOnMs} is not 50–500`
    if (!isWithin(ringOffMs, 50, 1000)) return `port ${port}: ring_off_ms ${ringOffMs} is not 50–1000`
    if (!isWithin(ringLowestHz, 15, 68) || !isWithin(ringHighestHz, ringLowestHz, 68))
      return `port ${port}: ring ${ringLowestHz}–${ringHighestHz} Hz is not within 15–68`
    if (!isWithin(onHookAudioMs, 0, 10_000)) return `port ${port}: on_hook_audio_ms ${onHookAudioMs} is not 0–10000`
    if (![receiveGainDb10, transmitGainDb10].every((gain) => isWithin(gain, -120, 120)))
      return `port ${port}: gains ${receiveGainDb10} and ${transmitGainDb10} are not -120–120`
    return undefined
  }

  #hookCommand(command: HookCommand): void {
    const known = this.#memory.find(command.requestId)
    const ack = known ?? this.#obey(command)
    if (!known) this.#memory.keep(ack)
    this.#send({ body: 'hookAck', hookAck: ack })
  }

  #obey(command: HookCommand) {
    const card = this.#card(command.port)
    const wasOffHook = card?.offHook ?? false
    const result = !this.#isConfigured ? 'NOT_CONFIGURED' : card?.config ? act(card, command) : 'NO_SUCH_PORT'
    const isOffHook = card?.offHook ?? false
    if (card && wasOffHook !== isOffHook) this.#hookChanged(card, 'COMMANDED')
    if (command.action === 'FLASH' && result === 'DONE')
      this.#options.tell({ event: 'flashed', port: command.port, durationMs: command.flashMs })
    const hook: WireHookState = isOffHook ? 'IS_OFF_HOOK' : 'IS_ON_HOOK'
    return { requestId: command.requestId, result, hook, deviceUs: this.#deviceUs() }
  }

  #audioDown({ port, seq, pcm }: AudioDown): void {
    const card = this.#card(port)
    if (!card?.config || pcm.length !== this.#options.frameSamples * 2) {
      this.#bad.malformed++
      return
    }
    const expected = this.#sequence(port)
    if (((seq - expected.down) | 0) < 0) return // twice or too late
    expected.down = (seq + 1) >>> 0
    const frame = new Int16Array(this.#options.frameSamples)
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    for (let i = 0; i < frame.length; i++) frame[i] = view.getInt16(i * 2, true)
    card.play(frame, seq)
  }

  #releaseAll(cause: HookCause): void {
    for (const card of this.#options.cards) {
      if (!card.offHook) continue
      card.goOnHook()
      this.#hookChanged(card, cause)
    }
  }

  #hookChanged(card: LineCard, cause: HookCause): void {
    const hook: WireHookState = card.offHook ? 'IS_OFF_HOOK' : 'IS_ON_HOOK'
    this.#options.tell({ event: 'hookChanged', port: card.port, hook: card.offHook ? 'offHook' : 'onHook', cause })
    this.#event(card.port, { kind: 'hookChanged', hookChanged: { hook, cause } })
  }

  #endSession(reason: 'hostSilent' | 'reset'): void {
    if (this.#session === 0) return
    this.#session = 0
    this.#isConfigured = false
    this.#outbox.clear()
    this.#options.tell({ event: 'sessionEnded', reason })
  }

  #event(port: number, kind: EventKind): void {
    if (this.#isConfigured) this.#outbox.add(port, kind, this.#deviceUs(), this.#deviceMs)
  }

  #sequence(port: number) {
    const seq = this.#audioSeq.get(port) ?? { up: 0, down: 0 }
    this.#audioSeq.set(port, seq)
    return seq
  }

  #sendCounters(): void {
    this.#countersAtMs += countersMs
    const { frames, badCobs, badCrc, overlong, tooShort } = this.#reader.counters
    const audio = this.#options.cards.map((card) => card.audio)
    this.#send({
      body: 'counters',
      counters: {
        framesReceived: frames,
        framesBad: badCobs + badCrc + overlong + tooShort + this.#bad.malformed,
        framesDropped: this.#options.framesDropped(),
        audioUnderruns: audio.reduce((sum, { underruns }) => sum + underruns, 0),
        audioOverruns: audio.reduce((sum, { overruns }) => sum + overruns, 0),
        eventsGivenUp: this.#outbox.givenUp,
      },
    })
  }

  #card(port: number): LineCard | undefined {
    return this.#options.cards.find((card) => card.port === port)
  }

  #deviceUs(): number {
    return Math.round(this.#deviceMs * 1000)
  }

  #send(message: ToHost): void {
    this.#options.send(encodeToHost(message), message.body)
  }
}

function act(card: LineCard, command: HookCommand) {
  switch (command.action) {
    case 'OFF_HOOK':
      return card.goOffHook()
    case 'FLASH':
      return card.flash(command.flashMs)
    case 'ON_HOOK':
      card.goOnHook()
      return 'DONE' as const
  }
}
