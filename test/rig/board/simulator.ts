// The simulated board as a whole: crystal, line cards, firmware, serial device, and an exchange line behind each port.
//
//   host ══ wire ══ firmware ── line card ══ exchange line ── caller
//                        ▲ steps and frames at the pace of the crystal
import { readWav } from '../../support/wav.ts'
import { callerIdSoundOf } from './caller-id-sound.ts'
import type { BoardView, ControlCommand, ControlEvent, Utterance } from './control-messages.ts'
import { ExchangeLine, stepMs, stepSamples } from './exchange-line.ts'
import { exchangeTones } from './exchange-tones.ts'
import { Firmware } from './firmware.ts'
import { LineCard, type LineCondition } from './line-card.ts'
import { LinePair } from './line-pair.ts'
import { dtmf, limited, rateHz, type Sound, samples, silence, tone } from './sound.ts'
import { Wire } from './wire.ts'

export interface SimulatorOptions {
  ports: number
  /** Path of the symbolic link to the serial device. */
  device: string
  /** How fast the crystal is, in parts per million. */
  ppm: number
  /** 20 or 10. */
  frameMs: number
  tell(event: ControlEvent): void
}

/** After a longer stall of this process time is skipped, not made up for. */
const catchUpMs = 1000

interface Line {
  card: LineCard
  pair: LinePair
  exchange: ExchangeLine
}

export class Simulator {
  readonly #options: SimulatorOptions
  readonly #lines: Line[]
  readonly #firmware: Firmware
  readonly #wire: Wire
  readonly #frameSamples: number
  readonly #heard: Int16Array
  #startedMs = 0
  #samples = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: SimulatorOptions) {
    this.#options = options
    this.#frameSamples = (options.frameMs * rateHz) / 1000
    this.#heard = new Int16Array(this.#frameSamples)
    this.#lines = Array.from({ length: options.ports }, (_, i) => ({
      card: new LineCard(i + 1),
      pair: new LinePair(),
      exchange: new ExchangeLine((event) => options.tell({ ...event, port: i + 1 })),
    }))
    this.#wire = new Wire(options.device, (chunk) => this.#firmware.receive(chunk))
    this.#firmware = new Firmware({
      cards: this.#lines.map(({ card }) => card),
      frameSamples: this.#frameSamples,
      serial: 'SIM0001',
      send: (message, body) => this.#wire.send(message, body),
      tell: options.tell,
      framesDropped: () => this.#wire.framesDropped,
    })
  }

  start(): void {
    this.#wire.plug()
    this.#startedMs = performance.now()
    this.#timer = setInterval(() => this.#run(), stepMs / 2)
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const { exchange } of this.#lines) exchange.close()
    this.#wire.unplug()
  }

  /** Does it, or throws with what is wrong with it. */
  command(command: ControlCommand): void {
    switch (command.do) {
      case 'incomingCall': {
        const { ringCadenceMs = [2000, 4000], ringHz = 20, callerIdAfterMs = 1000, sendsCallerId = true } = command
        const { callerIdSound } = command
        if (ringCadenceMs.length === 0 || ringCadenceMs.some((ms) => ms < stepMs))
          throw new Error(`ringCadenceMs needs on and off times of at least ${stepMs} ms`)
        this.#line(command.port).ring({
          ...command,
          ringCadenceMs,
          ringHz,
          callerIdAfterMs,
          sendsCallerId,
          callerIdSound: callerIdSound && callerIdSoundOf(callerIdSound, command),
        })
        break
      }
      case 'callerSends':
        for (const sound of command.utterances.map(soundOf)) this.#line(command.port).say(sound)
        break
      case 'callerHangUp':
        this.#line(command.port).hangUp(command)
        break
      case 'captureAudio':
        this.#line(command.port).capture(command.file)
        break
      case 'setBattery':
        this.#line(command.port).setBattery(command.present)
        break
      case 'setPolarity':
        this.#line(command.port).setReversed(command.reversed)
        break
      case 'setExchange':
        this.#line(command.port).setExchange(exchangeTones(command.country, command.tones), command.numbers ?? {})
        break
      case 'neighbour':
        this.#line(command.port).setNeighbour(command.offHook)
        break
      case 'setPair':
        this.#at(command.port).pair.set(command.conditions)
        break
      case 'dipCurrent':
        this.#line(command.port).dipCurrent(command.durationMs)
        break
      case 'faultFrames':
        this.#wire.order(command.fault, command.frames, command.body)
        break
      case 'stall':
        this.#wire.stall(command.durationMs)
        break
      case 'unplug':
        this.#wire.unplug()
        break
      case 'replug':
        this.#wire.plug()
        break
      case 'reset':
        this.#firmware.reset(command.reason)
        break
      case 'speakVersions':
        this.#firmware.majors = command.majors
        break
      case 'sendBytes':
        this.#wire.sendRaw(Buffer.from(command.hex, 'hex'))
        break
      case 'sendMessage':
        this.#wire.send(Buffer.from(command.hex, 'hex'), 'raw')
        break
      case 'query':
        break
      default:
        throw new Error(`unknown command ${JSON.stringify((command as { do: unknown }).do)}`)
    }
  }

  /** The far end says it; for those who have the simulator in their own process. */
  say(port: number, sound: Sound): void {
    this.#line(port).say(sound)
  }

  view(): BoardView {
    return {
      plugged: this.#wire.isPlugged,
      session: this.#firmware.session,
      ports: this.#lines.map(({ card, exchange }) => ({
        port: card.port,
        hook: card.offHook ? 'offHook' : 'onHook',
        line: exchange.state,
        ringing: card.ringing,
        battery: card.battery,
      })),
    }
  }

  #line(port: number): ExchangeLine {
    return this.#at(port).exchange
  }

  #at(port: number): Line {
    const line = this.#lines[port - 1]
    if (!line) throw new Error(`port ${port}: this board has ${this.#lines.length}`)
    return line
  }

  /** Brings the board's time up to the crystal's. */
  #run(): void {
    this.#wire.flush()
    const rate = rateHz * (1 + this.#options.ppm / 1e6)
    const elapsedMs = performance.now() - this.#startedMs
    const due = Math.floor((elapsedMs * rate) / 1000)
    if (due - this.#samples > (catchUpMs * rate) / 1000) {
      this.#startedMs += ((due - this.#samples) * 1000) / rate
      return
    }
    while (this.#samples + stepSamples <= due) {
      this.#samples += stepSamples
      this.#step()
      if (this.#samples % this.#frameSamples === 0) this.#frame()
    }
  }

  #step(): void {
    const conditions = new Map<number, LineCondition>()
    for (const { card, exchange } of this.#lines) {
      const line = exchange.step(card.loopClosed, card.flashing, stepMs)
      conditions.set(card.port, line)
      if (line.callerId && !card.offHook)
        this.#firmware.callerId(card.port, line.callerId.number, line.callerId.name, line.callerId.withheld)
    }
    this.#firmware.step(stepMs, conditions)
  }

  #frame(): void {
    for (const { card, exchange, pair } of this.#lines) {
      const played = card.offHook ? card.nextPlayed(this.#frameSamples) : undefined
      if (played) exchange.listen(pair.toExchange(played))
      else if (!card.overheard) continue
      exchange.speak(this.#heard)
      pair.toBoard(this.#heard, played)
      this.#firmware.audioUp(card.port, this.#samples - this.#frameSamples, this.#heard, !card.offHook)
    }
  }
}

function soundOf(utterance: Utterance): Sound {
  switch (utterance.kind) {
    case 'tone':
      return limited(tone(utterance.frequenciesHz, utterance.levelDbm0), utterance.durationMs)
    case 'digits':
      return dtmf(utterance.digits, utterance.onMs, utterance.gapMs)
    case 'silence':
      return limited(silence(), utterance.durationMs)
    case 'file': {
      const wav = readWav(utterance.file)
      if (wav.rateHz !== rateHz || wav.channels !== 1)
        throw new Error(`${utterance.file} has ${wav.channels} channels at ${wav.rateHz} Hz: need 1 at ${rateHz}`)
      return samples(wav.samples[0]!)
    }
  }
}
