// Callers' audio without a load generator: numbered PCMU packets out of one socket per call, and a count of those that
// came back. It learns where the box is by the first packet that the box sends.
import { createSocket, type Socket } from 'node:dgram'
import { until } from './wait.ts'

const payloadBytes = 160
const packetMs = 20

interface Call {
  socket: Socket
  box: { address: string; port: number } | undefined
  sequence: number
  /** Marks that came back, of those that count. */
  back: Set<number>
  /** The first mark that counts: the call was bridged before it was sent. */
  from: number | undefined
}

export interface MarkedResult {
  sent: number
  back: number
}

/** A mark in every byte pair of the payload, in bytes that μ-law to linear and back leaves alone (not 7F, not FF). */
function fillMark(packet: Buffer, mark: number): void {
  for (let at = 12; at < packet.length; at += 2) {
    packet[at] = 0x10 + (Math.floor(mark / 64) % 64)
    packet[at + 1] = 0x90 + (mark % 64)
  }
}

/** Of the middle of the payload, whatever the frame boundary; undefined for anything else. */
function markOf(packet: Buffer): number | undefined {
  const at = 12 + (packet[12 + 80]! >= 0x80 ? 81 : 80)
  const high = packet[at]! - 0x10
  const low = packet[at + 1]! - 0x90
  return high >= 0 && high < 64 && low >= 0 && low < 64 ? high * 64 + low : undefined
}

export class MarkedCalls {
  readonly #calls: Call[] = []
  #timer: NodeJS.Timeout | undefined
  #startedMs = 0
  #ticks = 0

  static async open(count: number): Promise<MarkedCalls> {
    const calls = new MarkedCalls()
    for (let i = 0; i < count; i++) calls.#calls.push(await calls.#openCall())
    return calls
  }

  /** RTP ports of the callers, on 127.0.0.1. */
  get ports(): number[] {
    return this.#calls.map(({ socket }) => socket.address().port)
  }

  /** Sends on every call whose box is known, until `close`. */
  start(): void {
    this.#startedMs = performance.now()
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - this.#startedMs) / packetMs)
      for (; this.#ticks < due; this.#ticks++) for (const call of this.#calls) this.#send(call)
    }, packetMs / 4)
  }

  /** Waits until every call hears itself back, then counts for so long. */
  async count(seconds: number): Promise<MarkedResult> {
    await until('every call to be bridged', () => this.#calls.every((call) => call.back.size > 0), { withinMs: 30_000 })
    for (const call of this.#calls) {
      call.back.clear()
      call.from = call.sequence
    }
    const wanted = seconds * (1000 / packetMs)
    await until('the time to be over', () => this.#calls.every(({ sequence, from = 0 }) => sequence - from >= wanted), {
      withinMs: seconds * 1000 + 10_000,
    })
    const isBack = (call: Call) => {
      let back = 0
      for (let mark = call.from ?? 0; mark < (call.from ?? 0) + wanted; mark++) if (call.back.has(mark % 4096)) back++
      return back
    }
    const total = () => this.#calls.reduce((sum, call) => sum + isBack(call), 0)
    const sent = wanted * this.#calls.length
    // What is under way may still come: through two jitter buffers, twice.
    const deadlineMs = performance.now() + 1000
    await until('the last to come back', () => total() === sent || performance.now() > deadlineMs)
    return { sent, back: total() }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { socket } of this.#calls) socket.close()
  }

  #openCall(): Promise<Call> {
    return new Promise((resolve, reject) => {
      const call: Call = {
        socket: createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }),
        box: undefined,
        sequence: 0,
        back: new Set(),
        from: undefined,
      }
      call.socket.once('error', reject)
      call.socket.on('message', (packet, from) => {
        call.box ??= from
        if (packet.length !== 12 + payloadBytes) return
        const mark = markOf(packet)
        if (mark !== undefined) call.back.add(mark)
      })
      call.socket.bind(0, '127.0.0.1', () => resolve(call))
    })
  }

  #send(call: Call): void {
    if (!call.box) return
    const packet = Buffer.alloc(12 + payloadBytes)
    packet[0] = 0x80
    packet.writeUInt16BE(call.sequence & 0xffff, 2)
    packet.writeUInt32BE((call.sequence * payloadBytes) >>> 0, 4)
    packet.writeUInt32BE(call.socket.address().port, 8)
    fillMark(packet, call.sequence % 4096)
    call.sequence++
    call.socket.send(packet, call.box.port, call.box.address)
  }
}
