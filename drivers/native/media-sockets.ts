// The RTP sockets of one audio thread: one native call waits and receives from all of them, one sends a whole batch.
// SRTP is taken off and put on in those calls. The layout is that of cordboard.h.
//
//   wait() ─▶ received(0…n): slot, address, port, status, bytes in `receiveBytes`
//   begin(slot, …) ─▶ write into `sendBytes` ─▶ commit(length) … flush()
//   forward(slot, …) ─▶ what is received on it goes on at once, without JavaScript, and is handed over with the rest
import { describeErrno } from './errno.ts'
import { FarEndAddresses } from './far-end-addresses.ts'
import {
  type ForwardRule,
  forwardActive,
  forwardNewest,
  forwardNext,
  forwardNoted,
  forwardQuiet,
  forwardSent,
  forwardWords,
  writeForwardRule,
} from './forward-rule.ts'
import {
  bytes,
  callDouble,
  callInt,
  callPointer,
  callVoid,
  detachView,
  i32,
  type NativePointer,
  pointer,
  prepareCall,
  viewMemory,
} from './library.ts'

/** Largest datagram taken in, and largest handed out, with the room that SRTP wants. */
export const receiveBytesPerPacket = 1536
export const sendBytesPerPacket = 1024
/** libsrtp2 wants this much room behind a packet: SRTP_MAX_TRAILER_LEN. */
const srtpTrailerBytes = 144

const headerBytes = 64
const entryBytes = 32
const entryWords = entryBytes / 4
/** Of a note (cb_note), and how many a slot has. */
const noteBytes = 16
const notesPerSlot = 32
/** Payload of a packet noted that is kept: 20 ms of G.711. */
const keptBytesPerNote = 160

/** `status` of a received packet that was longer than `receiveBytesPerPacket`. */
export const statusTruncated = -1
/** srtp_err_status_t: the packet was not made with our peer's key. */
export const statusAuthenticationFailed = 7
export const statusReplayed = 9
export const statusTooOld = 10

/** Number of use_srtp, and bytes of master key and salt together. */
const suites = {
  AES_CM_128_HMAC_SHA1_80: { profile: 1, keyBytes: 30 },
  AES_CM_128_HMAC_SHA1_32: { profile: 2, keyBytes: 30 },
  AEAD_AES_128_GCM: { profile: 7, keyBytes: 28 },
  AEAD_AES_256_GCM: { profile: 8, keyBytes: 44 },
} as const

export interface SrtpKeyMaterial {
  suite: keyof typeof suites
  /** Master key, then salt. */
  keyAndSalt: Uint8Array
}

const align = (length: number) => Math.ceil(length / 64) * 64

let live = 0

/** Instances not destroyed yet: the ledger of the tests. */
export function liveMediaSockets(): number {
  return live
}

export class MediaSockets {
  /** Packet `i` starts at `i * receiveBytesPerPacket`, decrypted. Valid until the next `wait`. */
  readonly receiveBytes: Uint8Array
  readonly sendBytes: Uint8Array
  /** Payloads of packets noted: see `keptAt`. */
  readonly keptBytes: Uint8Array
  readonly addresses: FarEndAddresses
  /** Packets that could not be sent, by cause. */
  sendErrors = 0
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #times: Float64Array
  readonly #header: Int32Array
  readonly #received: Int32Array
  readonly #receivedAddresses: Uint32Array
  readonly #arrivals: Float64Array
  readonly #sending: Int32Array
  readonly #forward: Int32Array
  readonly #notes: Int32Array
  readonly #noteHalves: Uint16Array
  readonly #noteTimes: Float64Array
  readonly #sendCapacity: number
  /** By slot: whom it is connected to; port 0 for nobody. */
  readonly #peerAddresses: Uint32Array
  readonly #peerPorts: Uint16Array
  #forwarding = 0
  readonly #wait: () => number
  readonly #send: () => number
  #sendCount = 0
  #open = 0
  #destroyed = false

  /** `wakeFd`: see wake.ts; -1 for none. Throws when there is not the memory. */
  constructor(options: { slots: number; receivePackets: number; sendPackets: number; wakeFd: number }) {
    const { slots, receivePackets, sendPackets, wakeFd } = options
    const self = callPointer('cb_sockets_create', i32(slots), i32(receivePackets), i32(sendPackets), i32(wakeFd))
    if (self === undefined) throw new Error('no memory for the RTP sockets')
    this.#self = self
    const receivedAt = headerBytes
    const receiveDataAt = receivedAt + align(entryBytes * receivePackets)
    const sendingAt = receiveDataAt + align(receiveBytesPerPacket * receivePackets)
    const sendDataAt = sendingAt + align(entryBytes * sendPackets)
    const forwardAt = sendDataAt + align(sendBytesPerPacket * sendPackets)
    const notesAt = forwardAt + align(slots * forwardWords * 4)
    const keptAt = notesAt + align(slots * notesPerSlot * noteBytes)
    const arenaBytes = keptAt + align(slots * notesPerSlot * keptBytesPerNote)
    const arena = callPointer('cb_sockets_arena', pointer(self))
    if (arena === undefined || callDouble('cb_sockets_arena_bytes', pointer(self)) !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.addresses = new FarEndAddresses(callPointer('cb_sockets_addresses', pointer(self))!)
    this.#arena = viewMemory(arena, arenaBytes)
    this.#times = new Float64Array(this.#arena, 0, 2)
    this.#header = new Int32Array(this.#arena, 16, 6)
    this.#received = new Int32Array(this.#arena, receivedAt, receivePackets * entryWords)
    this.#receivedAddresses = new Uint32Array(this.#arena, receivedAt, receivePackets * entryWords)
    this.#arrivals = new Float64Array(this.#arena, receivedAt, (receivePackets * entryBytes) / 8)
    this.receiveBytes = new Uint8Array(this.#arena, receiveDataAt, receivePackets * receiveBytesPerPacket)
    this.#sending = new Int32Array(this.#arena, sendingAt, sendPackets * entryWords)
    this.sendBytes = new Uint8Array(this.#arena, sendDataAt, sendPackets * sendBytesPerPacket)
    this.#forward = new Int32Array(this.#arena, forwardAt, slots * forwardWords)
    const notes = slots * notesPerSlot
    this.#notes = new Int32Array(this.#arena, notesAt, (notes * noteBytes) / 4)
    this.#noteHalves = new Uint16Array(this.#arena, notesAt, (notes * noteBytes) / 2)
    this.#noteTimes = new Float64Array(this.#arena, notesAt, (notes * noteBytes) / 8)
    this.keptBytes = new Uint8Array(this.#arena, keptAt, notes * keptBytesPerNote)
    this.#sendCapacity = sendPackets
    this.#peerAddresses = new Uint32Array(slots)
    this.#peerPorts = new Uint16Array(slots)
    this.#wait = prepareCall('cb_sockets_wait', pointer(self))
    this.#send = prepareCall('cb_sockets_send', pointer(self))
    live++
  }

  /** Sockets open now. */
  get openSockets(): number {
    return this.#open
  }

  /** Takes over the descriptor. Throws, leaving it to the caller, when all slots are in use. */
  addSocket(fd: number): number {
    const slot = callInt('cb_slot_add', pointer(this.#self), i32(fd))
    if (slot < 0) throw new Error(`no room for one more RTP socket (${describeErrno(-slot)})`)
    this.#open++
    return slot
  }

  /** Closes the descriptor and its SRTP contexts. Packets of it that wait to be sent are sent first. */
  removeSocket(slot: number): void {
    this.flush()
    this.stopForward(slot)
    this.#peerAddresses[slot] = 0
    this.#peerPorts[slot] = 0
    callVoid('cb_slot_close', pointer(this.#self), i32(slot))
    this.#open--
  }

  /**
   * The slot's packets go to this far end and come from it alone from now on, which makes them cheaper to send; packets
   * from elsewhere aren't received. The same again changes nothing.
   */
  connect(slot: number, address: number, port: number): void {
    if (this.#peerAddresses[slot] === address >>> 0 && this.#peerPorts[slot] === port) return
    this.#peerAddresses[slot] = address
    this.#peerPorts[slot] = port
    callVoid('cb_slot_connect', pointer(this.#self), i32(slot), i32(address | 0), i32(port))
  }

  /** Idempotent. */
  disconnect(slot: number): void {
    this.connect(slot, 0, 0)
  }

  /** A new receive key leaves the one before valid until `forgetPreviousKey`. Throws when libsrtp2 refuses the key. */
  setKey(slot: number, direction: 'send' | 'receive', key: SrtpKeyMaterial | undefined): void {
    this.flush()
    const which = i32(direction === 'send' ? 1 : 0)
    if (key === undefined) {
      callVoid('cb_slot_forget', pointer(this.#self), i32(slot), which)
      return
    }
    const { profile, keyBytes } = suites[key.suite]
    if (key.keyAndSalt.length !== keyBytes)
      throw new Error(`a key of ${key.suite} has ${keyBytes} bytes, not ${key.keyAndSalt.length}`)
    const keyAndSalt = bytes(Uint8Array.from(key.keyAndSalt))
    const status = callInt('cb_slot_key', pointer(this.#self), i32(slot), which, i32(profile), keyAndSalt)
    if (status !== 0) throw new Error(`SRTP key refused by libsrtp2 (status ${status})`)
  }

  forgetPreviousKey(slot: number): void {
    callVoid('cb_slot_forget_previous', pointer(this.#self), i32(slot))
  }

  /**
   * Sleeps until `deadlineMs` (monotonic, see `nowMs`) or the wake-up, then receives what there is. With a rule to
   * forward by, packets are taken all the while, and a receive table half full ends the sleep too. A full one leaves
   * the rest to the next call. Returns the number of packets.
   */
  wait(deadlineMs: number): number {
    this.#times[0] = deadlineMs
    this.#header[0] = this.#forwarding
    return this.#wait()
  }

  /** CLOCK_MONOTONIC at the return of the last `wait`. */
  get nowMs(): number {
    return this.#times[1]!
  }

  /** Whether the wake-up was rung before the return of the last `wait`. */
  get woken(): boolean {
    return this.#header[3] !== 0
  }

  /** Packets received on `slot` go on by this rule as they come; it replaces the one there was. Allocates nothing. */
  forward(slot: number, rule: ForwardRule): void {
    this.stopForward(slot)
    writeForwardRule(this.#forward, slot, rule)
    this.#forwarding++
  }

  /** Idempotent. What the rule has counted can be read until the next one. */
  stopForward(slot: number): void {
    if (this.#forward[slot * forwardWords + forwardActive] === 0) return
    this.#forward[slot * forwardWords + forwardActive] = 0
    this.#forwarding--
  }

  /** From now on audio that the slot's rule has sent on is noted, with its payload if that is to be kept, instead of being
   * handed over, while there is room. */
  quietForward(slot: number, quiet: false | 'noted' | 'kept'): void {
    this.#forward[slot * forwardWords + forwardQuiet] = quiet === false ? 0 : quiet === 'noted' ? 1 : 2
  }

  isForwarding(slot: number): boolean {
    return this.#forward[slot * forwardWords + forwardActive] !== 0
  }

  /** Packets noted on the slot since the last `clearNotes`; `note` tells of each, in the order of arrival. */
  notesOf(slot: number): number {
    return this.#forward[slot * forwardWords + forwardNoted]!
  }

  clearNotes(slot: number): void {
    this.#forward[slot * forwardWords + forwardNoted] = 0
  }

  noteArrivalMs(slot: number, index: number): number {
    return this.#noteTimes[(slot * notesPerSlot + index) * (noteBytes / 8)]!
  }

  /** As int32. */
  noteTimestamp(slot: number, index: number): number {
    return this.#notes[(slot * notesPerSlot + index) * (noteBytes / 4) + 2]!
  }

  noteSequence(slot: number, index: number): number {
    return this.#noteHalves[(slot * notesPerSlot + index) * (noteBytes / 2) + 6]!
  }

  notePayloadLength(slot: number, index: number): number {
    return this.#noteHalves[(slot * notesPerSlot + index) * (noteBytes / 2) + 7]!
  }

  /** Where the payload of a packet noted is in `keptBytes`. */
  keptAt(slot: number, index: number): number {
    return (slot * notesPerSlot + index) * keptBytesPerNote
  }

  /** Sequence number behind the newest that the slot's rule has used. */
  forwardedSequence(slot: number): number {
    return this.#forward[slot * forwardWords + forwardNext]!
  }

  /** Timestamp of the newest packet that the slot's rule has sent. */
  forwardedTimestamp(slot: number): number {
    return this.#forward[slot * forwardWords + forwardNewest]!
  }

  /** Packets sent by the slot's rule since it was laid down. */
  forwardedPackets(slot: number): number {
    return this.#forward[slot * forwardWords + forwardSent]!
  }

  /** Rules in force. */
  get forwarding(): number {
    return this.#forwarding
  }

  /** Times that the thread has woken up, and packets that could not be sent on: in all. */
  get wakeups(): number {
    return this.#header[5]!
  }

  get forwardErrors(): number {
    return this.#header[4]!
  }

  slotOf(index: number): number {
    return this.#received[index * entryWords]!
  }

  lengthOf(index: number): number {
    return this.#received[index * entryWords + 1]!
  }

  addressOf(index: number): number {
    return this.#receivedAddresses[index * entryWords + 2]!
  }

  portOf(index: number): number {
    return this.#received[index * entryWords + 3]!
  }

  /** 0, one of the `status…` constants, or another srtp_err_status_t. */
  statusOf(index: number): number {
    return this.#received[index * entryWords + 4]!
  }

  /** Datagrams the kernel has dropped on the packet's socket since it was opened, its buffer being full. */
  kernelDropsOf(index: number): number {
    return this.#receivedAddresses[index * entryWords + 5]!
  }

  arrivalMsOf(index: number): number {
    return this.#arrivals[index * (entryBytes / 8) + 3]!
  }

  /** Starts a packet: returns its place in `sendBytes`, where `sendBytesPerPacket` less the SRTP tag may be written. */
  begin(slot: number, address: number, port: number): number {
    if (this.#sendCount === this.#sendCapacity) this.flush()
    const word = this.#sendCount * entryWords
    this.#sending[word] = slot
    this.#sending[word + 2] = address | 0
    this.#sending[word + 3] = port
    return this.#sendCount * sendBytesPerPacket
  }

  /** Puts the packet that was begun into the batch. */
  commit(length: number): void {
    if (length > sendBytesPerPacket - srtpTrailerBytes) throw new Error(`packet of ${length} bytes is too long to send`)
    this.#sending[this.#sendCount * entryWords + 1] = length
    this.#sendCount++
  }

  /** Sends the batch. */
  flush(): void {
    if (this.#sendCount === 0) return
    this.#header[1] = this.#sendCount
    this.#sendCount = 0
    this.sendErrors += this.#send()
  }

  /** Closes every socket and frees the memory; views of it are empty afterwards. Idempotent. */
  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    live--
    this.#open = 0
    detachView(this.#arena)
    callVoid('cb_sockets_destroy', pointer(this.#self))
  }
}
