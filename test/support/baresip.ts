// A real SIP phone (baresip) as an agent has one: it registers, rings, is answered, says a tone, keeps what it hears.
//
//   tone.wav ──▶ aufile ──▶ G.711 ──▶ (SRTP) ──▶ box        box ──▶ (SRTP) ──▶ G.711 ──▶ sndfile ──▶ dump-…-dec.wav
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BaresipControl, type BaresipEvent } from './baresip-control.ts'
import { freePorts } from './free-ports.ts'
import { growingWavAtTelephoneRate, wavOf } from './growing-wav.ts'
import { Program } from './program.ts'
import { makeTone } from './tones.ts'
import { until, type WaitOptions } from './wait.ts'

export interface BaresipOptions {
  userName: string
  password: string
  /** host:port of the box, where the phone registers and whom it calls. */
  box: string
  /** `udp` when absent. */
  transport?: 'udp' | 'tcp' | 'tls'
  /** Where the phone sends everything, when that is not the box: host:port of a proxy. */
  proxy?: string
  /** Address of this machine that it uses. Absent: 127.0.0.1. */
  host?: string
  /** Absent: the phone does not register, and is reached by `address`. */
  register?: boolean
  srtp?: 'off' | 'offered' | 'required' | 'dtls'
  /** It finds its way by ICE, as a full agent. */
  ice?: boolean
  codecs?: (keyof typeof codecForms)[]
  /** `auto` answers at once; `manual` rings until told to `accept`. */
  answer?: 'auto' | 'manual'
  /** Where it listens: the first of three ports in a row. Absent: free ones. */
  sipPort?: number
  /** What its microphone hears, for as long as any call of a test lasts. */
  toneHz: number
  /** Further numbers it has, answered at once; its microphone then hears this instead, once. */
  others?: { userName: string; sound: Int16Array }[]
  /** It prints what it says and hears by SIP: `joinLines` needs it. */
  traced?: boolean
}

const modules = '/usr/lib/baresip/modules'
const loadedModules = ['g711', 'g722', 'opus', 'aubridge', 'aufile', 'sndfile', 'srtp', 'dtls_srtp', 'stun', 'ice']
const toneMs = 300_000
const mediaEncryption = {
  off: '',
  offered: ';mediaenc=srtp',
  required: ';mediaenc=srtp-mand',
  dtls: ';mediaenc=dtls_srtp',
}
/** As baresip names them: by what they sample at, not by what RTP counts. */
const codecForms = { PCMU: 'PCMU/8000/1', PCMA: 'PCMA/8000/1', G722: 'G722/16000/1', opus: 'opus/48000/2' }

export class Baresip {
  readonly userName: string
  /** host:port it listens on for SIP. */
  readonly address: string
  readonly program: Program
  readonly #control: BaresipControl
  readonly #directory: string
  readonly #registers: boolean
  readonly #box: string
  readonly #parameters: string

  private constructor(
    options: BaresipOptions,
    address: string,
    program: Program,
    control: BaresipControl,
    directory: string,
  ) {
    this.userName = options.userName
    this.address = address
    this.program = program
    this.#control = control
    this.#directory = directory
    this.#registers = options.register !== false
    this.#box = options.box
    this.#parameters = options.transport === undefined ? '' : `;transport=${options.transport}`
  }

  /** The phone is up, its registration on the way. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    const directory = mkdtempSync(join(tmpdir(), `cordboard-phone-${options.userName}-`))
    // SIP over UDP and TCP on the first, TLS on the second, remote control on the third: baresip opens all of them.
    const port = options.sipPort ?? (await freePorts(3))
    writeFileSync(join(directory, 'config'), config(directory, port, options.host ?? '127.0.0.1'))
    const others = (options.others ?? []).map(({ userName, sound }) => {
      const file = join(directory, `${userName}.wav`)
      writeFileSync(file, wavOf(sound))
      return account({ ...options, userName, answer: 'auto' }, `;audio_source=aufile,${file}`)
    })
    writeFileSync(join(directory, 'accounts'), [account(options), ...others].join(''))
    writeFileSync(join(directory, 'tone.wav'), wavOf(makeTone(options.toneHz, toneMs, -10)))
    const trace = options.traced ? ['-s'] : []
    const program = new Program(`baresip of ${options.userName}`, 'baresip', ['-f', directory, '-v', ...trace])
    try {
      const control = await BaresipControl.connect(port + 2, () => {
        if (program.exit) throw new Error(`baresip ended at once: ${program.tail()}`)
      })
      return new Baresip(options, `127.0.0.1:${port}`, program, control, directory)
    } catch (fault) {
      program.kill()
      rmSync(directory, { recursive: true, force: true })
      throw fault
    }
  }

  /** What baresip has told, in order. */
  get events(): BaresipEvent[] {
    return this.#control.events.all
  }

  async registered(options: WaitOptions = {}): Promise<void> {
    if (!this.#registers) throw new Error(`the phone of ${this.userName} is not to register`)
    await until(
      `the phone of ${this.userName} to be registered at ${this.#box}`,
      async () => (await this.#control.command('reginfo')).includes('OK'),
      { withinMs: 10_000, everyMs: 50, ...options, instead: () => this.#said() },
    )
  }

  async unregister(): Promise<void> {
    await this.#control.command('uadel', `sip:${this.userName}@${this.#box}`)
  }

  /** Rings: resolves with the caller as the phone shows it. */
  async incoming(options: WaitOptions = {}): Promise<string> {
    return (await this.#next('ring', 'CALL_INCOMING', options)).peeruri ?? ''
  }

  async established(options: WaitOptions = {}): Promise<void> {
    await this.#next('be in a call', 'CALL_ESTABLISHED', options)
  }

  /** Resolves with the reason baresip gives. */
  async closed(options: WaitOptions = {}): Promise<string> {
    return (await this.#next('see its call end', 'CALL_CLOSED', options)).param ?? ''
  }

  async accept(): Promise<void> {
    await this.#control.command('accept')
  }

  /** Ends the call, or refuses it while it rings. */
  async hangUp(): Promise<void> {
    await this.#control.command('hangup')
  }

  /** Ends every call it still has, as far as it knows: after the box has died, say. */
  async hangUpAll(): Promise<void> {
    const opened = this.events.filter((event) => event.type === 'CALL_INCOMING' || event.type === 'CALL_RINGING').length
    for (let closed = this.#closedCalls; closed < opened; closed++) await this.#control.command('hangup')
    await until(`the phone of ${this.userName} to be idle`, () => this.#closedCalls >= opened)
  }

  async dial(user: string): Promise<void> {
    await this.#control.command('dial', `sip:${user}@${this.#box}${this.#parameters}`)
  }

  /** The phone's own hold key: a re-INVITE. */
  async hold(): Promise<void> {
    await this.#control.command('hold')
  }

  async resume(): Promise<void> {
    await this.#control.command('resume')
  }

  /** The phone's own transfer key, without talking to the new party first: REFER. */
  async transferTo(user: string): Promise<void> {
    await this.#control.command('transfer', `sip:${user}@${this.#box}${this.#parameters}`)
  }

  /** Takes up one of its lines, counted from 1: what other keys mean, they mean for this line. */
  async selectLine(line: number): Promise<void> {
    await this.#control.command('line', String(line))
  }

  /**
   * The key that joins the people of both lines, an attended transfer: REFER in the first call, with Replaces of the second
   * (RFC 3891). This baresip has no such key, but it sends a REFER to any URI, so that only the URI is made here.
   */
  async joinLines(user: string): Promise<void> {
    const answers = this.program.output.matchAll(/SIP\/2\.0 200 .*?\r?\n\r?\n/gs)
    const accepted = [...answers].map(([text]) => text).filter((text) => /^CSeq: \d+ INVITE/im.test(text))
    const dialled = accepted.findLast((text) => new RegExp(`^To: .*sip:${user.replace('+', '\\+')}@`, 'im').test(text))
    if (dialled === undefined) throw new Error(`the phone of ${this.userName} is in no call to ${user}`)
    const found = (pattern: RegExp) => pattern.exec(dialled)?.[1] ?? ''
    const callId = found(/^Call-ID: *(\S+)/im)
    const tags = { to: found(/^To: .*;tag=([^;\s]+)/im), from: found(/^From: .*;tag=([^;\s]+)/im) }
    const replaces = encodeURIComponent(`${callId};to-tag=${tags.to};from-tag=${tags.from}`)
    await this.selectLine(1)
    await this.#control.command('transfer', `<sip:${user}@${this.#box}?Replaces=${replaces}>`)
  }

  /** By RFC 4733, one key after the other, as long as a finger presses them. */
  async sendDigits(digits: string): Promise<void> {
    for (const digit of digits) await this.#control.command('sndcode', digit)
  }

  /** Keys that the far end pressed, by RFC 4733. */
  get digitsHeard(): string {
    return this.events
      .filter((event) => event.type === 'CALL_DTMF_START')
      .map((event) => event.param)
      .join('')
  }

  /** Calls in which baresip encrypted the audio, so far. */
  get securedCalls(): number {
    return this.program.output.split('SRTP is Enabled').length - 1
  }

  /** What its loudspeaker played in the latest call, up to now: 8 kHz. */
  heard(): Int16Array {
    const file = this.#dump('dec')
    return file === undefined ? new Int16Array(0) : growingWavAtTelephoneRate(file)
  }

  /** Ends the program, hanging up and unregistering as it does so. */
  async stop(): Promise<void> {
    this.#control.close()
    await this.program.stop('SIGTERM', 3000)
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** As if its plug was pulled: nothing is said to anybody. */
  async kill(): Promise<void> {
    this.#control.close()
    this.program.kill()
    await this.program.exited
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #next(what: string, type: string, options: WaitOptions): Promise<BaresipEvent> {
    return await this.#control.events.next(`the phone of ${this.userName} to ${what}`, (event) => event.type === type, {
      withinMs: 10_000,
      ...options,
      instead: () => this.#said(),
    })
  }

  /** Its output without our own questions. */
  #said(): string {
    const lines = this.program.output.split('\n').filter((line) => !line.startsWith('ctrl_tcp: handle_command'))
    return `the phone of ${this.userName} said:\n  ${lines.slice(-25).join('\n  ')}`
  }

  get #closedCalls(): number {
    return this.events.filter((event) => event.type === 'CALL_CLOSED').length
  }

  #dump(direction: 'enc' | 'dec'): string | undefined {
    const files = readdirSync(this.#directory).filter((name) => name.endsWith(`-${direction}.wav`))
    const latest = files.sort().at(-1)
    return latest === undefined ? undefined : join(this.#directory, latest)
  }
}

function account(options: BaresipOptions, more = ''): string {
  const codecs = (options.codecs ?? ['PCMU', 'PCMA']).map((codec) => codecForms[codec]).join(',')
  return [
    `<sip:${options.userName}@${options.box};transport=${options.transport ?? 'udp'}>`,
    options.proxy === undefined ? '' : `;outbound="sip:${options.proxy};transport=${options.transport ?? 'udp'}"`,
    `;auth_user=${options.userName};auth_pass=${options.password}`,
    `;regint=${options.register === false ? 0 : 60}`,
    `;answermode=${options.answer ?? 'manual'}`,
    `;audio_codecs=${codecs}`,
    options.ice ? ';medianat=ice;rtcp_mux=yes' : '',
    `${mediaEncryption[options.srtp ?? 'off']}${more}\n`,
  ].join('')
}

/** No sound hardware: the microphone is a file, the loudspeaker a bridge to nowhere. Ring tones would get in the way. */
function config(directory: string, port: number, host: string): string {
  const settings = {
    poll_method: 'epoll',
    sip_listen: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    // Calls that a dead box never confirmed the end of count for 32 s.
    call_max_calls: '40',
    audio_path: directory,
    audio_player: 'aubridge,nowhere',
    audio_alert: 'aubridge,bell',
    audio_source: `aufile,${join(directory, 'tone.wav')}`,
    ausrc_srate: '8000',
    auplay_srate: '8000',
    ausrc_channels: '1',
    auplay_channels: '1',
    jitter_buffer_delay: '2-10',
    net_interface: host,
    module_path: modules,
    snd_path: directory,
    ctrl_tcp_listen: `127.0.0.1:${port + 2}`,
    menu_bell: 'no',
    ringback_disabled: 'yes',
    statmode_default: 'off',
  }
  const loaded = loadedModules.map((name) => `module ${name}.so`)
  const applications = ['module_tmp account.so', 'module_app menu.so', 'module_app ctrl_tcp.so']
  return [...Object.entries(settings).map(([key, value]) => `${key} ${value}`), ...loaded, ...applications, ''].join(
    '\n',
  )
}
