// The audio loop: each tick pulls 20 ms from every port, and pushes to every port the sum of what is connected to it
// and played to it. It knows no time of its own: whoever drives it (audio-thread.ts, a test) calls `tick`.
//
//   get() of all ─▶ digit detectors, in one batch ─▶ mix ─▶ put() of all ─▶ recordings
//
// A port that hears one other and nothing else may follow it: then its far end gets the other's packets past the loop. Two
// that follow each other and are heard by nobody else may rest: the loop leaves them alone for some ticks.
// A port that throws is ended alone. Nothing is allocated in a tick.
import type { LoopPort, PortReport } from '../media/loop-port.ts'
import { Mixer } from '../media/mixer.ts'
import { Playback, type PlaybackItem } from '../media/playback.ts'
import { type PortCounters, type PortId, telephoneFormat } from '../media/port.ts'
import type { RecordingRing } from '../media/recording-ring.ts'
import type { PlayOutcome, RecordedChannels } from './audio.ts'
import { LoopRecordings, type Recorded } from './loop-recordings.ts'
import { type Rester, RestingPairs } from './resting.ts'

export type LoopReport =
  | PortReport
  | { type: 'playEnded'; playId: number; outcome: PlayOutcome }
  | { type: 'portFailed'; portId: PortId; reason: string }

/** The digit detectors' batch (drivers/native/dtmf-bank.ts). */
export interface DetectorBatch {
  /** Number of events found; 0: none of the detectors has any. */
  run(): number
}

interface Playing {
  playId: number
  playback: Playback
  /** Set when the last sample was put: ticks until it has left the port. */
  ticksLeft: number
}

interface Member extends Rester<Member>, Recorded {
  sources: Member[]
  playing: Playing[]
  /** Of this tick: its own audio comes past the loop. */
  isFollowing: boolean
  /** Somebody hears it through the loop. */
  isWanted: boolean
  /** Ports that hear this one. */
  hearers: number
  fault: unknown
}

const noFault = Symbol('no fault')

export class AudioLoop {
  readonly #members: Member[] = []
  readonly #byId = new Map<PortId, Member>()
  readonly #recordings = new LoopRecordings(this.#byId)
  readonly #detectors: DetectorBatch
  readonly #report: (report: LoopReport) => void
  readonly #mixer = new Mixer(telephoneFormat.frameSamples)
  readonly #played = new Int16Array(telephoneFormat.frameSamples)
  readonly #playedSum = new Int16Array(telephoneFormat.frameSamples)
  readonly #playMixer = new Mixer(telephoneFormat.frameSamples)
  failedPorts = 0
  #wokeWithFault = false
  readonly #resting = new RestingPairs<Member>(
    (member, fault) => {
      member.fault = fault
      this.#wokeWithFault = true
    },
    (one, other, ticks) => this.#recordings.rested(one, other, ticks),
  )

  constructor(options: { detectors: DetectorBatch; report: (report: LoopReport) => void }) {
    this.#detectors = options.detectors
    this.#report = options.report
  }

  get ports(): number {
    return this.#members.length
  }

  get recordings(): number {
    return this.#recordings.count
  }

  /** Throws when the port speaks another format: that is a fault of the program. */
  add(port: LoopPort): void {
    const { rateHz, frameSamples } = port.format
    if (rateHz !== telephoneFormat.rateHz || frameSamples !== telephoneFormat.frameSamples)
      throw new Error(`port ${port.describe()} is of ${rateHz} Hz and ${frameSamples} samples: it can not be joined`)
    const heard = new Int16Array(frameSamples)
    const member: Member = {
      port,
      heard,
      isHeard: false,
      sources: [],
      playing: [],
      isFollowing: false,
      isWanted: false,
      hearers: 0,
      recordings: 0,
      recording: undefined,
      hearAfterwards: undefined,
      caughtUp: 0,
      sent: undefined,
      isSentRecorded: false,
      isSent: false,
      isResting: false,
      partner: undefined,
      ticksLeft: 0,
      ticksPassed: 0,
      fault: noFault,
    }
    this.#members.push(member)
    this.#byId.set(port.id, member)
    this.#recordings.assign()
  }

  port(portId: PortId): LoopPort | undefined {
    return this.#byId.get(portId)?.port
  }

  /** Ends what is played to the port and every path from and to it, closes it. Its final counters, if it was there. */
  remove(portId: PortId): PortCounters | undefined {
    const member = this.#byId.get(portId)
    if (member === undefined) return undefined
    this.#resting.wake(member)
    this.#byId.delete(portId)
    this.#members.splice(this.#members.indexOf(member), 1)
    for (const source of member.sources) source.hearers--
    for (const other of this.#members) {
      const at = other.sources.indexOf(member)
      if (at < 0) continue
      other.sources.splice(at, 1)
      other.port.follow?.(undefined)
    }
    for (const { playId } of member.playing) this.#report({ type: 'playEnded', playId, outcome: 'portClosed' })
    const counters = member.port.counters()
    member.port.close()
    return counters
  }

  removeAll(): void {
    for (const member of [...this.#members]) this.remove(member.port.id)
    this.#recordings.clear()
  }

  connect(from: PortId, to: PortId): void {
    const source = this.#byId.get(from)
    const target = this.#byId.get(to)
    if (source === undefined || target === undefined || target.sources.includes(source)) return
    target.sources.push(source)
    source.hearers++
  }

  disconnect(from: PortId, to: PortId): void {
    const source = this.#byId.get(from)
    const target = this.#byId.get(to)
    const at = source && target ? target.sources.indexOf(source) : -1
    if (at < 0) return
    target!.sources.splice(at, 1)
    source!.hearers--
  }

  play(playId: number, portId: PortId, items: readonly PlaybackItem[], repeat: boolean): void {
    const member = this.#byId.get(portId)
    const playback = new Playback(items, repeat)
    if (member === undefined) this.#report({ type: 'playEnded', playId, outcome: 'portClosed' })
    else if (playback.finished) this.#report({ type: 'playEnded', playId, outcome: 'finished' })
    else member.playing.push({ playId, playback, ticksLeft: -1 })
  }

  stopPlay(playId: number): void {
    for (const member of this.#members) {
      const at = member.playing.findIndex((playing) => playing.playId === playId)
      if (at < 0) continue
      member.playing.splice(at, 1)
      this.#report({ type: 'playEnded', playId, outcome: 'stopped' })
    }
  }

  record(recordingId: number, ring: RecordingRing, channels: RecordedChannels): void {
    this.wakeAll()
    this.#recordings.add(recordingId, ring, channels)
  }

  /** Other ports are recorded from the next frame on. */
  tapRecording(recordingId: number, channels: RecordedChannels): void {
    this.wakeAll()
    this.#recordings.tap(recordingId, channels)
  }

  stopRecording(recordingId: number): void {
    this.wakeAll()
    this.#recordings.remove(recordingId)
  }

  /** The path of a port: what it hears, and the port itself. */
  describe(portId: PortId): string {
    const member = this.#byId.get(portId)
    if (member === undefined) return `port ${portId} closed`
    const heard = member.sources.map((source) => source.port.describe())
    if (member.playing.length > 0) heard.push('playback')
    return `${heard.join(' + ') || 'silence'} ▶ mix ▶ ${member.port.describe()}`
  }

  /** A fault outside of `tick` that belongs to one port: it ends, all others go on. */
  fail(portId: PortId, fault: unknown): void {
    const member = this.#byId.get(portId)
    if (member === undefined) return
    this.failedPorts++
    let reason = faultText(fault)
    try {
      this.remove(portId)
    } catch (closingFault) {
      reason += `; and when it was closed: ${faultText(closingFault)}`
    }
    this.#report({ type: 'portFailed', portId, reason })
  }

  /** Before anything is done with a port but by `tick`: whatever rests is told how long it has. */
  wakeAll(): void {
    this.#resting.wakeAll()
  }

  /** The same for one port, with who rests with it. */
  wake(portId: PortId): void {
    const member = this.#byId.get(portId)
    if (member !== undefined) this.#resting.wake(member)
  }

  /** One tick of 20 ms, after `skipped` ticks that could not be done. */
  tick(skipped = 0): void {
    if (skipped > 0) this.wakeAll()
    this.#resting.passTick()
    for (let s = 0; s < skipped; s++) this.#skip()
    let failed = this.#wokeWithFault
    this.#wokeWithFault = false
    if (this.#plan()) failed = true
    if (this.#pull()) failed = true
    if (this.#detectors.run() > 0)
      for (let m = 0; m < this.#members.length; m++) this.#members[m]!.port.detector?.collect()
    if (this.#push()) failed = true
    this.#recordings.write()
    this.#beginRests()
    if (failed) this.#endFailed()
  }

  #skip(): void {
    for (let m = 0; m < this.#members.length; m++) this.#members[m]!.port.skip()
    this.#recordings.skip()
  }

  /** Two that hear each other, and that nobody else hears but a recording of both. */
  #beginRests(): void {
    for (let m = 0; m < this.#members.length; m++) {
      const member = this.#members[m]!
      if (!member.isFollowing || member.isResting) continue
      const partner = member.sources[0]
      if (partner?.sources[0] !== member || !isAlone(member) || !isAlone(partner)) continue
      if (this.#recordings.beginRest(member, partner)) this.#resting.begin(member, partner)
    }
  }

  /** Who follows whom, and who is heard by the loop at all. */
  #plan(): boolean {
    let failed = false
    for (let m = 0; m < this.#members.length; m++) {
      const member = this.#members[m]!
      if (member.isResting) continue
      const { port, sources, playing } = member
      member.isWanted = port.detector !== undefined
      if (port.follow === undefined) continue
      try {
        // What comes in at a port goes on to one other only.
        const hearsOne = sources.length === 1 && playing.length === 0 && sources[0]!.hearers === 1
        const mayFollow = hearsOne && !member.isSentRecorded
        member.isFollowing = port.follow(mayFollow ? sources[0]!.port : undefined)
      } catch (fault) {
        member.fault = fault
        failed = true
      }
    }
    for (let m = 0; m < this.#members.length; m++) {
      const member = this.#members[m]!
      if (!member.isFollowing) for (let s = 0; s < member.sources.length; s++) member.sources[s]!.isWanted = true
    }
    return failed
  }

  #pull(): boolean {
    let failed = false
    for (let m = 0; m < this.#members.length; m++) {
      const member = this.#members[m]!
      if (member.isResting) continue
      member.isHeard = false
      try {
        if (!member.isWanted && member.recordings === 0 && member.port.pass !== undefined) {
          member.port.pass()
          continue
        }
        member.isHeard = member.port.get(member.heard)
        member.port.detector?.feed(member.isHeard && member.heard)
      } catch (fault) {
        member.fault = fault
        failed = true
      }
    }
    return failed
  }

  #push(): boolean {
    let failed = false
    for (let m = 0; m < this.#members.length; m++) {
      const member = this.#members[m]!
      if (member.isFollowing) continue
      try {
        this.#mixer.start()
        for (let s = 0; s < member.sources.length; s++) {
          const source = member.sources[s]!
          if (source.isHeard) this.#mixer.add(source.heard)
        }
        if (member.playing.length > 0) this.#addPlayed(member)
        const mixed = this.#mixer.result()
        member.port.put(mixed)
        if (member.isSentRecorded) {
          member.isSent = mixed !== false
          if (mixed !== false) member.sent?.set(mixed)
        }
        if (member.playing.length > 0) this.#endPlayed(member)
      } catch (fault) {
        member.fault = fault
        failed = true
      }
    }
    return failed
  }

  /** Everything played to the port at once is summed first: the mixer keeps the frames it is given until its result. */
  #addPlayed(member: Member): void {
    this.#playMixer.start()
    let playing = 0
    for (let p = 0; p < member.playing.length; p++) {
      const { playback } = member.playing[p]!
      if (playback.finished) continue
      const into = playing++ === 0 ? this.#playedSum : this.#played
      playback.fill(into)
      this.#playMixer.add(into)
    }
    const played = this.#playMixer.result()
    if (played !== false) this.#mixer.add(played)
  }

  #endPlayed(member: Member): void {
    for (let p = member.playing.length - 1; p >= 0; p--) {
      const playing = member.playing[p]!
      if (!playing.playback.finished) continue
      if (playing.ticksLeft < 0) playing.ticksLeft = member.port.outputTicks
      if (playing.ticksLeft-- > 0) continue
      member.playing.splice(p, 1)
      this.#report({ type: 'playEnded', playId: playing.playId, outcome: 'finished' })
    }
  }

  #endFailed(): void {
    for (let m = this.#members.length - 1; m >= 0; m--) {
      const member = this.#members[m]!
      if (member.fault !== noFault) this.fail(member.port.id, member.fault)
    }
  }
}

function isAlone({ isFollowing, isWanted, hearers, recordings, fault, port }: Member): boolean {
  const isQuiet = isFollowing && !isWanted && hearers === 1 && fault === noFault
  return isQuiet && port.mayRest?.(recordings > 0) === true
}

function faultText(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
