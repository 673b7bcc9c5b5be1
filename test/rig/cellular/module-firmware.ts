// A simulated cellular module, as strict as the hardware: sound only in an active call and once it was asked for, on its
// own port; commands before the SIM is ready fail; numbers without `;` are no voice calls; what comes unasked does not
// wait for the end of an answer.
//
//   host ══ commands (channel 0) ══ ModuleFirmware ── network ── far end
//        ══ sound (channel 1) ═════╯
import { FarEnd } from '../serial/far-end.ts'
import { Outlet, type SimulatedDevice } from '../serial/simulated-device.ts'

export interface ModulePersona {
  family: 'SIM7600' | 'EC25'
  model: string
  firmware: string
}

export const sim7600: ModulePersona = { family: 'SIM7600', model: 'SIMCOM_SIM7600E-H', firmware: 'LE20B05SIM7600M22' }
export const badSim7600: ModulePersona = { ...sim7600, firmware: 'LE20B06SIM7600G22' }
export const ec25: ModulePersona = { family: 'EC25', model: 'EC25', firmware: 'EC25EFAR06A06M4G' }
export const unknownModule: ModulePersona = { ...ec25, model: 'E173', firmware: '11.126' }

type Sim = 'READY' | 'SIM PIN' | 'none'
interface Call {
  state: 'dialling' | 'alerting' | 'active' | 'incoming'
  number: string
  withheld: boolean
  atMs: number
  rungAtMs: number
}

/** How a call out goes on its own. */
export interface CallPlan {
  alertsAfterMs: number
  answersAfterMs: number
  /** Instead of an answer. */
  ends?: 'BUSY' | 'NO ANSWER' | 'NO CARRIER'
}

const frameSamples = 160
const ringMs = 5000
const bufferBytes = 8000
const stateNumbers = { active: 0, dialling: 2, alerting: 3, incoming: 4 } as const
const dsciNumbers = { active: 3, dialling: 2, alerting: 7, incoming: 4 } as const

export class ModuleFirmware implements SimulatedDevice {
  readonly farEnd = new FarEnd()
  readonly commands: string[] = []
  readonly counters = { framesUp: 0, framesDown: 0, textOnSoundPort: 0, uplinkLost: 0, restarts: 0 }
  /** Keys that it was asked to press. */
  keys = ''
  sim: Sim = 'READY'
  registration = 1
  signal = 21
  plan: CallPlan = { alertsAfterMs: 300, answersAfterMs: 1500 }
  /** A line that stands in the middle of the next answer. */
  intruder: string | undefined
  isDead = false
  /** The first so many times that sound is asked for, it says ERROR. */
  refusesSound = 0
  /** Answers that it lives and can be restarted, and else nothing. */
  refusesAll = false
  /** Sound is on, and yet nothing comes. */
  isSilent = false
  /** News of calls are lost on their way: only CLCC tells. */
  losesNews = false
  readonly #persona: ModulePersona
  readonly #out = new Outlet()
  readonly #sound = new Outlet()
  readonly #frame = new Int16Array(frameSamples)
  #text = ''
  #echo = true
  #soundOn = false
  #dsci = false
  #clip = false
  #toFarEnd: Buffer = Buffer.alloc(0)
  #call: Call | undefined
  #awayMs = 0

  constructor(persona: ModulePersona = sim7600) {
    this.#persona = persona
  }

  get call(): Call['state'] | undefined {
    return this.#call?.state
  }

  get dialled(): string | undefined {
    return this.#call?.number
  }

  sent(channel: number): Uint8Array {
    const bytes = (channel === 0 ? this.#out : this.#sound).take()
    return this.isDead || this.#awayMs > 0 ? new Uint8Array(0) : bytes
  }

  receive(bytes: Uint8Array, channel: number): void {
    if (this.isDead || this.#awayMs > 0) return
    if (channel === 0) for (const byte of bytes) this.#takeText(byte)
    else this.#takeSound(bytes)
  }

  step(ms: number): void {
    if (this.#awayMs > 0) {
      this.#awayMs -= ms
      if (this.#awayMs <= 0) this.#say('RDY')
      return
    }
    this.#liveCall(ms)
    if (this.#soundOn && this.#call?.state === 'active') this.#soundFrame()
  }

  powerCycle(): void {
    this.#call = undefined
    this.#soundOn = false
    this.#echo = true
    this.#dsci = false
    this.#clip = false
    this.#text = ''
    this.#toFarEnd = Buffer.alloc(0)
    this.#out.take()
    this.#sound.take()
  }

  incomingCall(number: string, withheld = false): void {
    this.#call = { state: 'incoming', number, withheld, atMs: 0, rungAtMs: -ringMs }
  }

  callerHangsUp(): void {
    if (!this.#call) return
    const wasActive = this.#call.state === 'active'
    this.#endCall()
    if (this.losesNews) return
    if (this.#persona.family === 'SIM7600' && wasActive) this.#say('VOICE CALL: END: 000017')
    this.#say('NO CARRIER')
  }

  callerPresses(digit: string): void {
    if (this.#persona.family === 'SIM7600') this.#say(`+RXDTMF: ${digit}`)
    else this.#say(`+QTONEDET: ${digit.charCodeAt(0)}`)
  }

  networkLost(): void {
    this.registration = 2
    this.#say('+CREG: 2')
  }

  say(line: string): void {
    this.#say(line)
  }

  #say(text: string): void {
    this.#out.write(`\r\n${text}\r\n`)
  }

  #takeText(byte: number): void {
    if (this.#echo) this.#out.write(Uint8Array.of(byte))
    if (byte === 0x0d) {
      const line = this.#text
      this.#text = ''
      if (/^AT/i.test(line)) this.#command(line.slice(2).trim())
    } else if (byte >= 0x20 && byte < 0x7f && this.#text.length < 200) this.#text += String.fromCharCode(byte)
  }

  #command(command: string): void {
    this.commands.push(command)
    if (this.refusesAll && !/^$|^\+CFUN=1,1$|^\+CRESET$/.test(command)) return
    const answer = this.#obey(command)
    for (const [i, line] of answer.entries()) {
      if (i === answer.length - 1 && this.intruder !== undefined) {
        this.#say(this.intruder)
        this.intruder = undefined
      }
      this.#say(line)
    }
  }

  #obey(command: string): string[] {
    const { model, firmware, family } = this.#persona
    switch (command) {
      case '':
      case '+CMEE=1':
        return ['OK']
      case 'E0':
        this.#echo = false
        return ['OK']
      case '+CGMM':
        return [model, 'OK']
      case '+CGMR':
        return [`+CGMR: ${firmware}`, 'OK']
      case '+CGSN':
        return ['867962046123456', 'OK']
      case '+CPIN?':
        return this.sim === 'none' ? ['+CME ERROR: 10'] : [`+CPIN: ${this.sim}`, 'OK']
      case '+CFUN=1,1':
      case '+CRESET':
        if (command === '+CRESET' && family !== 'SIM7600') return ['ERROR']
        this.counters.restarts++
        this.powerCycle()
        this.#awayMs = 8000
        return ['OK']
    }
    if (this.sim !== 'READY') return ['+CME ERROR: 11']
    const dialled = /^D([+\d*#]+);$/.exec(command)?.[1]
    if (dialled) return this.#dial(dialled)
    const key = /^\+VTS="([\d*#A-D])"$/.exec(command)?.[1]
    if (key) {
      if (this.#call?.state !== 'active') return ['+CME ERROR: 3']
      this.keys += key
      return ['OK']
    }
    return this.#obeyReady(command)
  }

  #obeyReady(command: string): string[] {
    const isSim = this.#persona.family === 'SIM7600'
    switch (command) {
      case '+CLIP=1':
        this.#clip = true
        return ['OK']
      case '+CREG=1':
      case '+CVHU=0':
        return ['OK']
      case '+CREG?':
        return [`+CREG: 1,${this.registration}`, 'OK']
      case '+CSQ':
        return [`+CSQ: ${this.signal},99`, 'OK']
      case '+COPS?':
        return ['+COPS: 0,0,"Example Mobile",7', 'OK']
      case '+CLCC':
        return [...this.#callList(), 'OK']
      case 'A':
        if (this.#call?.state !== 'incoming') return ['NO CARRIER']
        this.#call.state = 'active'
        if (isSim) return ['VOICE CALL: BEGIN', 'OK']
        this.#tellState()
        return ['OK']
      case '+CHUP':
        if (this.#call && isSim && this.#call.state === 'active') this.#say('VOICE CALL: END: 000003')
        this.#endCall()
        return ['OK']
      case isSim ? '+CPCMREG=1' : '+QPCMV=1,0':
        if (this.refusesSound > 0) {
          this.refusesSound--
          return ['ERROR']
        }
        if (this.#call?.state !== 'active') return ['ERROR']
        this.#soundOn = true
        this.isSilent = false
        return ['OK']
      case isSim ? '+CPCMREG=0' : '+QPCMV=0':
        this.#soundOn = false
        return ['OK']
      case '^DSCI=1':
        this.#dsci = !isSim
        return [isSim ? 'ERROR' : 'OK']
    }
    const own = isSim ? /^\+(?:CLCC=1|DDET=1|CPCMFRM=0|CECM=1)$/ : /^\+(?:QGPSCFG="outport","none"|QTONEDET=1)$/
    return [own.test(command) ? 'OK' : 'ERROR']
  }

  #dial(number: string): string[] {
    if (this.registration !== 1 && this.registration !== 5) return ['NO CARRIER']
    if (this.#call) return ['ERROR']
    this.#call = { state: 'dialling', number, withheld: false, atMs: 0, rungAtMs: 0 }
    this.#tellState()
    return ['OK']
  }

  #callList(): string[] {
    const call = this.#call
    if (!call) return []
    const direction = call.state === 'incoming' ? 1 : 0
    return [`+CLCC: 1,${direction},${stateNumbers[call.state]},0,0,"${call.withheld ? '' : call.number}",145`]
  }

  #tellState(): void {
    const call = this.#call
    if (!call || this.losesNews) return
    if (this.#persona.family === 'SIM7600') for (const line of this.#callList()) this.#say(line)
    else if (this.#dsci) this.#say(`^DSCI: 1,0,${dsciNumbers[call.state]},0,${call.number},145`)
  }

  #liveCall(ms: number): void {
    const call = this.#call
    if (!call) return
    call.atMs += ms
    if (call.state === 'incoming') this.#ring(call)
    const { alertsAfterMs, answersAfterMs, ends } = this.plan
    if (call.state === 'dialling' && call.atMs >= alertsAfterMs) {
      call.state = 'alerting'
      this.#tellState()
    } else if (call.state === 'alerting' && call.atMs >= answersAfterMs) {
      if (ends) {
        this.#endCall()
        this.#say(ends)
        return
      }
      call.state = 'active'
      if (this.#persona.family === 'SIM7600' && !this.losesNews) this.#say('VOICE CALL: BEGIN')
      this.#tellState()
    }
  }

  #ring(call: Call): void {
    if (call.atMs - call.rungAtMs < ringMs || this.losesNews) return
    call.rungAtMs = call.atMs
    this.#say('RING')
    if (this.#clip) this.#say(call.withheld ? '+CLIP: "",128,"",0,"",1' : `+CLIP: "${call.number}",145,"",0,"",0`)
  }

  #endCall(): void {
    this.#call = undefined
    this.#soundOn = false
    this.#toFarEnd = Buffer.alloc(0)
  }

  #takeSound(bytes: Uint8Array): void {
    if (Buffer.from(bytes).includes('AT+')) this.counters.textOnSoundPort++
    const takes = this.#persona.firmware !== badSim7600.firmware
    if (!this.#soundOn || !takes || this.#toFarEnd.length > bufferBytes) this.counters.uplinkLost += bytes.length
    else this.#toFarEnd = Buffer.concat([this.#toFarEnd, bytes])
  }

  #soundFrame(): void {
    const bytes = frameSamples * 2
    this.#frame.fill(0)
    if (this.#toFarEnd.length >= bytes) {
      for (let i = 0; i < frameSamples; i++) this.#frame[i] = this.#toFarEnd.readInt16LE(i * 2)
      this.#toFarEnd = this.#toFarEnd.subarray(bytes)
      this.counters.framesDown++
    }
    this.farEnd.listen(this.#frame)
    if (this.isSilent) return
    this.farEnd.speak(this.#frame)
    this.counters.framesUp++
    this.#sound.write(Buffer.from(this.#frame.buffer.slice(0, bytes)))
  }
}
