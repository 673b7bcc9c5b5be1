// A wire in memory between RTP ports: packets are kept until the test hands them on, drops, repeats or reorders them.
import type { RtpPort } from '../../../daemon/media/rtp-port.ts'
import type { PacketStatus, RtpTransport, StreamKey } from '../../../daemon/media/rtp-transport.ts'
import type { ForwardRule } from '../../../drivers/native/forward-rule.ts'

export interface SentPacket {
  slot: number
  address: number
  port: number
  bytes: Uint8Array
}

export class MemoryTransport implements RtpTransport {
  readonly sendBytes = new Uint8Array(512)
  readonly sent: SentPacket[] = []
  readonly keysSet: { slot: number; direction: 'send' | 'receive'; key: StreamKey | undefined }[] = []
  readonly removed: number[] = []
  previousKeysForgotten = 0
  #begun = { slot: 0, address: 0, port: 0 }

  begin(slot: number, address: number, port: number): number {
    this.#begun = { slot, address, port }
    return 0
  }

  commit(length: number): void {
    this.sent.push({ ...this.#begun, bytes: this.sendBytes.slice(0, length) })
  }

  setKey(slot: number, direction: 'send' | 'receive', key: StreamKey | undefined): void {
    this.keysSet.push({ slot, direction, key })
  }

  forgetPreviousKey(): void {
    this.previousKeysForgotten++
  }

  removeSocket(slot: number): void {
    this.removed.push(slot)
  }

  /** Rules laid down, by slot; nothing goes on by them here. */
  readonly rules = new Map<number, ForwardRule>()

  forward(slot: number, rule: ForwardRule): void {
    this.rules.set(slot, rule)
  }

  connect(): void {}
  disconnect(): void {}
  stopForward(): void {}

  forwardedSequence(slot: number): number {
    return this.rules.get(slot)!.nextSequence
  }

  forwardedTimestamp(slot: number): number {
    return this.rules.get(slot)!.newestTimestamp
  }

  forwardedPackets(): number {
    return 0
  }

  isForwarding(slot: number): boolean {
    return this.rules.has(slot)
  }

  /** Notes of what was sent on, by slot: the test makes them. */
  readonly notes = new Map<number, { arrivalMs: number; timestamp: number; sequence: number; length: number }[]>()
  readonly quiet = new Map<number, false | 'noted' | 'kept'>()
  nowMs = 0

  quietForward(slot: number, quiet: false | 'noted' | 'kept'): void {
    this.quiet.set(slot, quiet)
  }

  notesOf(slot: number): number {
    return this.notes.get(slot)?.length ?? 0
  }

  noteArrivalMs(slot: number, index: number): number {
    return this.notes.get(slot)![index]!.arrivalMs
  }

  noteTimestamp(slot: number, index: number): number {
    return this.notes.get(slot)![index]!.timestamp
  }

  noteSequence(slot: number, index: number): number {
    return this.notes.get(slot)![index]!.sequence
  }

  notePayloadLength(slot: number, index: number): number {
    return this.notes.get(slot)![index]!.length
  }

  readonly keptBytes = new Uint8Array(0)

  keptAt(): number {
    return 0
  }

  clearNotes(slot: number): void {
    this.notes.delete(slot)
  }

  readonly addresses = {
    octets: (address: number) => Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address),
    text: (address: number, port: number) => `${address}:${port}`,
  }

  /** What was sent since the last call. */
  take(): SentPacket[] {
    return this.sent.splice(0)
  }
}

/** Hands bytes to a port as if they had come from this source. */
export function deliver(
  port: RtpPort,
  bytes: Uint8Array,
  from: { address: number; port: number },
  status: PacketStatus = 0,
): void {
  port.receive(bytes, 0, bytes.length, from.address, from.port, status)
}

export interface RtpShape {
  sequence: number
  timestamp: number
  payload: Uint8Array
  payloadType?: number
  marker?: boolean
  ssrc?: number
}

/** An RTP packet, for far ends that the test plays itself. */
export function rtpPacket(shape: RtpShape): Uint8Array {
  const { sequence, timestamp, payload, payloadType = 0, marker = false, ssrc = 0x11223344 } = shape
  const bytes = new Uint8Array(12 + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x80)
  view.setUint8(1, payloadType | (marker ? 0x80 : 0))
  view.setUint16(2, sequence & 0xffff)
  view.setUint32(4, timestamp >>> 0)
  view.setUint32(8, ssrc)
  bytes.set(payload, 12)
  return bytes
}
