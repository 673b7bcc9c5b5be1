// The process of heap-growth.test.ts: 50 calls bridged in the loop, each leg's far end being a port of another loop's
// kind, joined by a wire that copies nothing.
import { AudioLoop } from '../../../daemon/loop/audio-loop.ts'
import { RtpPort } from '../../../daemon/media/rtp-port.ts'
import type { RtpTransport } from '../../../daemon/media/rtp-transport.ts'

const calls = 50
const warmUpTicks = 2000
const measuredTicks = 10_000

/** What leg `2n` sends comes to leg `2n + 1` and back: the two far ends of a call are each other's legs. */
class Wire implements RtpTransport {
  readonly sendBytes = new Uint8Array(512)
  readonly ports: RtpPort[] = []
  #slot = 0

  begin(slot: number): number {
    this.#slot = slot
    return 0
  }

  commit(length: number): void {
    this.ports[this.#slot ^ 1]!.receive(this.sendBytes, 0, length, 1, 1, 0)
  }

  setKey(): void {}
  forgetPreviousKey(): void {}
  removeSocket(): void {}
  forward(): void {}
  connect(): void {}
  disconnect(): void {}
  stopForward(): void {}
  forwardedSequence(): number {
    return 0
  }
  forwardedTimestamp(): number {
    return 0
  }
  forwardedPackets(): number {
    return 0
  }
  readonly nowMs = 0
  isForwarding(): boolean {
    return false
  }
  quietForward(): void {}
  notesOf(): number {
    return 0
  }
  noteArrivalMs(): number {
    return 0
  }
  noteTimestamp(): number {
    return 0
  }
  noteSequence(): number {
    return 0
  }
  notePayloadLength(): number {
    return 0
  }
  clearNotes(): void {}
  readonly keptBytes = new Uint8Array(0)
  keptAt(): number {
    return 0
  }
  readonly addresses = { octets: () => new Uint8Array(4), text: () => '' }
}

const wire = new Wire()
const loop = new AudioLoop({ detectors: { run: () => 0 }, report: () => {} })
for (let slot = 0; slot < calls * 2; slot++) {
  const port = new RtpPort({
    id: slot + 1,
    slot,
    localPort: 0,
    mediaTimeoutMs: 1000,
    transport: wire,
    detectors: {
      open: () => {
        throw new Error('no detectors here')
      },
    },
    report: () => {},
  })
  wire.ports.push(port)
  loop.add(port)
  const streams = { sendKey: undefined, receiveKey: undefined, sends: true, receives: true }
  const secured = { dtls: undefined, ice: undefined, rtcp: undefined }
  const formats = {
    eventClockHz: 8000,
    sendsEvents: true,
    comfortNoisePayloadType: undefined,
    opus: undefined,
    ptimeMs: 20,
    ...secured,
  }
  port.agree({ address: 1, port: 1, codec: 'PCMA', payloadType: 8, eventPayloadType: 101, ...formats, ...streams })
}
for (let call = 0; call < calls; call++) {
  loop.connect(call * 2 + 1, call * 2 + 2)
  loop.connect(call * 2 + 2, call * 2 + 1)
}
const tone = { kind: 'tone' as const, frequenciesHz: [440], levelDbm0: -20, cadenceMs: [], durationMs: 1e9 }
for (let id = 1; id <= calls * 2; id++) loop.play(id, id, [tone], true)

const collect = globalThis.gc!
for (let n = 0; n < warmUpTicks; n++) loop.tick()
collect()
const before = process.memoryUsage().heapUsed
const packetsBefore = wire.ports.reduce((sum, port) => sum + port.counters().packetsReceived!, 0)
const beganMs = performance.now()
for (let n = 0; n < measuredTicks; n++) loop.tick()
const tookMs = performance.now() - beganMs
const grown = process.memoryUsage().heapUsed - before
collect()
const kept = process.memoryUsage().heapUsed - before
console.log(
  JSON.stringify({
    ticks: measuredTicks,
    frames: wire.ports.reduce((sum, port) => sum + port.counters().packetsReceived!, 0) - packetsBefore,
    garbageBytesPerTick: Math.round(grown / measuredTicks),
    keptBytes: kept,
    microsecondsPerTick: Math.round((tookMs * 1000) / measuredTicks),
  }),
)
