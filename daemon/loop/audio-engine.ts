// The audio thread's work without its thread: sockets, detectors and loop, driven turn by turn. audio-thread.ts drives
// it by the clock; tests drive it by given times.
import { DtmfBank } from '../../drivers/native/dtmf-bank.ts'
import type { FarEndAddresses } from '../../drivers/native/far-end-addresses.ts'
import {
  MediaSockets,
  receiveBytesPerPacket,
  statusReplayed,
  statusTooOld,
  statusTruncated,
} from '../../drivers/native/media-sockets.ts'
import { mapSharedMemory } from '../../drivers/native/shared-memory.ts'
import { ToneBank } from '../../drivers/native/tone-bank.ts'
import { bindUdpSocket } from '../../drivers/native/udp.ts'
import { pcmFileBytes } from '../../drivers/pcm-ring.ts'
import { LinePort } from '../media/line-port.ts'
import type { PlaybackItem } from '../media/playback.ts'
import { frameMs } from '../media/port.ts'
import { RecordingRing } from '../media/recording-ring.ts'
import type { RtpAgreement } from '../media/rtp-agreement.ts'
import { RtpPort } from '../media/rtp-port.ts'
import type { PacketStatus } from '../media/rtp-transport.ts'
import { ToneSupervisor } from '../media/tone-supervisor.ts'
import type { IceParameters, LoopCounters, PlayItem, RtpRemote, SupervisoryTone } from './audio.ts'
import { AudioLoop, type LoopReport } from './audio-loop.ts'
import type { Command, ReplyValue, ThreadMessage } from './messages.ts'
import { TickSchedule } from './schedule.ts'

/** Telephone lines at once: more than a box has sockets for boards. */
const maximumLines = 64
const receivePackets = 1024
const sendPackets = 1024
/** Rounds of receiving in one turn: what a flood leaves behind waits, and the kernel drops it when it is too much. */
const maximumReceiveRounds = 8
/** Lateness is told at most once a second: a loop in trouble must not be kept busy telling of it. */
const lateReportMs = 1000

export class AudioEngine {
  readonly #post: (message: ThreadMessage) => void
  readonly #maximumPorts: number
  readonly #sockets: MediaSockets
  readonly #detectors: DtmfBank
  readonly #tones: ToneBank
  readonly #loop: AudioLoop
  readonly #schedule: TickSchedule
  readonly #portsBySlot: (RtpPort | undefined)[]
  readonly #prompts = new Map<string, Int16Array>()
  #strayPackets = 0
  #rtcpPortsTaken = 0
  #lateReportDueMs = -Infinity
  #lateMs = 0
  #skippedSinceReport = 0

  constructor(options: { wakeFd: number; maximumPorts: number; post: (message: ThreadMessage) => void }) {
    const { wakeFd, maximumPorts } = options
    this.#post = options.post
    this.#maximumPorts = maximumPorts
    // Two for each: RTCP may have a socket of its own.
    const slots = maximumPorts * 2
    this.#sockets = new MediaSockets({ slots, receivePackets, sendPackets, wakeFd })
    this.#detectors = new DtmfBank(maximumPorts)
    this.#tones = new ToneBank(Math.min(maximumPorts, maximumLines))
    this.#loop = new AudioLoop({ detectors: this.#detectors, report: (report) => this.#tell(report) })
    this.#portsBySlot = new Array<RtpPort | undefined>(slots).fill(undefined)
    this.#sockets.wait(0)
    this.#schedule = new TickSchedule(this.#sockets.nowMs)
  }

  /** Monotonic time at the last `wait`. */
  get nowMs(): number {
    return this.#sockets.nowMs
  }

  get nextTickMs(): number {
    return this.#schedule.nextMs
  }

  /** Sleeps until `deadlineMs` or the wake-up, then hands what was received to the ports. */
  wait(deadlineMs: number): void {
    for (let round = 0; round < maximumReceiveRounds; round++) {
      const packets = this.#sockets.wait(round === 0 ? deadlineMs : 0)
      for (let i = 0; i < packets; i++) this.#deliver(i)
      if (packets < receivePackets) return
    }
  }

  /** Does the tick that is due at `nowMs`, if one is. Returns whether it did. */
  tick(nowMs: number): boolean {
    const due = this.#schedule.take(nowMs)
    if (due === undefined) return false
    this.#loop.tick(due.skipped)
    this.#sockets.flush()
    this.#tones.run()
    if (due.lateMs > frameMs) this.#noteLate(nowMs, due.lateMs, due.skipped)
    return true
  }

  /** Carries out one command. Its fault is answered, or ends the port it was for, or is told; never thrown. */
  handle(command: Command): void {
    this.#loop.wakeAll()
    try {
      this.#carryOut(command)
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault)
      if ('requestId' in command && command.requestId !== undefined)
        this.#post({ type: 'refused', requestId: command.requestId, reason })
      else if ('portId' in command) this.#loop.fail(command.portId, fault)
      else this.#post({ type: 'commandFailed', command: command.type, reason })
    }
  }

  /** Closes every port, then the sockets and detectors. Idempotent. */
  close(): void {
    this.#loop.removeAll()
    this.#portsBySlot.fill(undefined)
    this.#sockets.destroy()
    this.#detectors.destroy()
    this.#tones.destroy()
  }

  #carryOut(command: Command): void {
    const loop = this.#loop
    switch (command.type) {
      case 'openRtp':
        this.#openRtp(command)
        return this.#reply(command.requestId, undefined)
      case 'openLine':
        this.#openLine(command)
        return this.#reply(command.requestId, undefined)
      case 'setRtpRemote': {
        const port = loop.port(command.portId)
        if (port instanceof RtpPort) port.agree(agreementOf(command.remote, this.#sockets.addresses))
        return
      }
      case 'close':
        return this.#reply(command.requestId, this.#remove(command.portId))
      case 'connect':
        return loop.connect(command.from, command.to)
      case 'disconnect':
        return loop.disconnect(command.from, command.to)
      case 'play':
        return this.#play(command)
      case 'stopPlay':
        return loop.stopPlay(command.playId)
      case 'sendDigits': {
        const port = loop.port(command.portId)
        if (port === undefined) return this.#reply(command.requestId, undefined)
        return port.sendDigits(command.digits, command.requestId)
      }
      case 'record':
        return loop.record(command.recordingId, new RecordingRing(command.memory), command.channels)
      case 'tapRecording':
        return loop.tapRecording(command.recordingId, command.channels)
      case 'stopRecording':
        loop.stopRecording(command.recordingId)
        return this.#reply(command.requestId, undefined)
      case 'addPrompt':
        this.#prompts.set(command.promptId, command.samples)
        return
      case 'removePrompt':
        this.#prompts.delete(command.promptId)
        return
      case 'describe':
        return this.#reply(command.requestId, loop.describe(command.portId))
      case 'counters':
        return this.#reply(command.requestId, this.counters())
      case 'portCounters':
        return this.#reply(command.requestId, loop.port(command.portId)?.counters() ?? {})
      case 'stop':
        this.close()
        return this.#reply(command.requestId, undefined)
    }
  }

  counters(): LoopCounters {
    const { ticks, lateTicks, skippedTicks, worstLatenessMs } = this.#schedule
    return {
      ticks,
      lateTicks,
      skippedTicks,
      worstLatenessMs,
      ports: this.#loop.ports,
      sockets: this.#sockets.openSockets,
      detectors: this.#detectors.openDetectors,
      toneDetectors: this.#tones.openDetectors,
      recordings: this.#loop.recordings,
      prompts: this.#prompts.size,
      failedPorts: this.#loop.failedPorts,
      strayPackets: this.#strayPackets,
      rtcpPortsTaken: this.#rtcpPortsTaken,
      sendErrors: this.#sockets.sendErrors,
      cpuMs: this.#cpuMs(),
    }
  }

  /** CPU time of the thread the engine runs on. */
  #cpuMs(): number {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }

  #openRtp(command: Command & { type: 'openRtp' }): void {
    // Slots there would be: half of them are kept for RTCP.
    if (this.#loop.ports >= this.#maximumPorts) throw new Error(`no room for more than ${this.#maximumPorts} ports`)
    const slot = this.#sockets.addSocket(command.fd)
    const port = new RtpPort({
      id: command.portId,
      slot,
      localPort: command.localPort,
      mediaTimeoutMs: command.mediaTimeoutMs,
      transport: this.#sockets,
      detectors: this.#detectors,
      report: (report) => this.#tell(report),
      openRtcp: () => this.#openRtcp(port, command.localAddress, command.localPort + 1),
    })
    this.#portsBySlot[slot] = port
    this.#loop.add(port)
  }

  /** Undefined, and no RTCP, when another program has the port. */
  #openRtcp(port: RtpPort, localAddress: string, localPort: number): number | undefined {
    const fd = bindUdpSocket(localAddress, localPort)
    if (fd === undefined) {
      this.#rtcpPortsTaken++
      return undefined
    }
    const slot = this.#sockets.addSocket(fd)
    this.#portsBySlot[slot] = port
    return slot
  }

  #openLine(command: Command & { type: 'openLine' }): void {
    const memory = mapSharedMemory(command.pcmFile, pcmFileBytes)
    const supervisor = this.#supervisorOf(command.tones)
    try {
      const report = (report: LoopReport) => this.#tell(report)
      const { portId: id, name, silentAfterMs } = command
      this.#loop.add(
        new LinePort({
          id,
          name,
          memory,
          detectors: this.#detectors,
          supervisor,
          silentAfterMs,
          report,
          nowMs: () => this.nowMs,
        }),
      )
    } catch (fault) {
      supervisor?.close()
      memory.unmap()
      throw fault
    }
  }

  #supervisorOf(tones: SupervisoryTone[]): ToneSupervisor | undefined {
    if (tones.length === 0) return undefined
    return new ToneSupervisor(this.#tones.open(tones.map(({ pattern }) => pattern)), tones)
  }

  #remove(portId: number): Record<string, number> {
    const counters = this.#loop.remove(portId) ?? {}
    this.#forgetClosedSlots()
    return counters
  }

  #forgetClosedSlots(): void {
    for (let slot = 0; slot < this.#portsBySlot.length; slot++) {
      const port = this.#portsBySlot[slot]
      if (port !== undefined && this.#loop.port(port.id) === undefined) this.#portsBySlot[slot] = undefined
    }
  }

  #play(command: Command & { type: 'play' }): void {
    const items: PlaybackItem[] = []
    for (const item of command.items) {
      const resolved = this.#resolve(item)
      if (resolved === undefined) {
        this.#post({ type: 'playEnded', playId: command.playId, outcome: 'unknownPrompt' })
        return
      }
      items.push(resolved)
    }
    this.#loop.play(command.playId, command.portId, items, command.repeat)
  }

  #resolve(item: PlayItem): PlaybackItem | undefined {
    if (item.kind !== 'prompt') return item
    const samples = this.#prompts.get(item.promptId)
    return samples && { kind: 'samples', samples }
  }

  #deliver(index: number): void {
    const sockets = this.#sockets
    const port = this.#portsBySlot[sockets.slotOf(index)]
    if (port === undefined) {
      this.#strayPackets++
      return
    }
    this.#loop.wake(port.id)
    try {
      const drops = sockets.kernelDropsOf(index)
      if (drops > 0) port.noteKernelDrops(drops)
      port.receive(
        sockets.receiveBytes,
        index * receiveBytesPerPacket,
        sockets.lengthOf(index),
        sockets.addressOf(index),
        sockets.portOf(index),
        packetStatus(sockets.statusOf(index)),
        sockets.arrivalMsOf(index),
        sockets.slotOf(index),
      )
    } catch (fault) {
      this.#loop.fail(port.id, fault)
    }
  }

  #noteLate(nowMs: number, lateMs: number, skipped: number): void {
    this.#lateMs = Math.max(this.#lateMs, lateMs)
    this.#skippedSinceReport += skipped
    if (nowMs < this.#lateReportDueMs) return
    this.#lateReportDueMs = nowMs + lateReportMs
    this.#post({ type: 'loopLate', lateMs: this.#lateMs, skippedTicks: this.#skippedSinceReport })
    this.#lateMs = 0
    this.#skippedSinceReport = 0
  }

  #tell(report: LoopReport): void {
    if (report.type === 'digitsSent') this.#reply(report.requestId, undefined)
    else this.#post(report)
    if (report.type === 'portFailed') this.#forgetClosedSlots()
  }

  #reply(requestId: number | undefined, value: ReplyValue): void {
    if (requestId !== undefined) this.#post({ type: 'reply', requestId, value })
  }
}

function packetStatus(status: number): PacketStatus {
  if (status === 0) return 0
  if (status === statusTruncated) return 'truncated'
  return status === statusReplayed || status === statusTooOld ? 'replayed' : 'rejected'
}

/** Throws when an address is none. */
function agreementOf(remote: RtpRemote, addresses: FarEndAddresses): RtpAgreement {
  const { direction, rtcp } = remote
  return {
    address: addresses.number(remote.address),
    // RFC 2543's way to hold a call: 0.0.0.0 is nowhere, as is :: (RFC 6157 section 3.1).
    port: ['0.0.0.0', '::'].includes(remote.address) ? 0 : remote.port,
    codec: remote.codec,
    payloadType: remote.payloadType,
    eventPayloadType: remote.eventPayloadType,
    eventClockHz: remote.eventClockHz ?? 8000,
    sendsEvents: !remote.sendsNoEvents,
    comfortNoisePayloadType: remote.comfortNoisePayloadType,
    opus: remote.opus,
    ptimeMs: remote.ptimeMs ?? frameMs,
    rtcp: rtcp === undefined || rtcp === 'mux' ? rtcp : { address: addresses.number(rtcp.address), port: rtcp.port },
    sends: direction === 'sendrecv' || direction === 'sendonly',
    receives: direction === 'sendrecv' || direction === 'recvonly',
    sendKey: remote.sendKey,
    receiveKey: remote.receiveKey,
    dtls: remote.dtls,
    ice: remote.ice && iceAgreementOf(remote.ice, addresses),
  }
}

function iceAgreementOf(ice: IceParameters, addresses: FarEndAddresses): RtpAgreement['ice'] {
  const candidates = ice.candidates.map(({ address, port }) => ({ address: addresses.number(address), port }))
  return { ...ice, candidates }
}
