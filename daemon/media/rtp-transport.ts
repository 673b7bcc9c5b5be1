// What an RTP port needs of its socket. MediaSockets (drivers/native) is it in the daemon.

import type { ForwardRule } from '../../drivers/native/forward-rule.ts'

/** Keys of one direction, as libsrtp2 takes them. */
export interface StreamKey {
  suite: 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM' | 'AEAD_AES_256_GCM'
  /** Master key, then salt: 30, 30, 28 and 44 bytes. */
  keyAndSalt: Uint8Array
}

/** 0: a packet, decrypted where there is a key. Else why it is none. */
export type PacketStatus = 0 | 'truncated' | 'replayed' | 'rejected'

export interface RtpTransport {
  readonly sendBytes: Uint8Array
  /** Starts a packet and returns its place in `sendBytes`; without a `commit` nothing is sent. */
  begin(slot: number, address: number, port: number): number
  commit(length: number): void
  setKey(slot: number, direction: 'send' | 'receive', key: StreamKey | undefined): void
  forgetPreviousKey(slot: number): void
  removeSocket(slot: number): void
  /** Packets of the slot come from this far end alone and go to it, which makes them cheaper. The same again is nothing. */
  connect(slot: number, address: number, port: number): void
  disconnect(slot: number): void
  /** What is received on `slot` goes on by this rule, besides being handed over; it replaces the one there was. */
  forward(slot: number, rule: ForwardRule): void
  stopForward(slot: number): void
  isForwarding(slot: number): boolean
  /**
   * Audio sent on by the slot's rule is noted instead of being handed over: a bounded number of packets; `kept`: with
   * their payloads.
   */
  quietForward(slot: number, quiet: false | 'noted' | 'kept'): void
  /** How many notes there are, and each of them. */
  notesOf(slot: number): number
  noteArrivalMs(slot: number, index: number): number
  noteTimestamp(slot: number, index: number): number
  noteSequence(slot: number, index: number): number
  notePayloadLength(slot: number, index: number): number
  clearNotes(slot: number): void
  /** Payloads kept, and where that of a note is. */
  readonly keptBytes: Uint8Array
  keptAt(slot: number, index: number): number
  /** Monotonic, at the last look at the sockets. */
  readonly nowMs: number
  /** Of the slot's rule, also after it was stopped. */
  forwardedSequence(slot: number): number
  forwardedTimestamp(slot: number): number
  forwardedPackets(slot: number): number
  readonly addresses: FarEndAddresses
}

/** Addresses of far ends are numbers: an IPv4 address is its own, one of IPv6 has one as long as it is used. */
export interface FarEndAddresses {
  /** 4 or 16. */
  octets(address: number): Uint8Array
  /** `address:port` for people. */
  text(address: number, port: number): string
}

export function sameKey(one: StreamKey | undefined, other: StreamKey | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return (
    one.suite === other.suite &&
    one.keyAndSalt.length === other.keyAndSalt.length &&
    one.keyAndSalt.every((byte, at) => byte === other.keyAndSalt[at])
  )
}
