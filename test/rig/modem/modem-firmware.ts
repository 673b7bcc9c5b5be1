// A simulated voice modem, as strict as the hardware: commands of voice only in class 8, none at all in a stream (they
// are sound there), unshielded DLE eats the byte after it, and what it is asked in the wrong order is an ERROR.
//
//   host ══ bytes ══ ModemFirmware ── pair (ring, loop, far end)
import { alaw, ulaw } from '../../../drivers/codec/g711.ts'
import { tone } from '../board/sound.ts'
import { FarEnd } from '../serial/far-end.ts'
import { Outlet, type SimulatedDevice } from '../serial/simulated-device.ts'

export interface ModemPersona {
  /** Answers to ATI0, ATI3, +FMI?, +FMM?. */
  says: Readonly<Record<string, string>>
  classes: string
  /** `+VSM` numbers it takes, and the law of each. */
  formats: Readonly<Record<number, 'ulaw' | 'alaw'>>
  formatLines: readonly string[]
  /** Whether AT+VTR=? is answered; a CX93001 says ERROR and has it all the same. */
  tellsDuplex: boolean
}

export const cx93001: ModemPersona = {
  says: { I0: '56000', I3: 'CX93001-EIS_V0.2013-V92', '+FMI?': 'CONEXANT', '+FMM?': 'V90' },
  classes: '0,1,1.0,2,8',
  formats: { 131: 'ulaw', 132: 'alaw' },
  formatLines: ['0,"SIGNED PCM",8,0,8000,0,0', '131,"ULAW",8,0,8000,0,0', '132,"ALAW",8,0,8000,0,0'],
  tellsDuplex: false,
}

export const usr5637: ModemPersona = {
  ...cx93001,
  says: { I0: '5601', I3: 'U.S. Robotics 56K FAX USB V1.2.23', '+FMI?': 'U.S. Robotics', '+FMM?': '5637' },
  formatLines: ['130,"A-LAW",8,0,8000', '131,"U-LAW",8,0,8000'],
}

export const dataOnly: ModemPersona = { ...cx93001, classes: '0,1,1.0' }

export const unknownDuplex: ModemPersona = {
  says: { I0: '33600', I3: 'ACME 1.0', '+FMI?': 'ACME', '+FMM?': 'VoiceStick' },
  classes: '(0,1,8)',
  formats: { 4: 'ulaw', 5: 'alaw' },
  formatLines: ['4,"u-LAW",8,0,(8000),(0),(0)', '5,"A-LAW",8,0,(8000),(0),(0)'],
  tellsDuplex: true,
}

const dle = 0x10
const etx = 0x03
const caret = 0x5e
const sub = 0x1a
const frameSamples = 160
/** So much sound it holds for the line; more is lost, with an `o`. */
const bufferBytes = 2400
const commandMax = 80
const resetMs = 260

interface IncomingCall {
  number?: string
  name?: string
  withheld?: 'P' | 'O'
  /** Of RING to RING. */
  periodMs: number
}

export class ModemFirmware implements SimulatedDevice {
  readonly farEnd = new FarEnd()
  readonly counters = { brokenPairs: 0, ignoredInStream: 0, underruns: 0, overruns: 0, commands: 0 }
  /** Commands as they were understood, for tests of the order of things. */
  readonly commands: string[] = []
  offHook = false
  inStream = false
  /** A line that stands in the middle of the next answer: what the exchange does does not wait for answers. */
  intruder: string | undefined
  /** Nothing is on the other end of the wire any more. */
  isDead = false
  readonly #persona: ModemPersona
  readonly #out = new Outlet()
  #text = ''
  #echo = true
  #class = 0
  #law: 'ulaw' | 'alaw' = 'ulaw'
  #busyMs = 0
  #sawDle = false
  #toLine: number[] = []
  #isDry = true
  #streamMs = 0
  #call: (IncomingCall & { atMs: number; rung: number; connected: boolean }) | undefined
  readonly #frame = new Int16Array(frameSamples)
  readonly #dialTone = tone([350, 440])
  #answers: { dueMs: number; text: string }[] = []
  #nowMs = 0

  constructor(persona: ModemPersona = cx93001) {
    this.#persona = persona
  }

  sent(): Uint8Array {
    return this.isDead ? new Uint8Array(0) : this.#out.take()
  }

  receive(bytes: Uint8Array): void {
    if (this.isDead) return
    for (const byte of bytes) {
      if (this.inStream) this.#takeSound(byte)
      else this.#takeText(byte)
    }
  }

  step(ms: number): void {
    this.#nowMs += ms
    for (const due of this.#answers.filter(({ dueMs }) => dueMs <= this.#nowMs)) {
      this.#answers.splice(this.#answers.indexOf(due), 1)
      this.#out.write(due.text)
    }
    this.#busyMs = Math.max(0, this.#busyMs - ms)
    this.#ring(ms)
    if (!this.inStream) return
    this.#streamMs += ms
    while (this.#streamMs >= 20) {
      this.#streamMs -= 20
      this.#soundFrame()
    }
  }

  powerCycle(): void {
    this.#reset()
    this.#out.take()
    this.#answers = []
    this.#text = ''
  }

  incomingCall(call: Partial<IncomingCall> = {}): void {
    this.#call = { periodMs: 6000, ...call, atMs: 0, rung: 0, connected: false }
  }

  callerHangsUp(): void {
    const connected = this.#call?.connected
    this.#call = undefined
    if (connected && this.inStream) this.event('l')
  }

  /** A key at the far end: told as V.253 has it, held for a tenth of a second. */
  callerPresses(digit: string): void {
    for (const code of ['/', digit, digit, '~']) this.event(code)
  }

  event(letter: string): void {
    this.#out.write(Uint8Array.of(dle, letter.charCodeAt(0)))
  }

  get isTalking(): boolean {
    return this.offHook && this.#call?.connected === true
  }

  #reset(): void {
    this.offHook = false
    this.inStream = false
    this.#echo = true
    this.#class = 0
    this.#toLine = []
    if (this.#call?.connected) this.#call = undefined
  }

  #say(text: string): void {
    this.#out.write(`\r\n${text}\r\n`)
  }

  #takeText(byte: number): void {
    if (this.#echo) this.#out.write(Uint8Array.of(byte))
    if (byte === 0x0d) {
      const line = this.#text
      this.#text = ''
      const start = line.toUpperCase().lastIndexOf('AT')
      if (start !== -1 && this.#busyMs === 0) this.#command(line.slice(start + 2))
    } else if (byte >= 0x20 && byte < 0x7f && this.#text.length < commandMax) this.#text += String.fromCharCode(byte)
  }

  #command(written: string): void {
    const command = written.trim().toUpperCase()
    this.commands.push(command)
    this.counters.commands++
    const answer = this.#obey(command)
    if (this.intruder !== undefined) {
      this.#say(this.intruder)
      this.intruder = undefined
    }
    if (answer === undefined) return
    for (const line of answer.slice(0, -1)) this.#say(line)
    if (this.#busyMs > 0) this.#answers.push({ dueMs: this.#nowMs + this.#busyMs, text: `\r\n${answer.at(-1)}\r\n` })
    else this.#say(answer.at(-1)!)
  }

  /** The lines of the answer, the final one last. */
  #obey(command: string): string[] | undefined {
    const { says, classes, formats, formatLines, tellsDuplex } = this.#persona
    const said = says[command]
    if (said !== undefined) return [said, 'OK']
    switch (command) {
      case '':
      case 'V1':
      case 'X3':
        return ['OK']
      case 'Z':
      case '&F':
        this.#reset()
        this.#busyMs = resetMs
        return ['OK']
      case 'E0V1':
      case 'E0':
        this.#echo = false
        return ['OK']
      case 'H':
      case 'H0':
        this.#onHook()
        return ['OK']
      case '+FCLASS=?':
        return [classes, 'OK']
      case '+FCLASS?':
        return [`${this.#class}`, 'OK']
      case '+FCLASS=8':
        if (!/\b8\b/.test(classes)) return ['ERROR']
        this.#class = 8
        return ['OK']
    }
    if (this.#class !== 8) return ['ERROR']
    const format = /^\+VSM=(\d+),8000$/.exec(command)?.[1]
    if (format !== undefined) {
      const law = formats[Number(format)]
      if (!law) return ['ERROR']
      this.#law = law
      return ['OK']
    }
    if (/^(?:\+VSD=|\+VIT=|\+VG[TR]=|\+VCID=|-STE=|!4886=|\+GCI=)[\dA-F,]+$/.test(command)) return ['OK']
    switch (command) {
      case '+VSM=?':
        return [...formatLines, 'OK']
      case '+VTR=?':
        return [tellsDuplex ? 'OK' : 'ERROR']
      case '+VLS=1':
        this.#offHook()
        return ['OK']
      case '+VLS=0':
        this.#onHook()
        return ['OK']
      case '+VTR':
        if (!this.offHook) return ['ERROR']
        this.#say('CONNECT')
        this.inStream = true
        this.#sawDle = false
        this.#isDry = true
        this.#toLine = []
        return undefined
      default:
        return ['ERROR']
    }
  }

  #offHook(): void {
    this.offHook = true
    if (this.#call) this.#call.connected = true
  }

  #onHook(): void {
    this.offHook = false
    if (this.#call?.connected) this.#call = undefined
  }

  #ring(ms: number): void {
    const call = this.#call
    if (!call || call.connected) return
    const due = Math.floor(call.atMs / call.periodMs)
    call.atMs += ms
    if (due >= call.rung) {
      call.rung++
      if (this.inStream) this.event('R')
      else this.#say('RING')
    }
    const callerIdMs = 700
    if (call.atMs >= callerIdMs && call.atMs - ms < callerIdMs && (call.number ?? call.withheld) !== undefined) {
      this.#say('DATE = 0105')
      this.#say('TIME = 1000')
      this.#say(`NMBR = ${call.number ?? call.withheld}`)
      if (call.name) this.#say(`NAME = ${call.name}`)
    }
  }

  #takeSound(byte: number): void {
    if (!this.#sawDle) {
      if (byte === dle) this.#sawDle = true
      else this.#queue(byte)
      return
    }
    this.#sawDle = false
    if (byte === dle) this.#queue(dle)
    else if (byte === sub) {
      this.#queue(dle)
      this.#queue(dle)
    } else if (byte === caret) {
      this.inStream = false
      this.#out.write(Uint8Array.of(dle, etx))
      this.#say('OK')
    } else if (byte !== etx) this.counters.brokenPairs++
  }

  #queue(octet: number): void {
    if (this.#toLine.length < bufferBytes) this.#toLine.push(octet)
    else {
      this.counters.overruns++
      if (this.counters.overruns % 160 === 1) this.event('o')
    }
  }

  #soundFrame(): void {
    const table = this.#law === 'ulaw' ? ulaw : alaw
    const octets = this.#toLine.splice(0, frameSamples)
    if (octets.length < frameSamples && !this.#isDry) {
      this.counters.underruns++
      this.event('u')
    }
    this.#isDry = octets.length < frameSamples
    for (let i = 0; i < frameSamples; i++) this.#frame[i] = table.decoded[octets[i] ?? table.silence]!
    this.farEnd.listen(this.#frame)
    if (this.isTalking) this.farEnd.speak(this.#frame)
    else this.#dialTone.fill(this.#frame, 0, frameSamples)
    const up: number[] = []
    for (const sample of this.#frame) {
      const octet = table.encoded[sample & 0xffff]!
      up.push(octet)
      if (octet === dle) up.push(dle)
    }
    this.#out.write(Uint8Array.from(up))
  }
}
