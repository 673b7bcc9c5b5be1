// linphonec as an agent's phone: driven by its prompt, with files in the place of a sound card.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../support/free-ports.ts'
import { growingWavAtTelephoneRate, wavOf } from '../support/growing-wav.ts'
import { until } from '../support/wait.ts'
import type { Undo } from './case.ts'

export class Linphone {
  readonly #child: ChildProcess
  readonly #folder: string
  #output = ''

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.#folder = folder
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-100_000)
      })
  }

  /** Signs in at `box`, host:port of the transport. */
  static async start(
    undo: Undo,
    options: { transport: 'udp' | 'tcp' | 'tls'; box: string; userName: string; password: string; srtp?: boolean },
  ): Promise<Linphone> {
    const folder = mkdtempSync(join(tmpdir(), 'cordboard-linphone-'))
    undo.add(() => rmSync(folder, { recursive: true, force: true }))
    const port = await freePorts(1)
    mkdirSync(join(folder, '.local/share/linphone'), { recursive: true })
    const file = join(folder, 'linphonerc')
    const ports = (['udp', 'tcp', 'tls'] as const).map(
      (transport) =>
        `sip_${transport === 'udp' ? 'port' : `${transport}_port`}=${transport === options.transport ? port : 0}`,
    )
    const { box, transport, userName, password } = options
    const sections = {
      sip: [
        ...ports,
        'verify_server_certs=0',
        'verify_server_cn=0',
        'guess_hostname=0',
        'default_proxy=0',
        ...(options.srtp ? ['media_encryption=srtp'] : []),
      ],
      rtp: ['audio_rtp_port=-1'],
      video: ['enabled=0'],
      proxy_0: [
        `reg_proxy=<sip:${box};transport=${transport}>`,
        `reg_identity=<sip:${userName}@${box}>`,
        'reg_expires=600',
        'reg_sendregister=1',
      ],
      auth_info_0: [`username=${userName}`, `passwd=${password}`],
    }
    const text = Object.entries(sections).map(([name, lines]) => [`[${name}]`, ...lines, ''].join('\n'))
    writeFileSync(file, text.join('\n'))
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'linphonec', '-c', file, '-a'], {
      env: { ...process.env, HOME: folder },
    })
    const phone = new Linphone(child, folder)
    undo.add(() => phone.#stop())
    await phone.told('linphonec>')
    phone.say('soundcard use files')
    return phone
  }

  tail(): string {
    return this.#output.slice(-1500)
  }

  /** A line at its prompt. */
  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`)
  }

  /** Before a call: what its microphone hears in it; what its loudspeaker plays is kept. */
  speak(samples: Int16Array): void {
    const file = join(this.#folder, 'microphone.wav')
    writeFileSync(file, wavOf(samples))
    this.say(`play ${file}`)
    this.say(`record ${join(this.#folder, 'loudspeaker.wav')}`)
  }

  /** What its loudspeaker played since `speak`, up to the last change of its stream: 8 kHz. */
  heard(): Int16Array {
    return growingWavAtTelephoneRate(join(this.#folder, 'loudspeaker.wav'))
  }

  /** Waits for words of its output, and forgets what came before them. */
  async told(words: string | RegExp): Promise<void> {
    const at = () => (typeof words === 'string' ? this.#output.indexOf(words) : this.#output.search(words))
    await until(`linphonec to say ${words}`, () => at() >= 0, {
      withinMs: 15_000,
      instead: () => this.tail(),
    })
    this.#output = this.#output.slice(at() + 1)
  }

  async #stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.say('quit')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 4000)
    await gone
    clearTimeout(timer)
  }
}
