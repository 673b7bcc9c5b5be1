// The audio service on the main thread: turns calls into commands for the audio thread, and keeps what is open, so
// that every playback, recording and question settles even when the thread is gone.
import { closeSync } from 'node:fs'
import { startSpandsp } from '../../drivers/native/dtmf-bank.ts'
import { startSrtp } from '../../drivers/native/srtp.ts'
import { bindRtpSocket } from '../../drivers/native/udp.ts'
import { type Clock, SystemClock } from '../clock.ts'
import type { PortCounters, PortId } from '../media/port.ts'
import { RecordingRing } from '../media/recording-ring.ts'
import type {
  Audio,
  AudioEvent,
  LineOpening,
  Listening,
  LoopCounters,
  Playback,
  PlayItem,
  PlayOutcome,
  RecordedChannels,
  Recording,
  RecordingOptions,
  RtpRemote,
} from './audio.ts'
import type { ReplyValue } from './messages.ts'
import { PortListener } from './port-listener.ts'
import { RecordingWriter } from './recording-writer.ts'
import { ThreadLink, type ThreadTelling } from './thread-link.ts'

const defaultMaximumPorts = 4096

export interface AudioLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface AudioOptions {
  /** Even ports of this range are used for RTP. */
  rtpPorts: { from: number; to: number }
  log: AudioLog
  clock?: Clock
  /** Bound on lines and RTP streams open at once; 4096 when absent. */
  maximumPorts?: number
  /** The audio thread is gone, and with it all audio; each port was told as `portFailed` before. */
  onThreadLost?: (reason: string) => void
}

/** Starts the audio thread. Rejects, with the reason, when it can't start. */
export async function createAudio(options: AudioOptions): Promise<Audio> {
  startSpandsp()
  startSrtp()
  const service = new AudioService(options)
  await service.start()
  return service
}

class AudioService implements Audio {
  readonly #options: AudioOptions
  readonly #clock: Clock
  readonly #link: ThreadLink
  readonly #listeners = new Set<(event: AudioEvent) => void>()
  readonly #ports = new Set<PortId>()
  readonly #plays = new Map<number, (outcome: PlayOutcome) => void>()
  readonly #recordings = new Set<Recording>()
  readonly #listenings = new Map<Listening, PortId>()
  #nextId = 1
  #nextRtpPort: number
  #listenerFaults = 0
  #lostSamples = 0
  #commandFaults = 0
  #stopped: Promise<void> | undefined

  constructor(options: AudioOptions) {
    this.#options = options
    this.#clock = options.clock ?? new SystemClock()
    this.#nextRtpPort = options.rtpPorts.from
    this.#link = new ThreadLink({
      clock: this.#clock,
      maximumPorts: options.maximumPorts ?? defaultMaximumPorts,
      onTold: (message) => this.#hear(message),
      onGone: (reason, expected) => this.#lose(reason, expected),
    })
  }

  async start(): Promise<void> {
    const { priorityRefused, processor } = await this.#link.start()
    const { log } = this.#options
    if (priorityRefused === undefined) log.info({ processor }, 'audio thread has real-time priority')
    else log.info({ reason: priorityRefused }, 'audio thread has no real-time priority')
  }

  async openRtp(options: { localAddress: string; mediaTimeoutMs?: number }) {
    const { rtpPorts } = this.#options
    const { fd, port: localPort } = bindRtpSocket(options.localAddress, rtpPorts, this.#nextRtpPort)
    // The next search begins behind this one: a port just closed rests a while, so that late packets find no new call.
    this.#nextRtpPort = localPort + 2 > rtpPorts.to ? rtpPorts.from : localPort + 2
    const portId = this.#nextId++
    const { localAddress, mediaTimeoutMs } = options
    const port = { portId, fd, localAddress, localPort, mediaTimeoutMs }
    try {
      await this.#link.ask((requestId) => ({ type: 'openRtp', requestId, ...port }))
    } catch (fault) {
      closeSync(fd)
      throw fault
    }
    this.#ports.add(portId)
    return { portId, localPort }
  }

  setRtpRemote(portId: PortId, remote: RtpRemote): void {
    this.#link.send({ type: 'setRtpRemote', portId, remote })
  }

  async openLine({ pcmFile, name, tones = [], silentAfterMs = 0 }: LineOpening): Promise<PortId> {
    const portId = this.#nextId++
    await this.#link.ask((requestId) => ({ type: 'openLine', requestId, portId, pcmFile, name, tones, silentAfterMs }))
    this.#ports.add(portId)
    return portId
  }

  async close(portId: PortId): Promise<PortCounters> {
    this.#forget(portId)
    try {
      return numbers(await this.#link.ask((requestId) => ({ type: 'close', requestId, portId })))
    } catch (fault) {
      // A thread that is gone has taken the port with it.
      if (this.#link.gone) return {}
      throw fault
    }
  }

  connect(from: PortId, to: PortId): void {
    this.#link.send({ type: 'connect', from, to })
  }

  disconnect(from: PortId, to: PortId): void {
    this.#link.send({ type: 'disconnect', from, to })
  }

  play(portId: PortId, items: PlayItem[], options: { repeat?: boolean } = {}): Playback {
    const playId = this.#nextId++
    const { promise: ended, resolve } = Promise.withResolvers<PlayOutcome>()
    if (this.#link.gone) {
      resolve('portClosed')
      return { ended, stop: () => {} }
    }
    this.#plays.set(playId, resolve)
    this.#link.send({ type: 'play', playId, portId, items, repeat: options.repeat ?? false })
    return { ended, stop: () => this.#link.send({ type: 'stopPlay', playId }) }
  }

  async sendDigits(portId: PortId, digits: string): Promise<void> {
    await this.#link.ask((requestId) => ({ type: 'sendDigits', requestId, portId, digits }))
  }

  record(options: RecordingOptions): Recording {
    const { file, ...first } = options
    const recordingId = this.#nextId++
    const ring = new RecordingRing()
    const writer = new RecordingWriter({
      file,
      ring,
      clock: this.#clock,
      onFailure: (reason) => {
        this.#options.log.error({ file, reason }, 'recording failed')
        this.#emit({ type: 'recordingFailed', file, reason })
        this.#link.send({ type: 'stopRecording', requestId: undefined, recordingId })
      },
    })
    this.#link.send({ type: 'record', recordingId, memory: ring.memory, channels: first })
    const finish = async () => {
      // Without a thread nothing goes into the ring any more; what it holds is saved all the same.
      if (!this.#link.gone)
        await this.#link.ask((requestId) => ({ type: 'stopRecording', requestId, recordingId })).catch(this.#unlessGone)
      if (ring.overrunSamples > 0)
        this.#options.log.warn({ file, lostSamples: ring.overrunSamples }, 'recording has gaps: the disk was too slow')
      this.#recordings.delete(recording)
      return writer.finish()
    }
    let finished: ReturnType<typeof finish> | undefined
    const stop = () => {
      finished ??= finish()
      return finished
    }
    let channels: RecordedChannels = first
    let paused = false
    const tap = () => this.#link.send({ type: 'tapRecording', recordingId, channels: paused ? {} : channels })
    const recording: Recording = {
      tap: (others) => {
        channels = others
        tap()
      },
      pause: () => {
        paused = true
        tap()
      },
      resume: () => {
        paused = false
        tap()
      },
      stop,
    }
    this.#recordings.add(recording)
    return recording
  }

  listen(portId: PortId, onSamples: (samples: Int16Array, lostSamples: number) => void): Listening {
    const recordingId = this.#nextId++
    const listener = new PortListener(this.#clock, (samples, lost) => {
      this.#lostSamples += lost
      this.#hand(() => onSamples(samples, lost), { portId }, 'fault in who listens to a port')
    })
    const stop = () => {
      if (!this.#listenings.delete(listening)) return
      listener.stop()
      this.#link.send({ type: 'stopRecording', requestId: undefined, recordingId })
    }
    const listening: Listening = { stop }
    this.#listenings.set(listening, portId)
    const { memory } = listener.ring
    this.#link.send({ type: 'record', recordingId, memory, channels: { left: portId } })
    return listening
  }

  addPrompt(promptId: string, samples: Int16Array): void {
    const shared = new Int16Array(new SharedArrayBuffer(samples.byteLength))
    shared.set(samples)
    this.#link.send({ type: 'addPrompt', promptId, samples: shared })
  }

  removePrompt(promptId: string): void {
    this.#link.send({ type: 'removePrompt', promptId })
  }

  async describe(portId: PortId): Promise<string> {
    return String(await this.#link.ask((requestId) => ({ type: 'describe', requestId, portId })))
  }

  async counters(): Promise<LoopCounters> {
    const told = numbers(await this.#link.ask((requestId) => ({ type: 'counters', requestId })))
    const own = {
      plays: this.#plays.size,
      openRecordings: this.#recordings.size,
      listenings: this.#listenings.size,
      lostListenedSamples: this.#lostSamples,
      listenerFaults: this.#listenerFaults,
      commandFaults: this.#commandFaults,
    }
    return { ticks: 0, lateTicks: 0, skippedTicks: 0, worstLatenessMs: 0, ports: 0, ...told, ...own }
  }

  async portCounters(portId: PortId): Promise<PortCounters> {
    return numbers(await this.#link.ask((requestId) => ({ type: 'portCounters', requestId, portId })))
  }

  on(listener: (event: AudioEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    // A recording that can't be completed has told so by its event.
    const recordings = Promise.allSettled([...this.#recordings].map((recording) => recording.stop()))
    for (const portId of [...this.#ports]) this.#forget(portId)
    await this.#link.stop()
    await recordings
  }

  readonly #unlessGone = (fault: unknown): undefined => {
    if (!this.#link.gone) throw fault
  }

  #hear(message: ThreadTelling): void {
    if (message.type === 'playEnded') {
      this.#plays.get(message.playId)?.(message.outcome)
      this.#plays.delete(message.playId)
      return
    }
    if (message.type === 'commandFailed') {
      this.#commandFaults++
      this.#options.log.error({ command: message.command, reason: message.reason }, 'fault in an audio command')
      return
    }
    if (message.type === 'portFailed') this.#forget(message.portId)
    this.#emit(message)
  }

  /** A port that is gone is listened to no more. */
  #forget(portId: PortId): void {
    this.#ports.delete(portId)
    for (const [listening, listenedTo] of [...this.#listenings]) if (listenedTo === portId) listening.stop()
  }

  #emit(event: AudioEvent): void {
    for (const listener of [...this.#listeners])
      this.#hand(() => listener(event), { event: event.type }, 'fault in a listener of the audio service')
  }

  /** Whoever is told something keeps the fault of its own. */
  #hand(tell: () => void, fields: object, what: string): void {
    try {
      tell()
    } catch (fault) {
      this.#listenerFaults++
      this.#options.log.error({ ...fields, err: fault }, what)
    }
  }

  #lose(reason: string, expected: boolean): void {
    for (const resolve of this.#plays.values()) resolve('portClosed')
    this.#plays.clear()
    if (expected) return
    this.#options.log.error({ reason }, 'audio thread lost')
    for (const portId of [...this.#ports]) {
      this.#forget(portId)
      this.#emit({ type: 'portFailed', portId, reason })
    }
    this.#options.onThreadLost?.(reason)
  }
}

function numbers(value: ReplyValue): Record<string, number> {
  return typeof value === 'object' ? value : {}
}
