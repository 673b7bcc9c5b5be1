// A stage for RTP ports: one opened on a wire in memory, with what it tells; and the two places of a call.
import type { PortReport } from '../../../daemon/media/loop-port.ts'
import type { RtpAgreement } from '../../../daemon/media/rtp-agreement.ts'
import { RtpPort } from '../../../daemon/media/rtp-port.ts'
import type { Detector } from '../../../drivers/native/detector-bank.ts'
import { MemoryTransport } from './memory-transport.ts'

export const here = { address: 0x7f000001, port: 20000 }
export const there = { address: 0x7f000001, port: 30000 }
/** G.711 both ways, in the clear. */
const plainAgreement: Omit<RtpAgreement, 'address' | 'port'> = {
  codec: 'PCMU',
  payloadType: 0,
  eventPayloadType: 101,
  eventClockHz: 8000,
  sendsEvents: true,
  comfortNoisePayloadType: undefined,
  opus: undefined,
  ptimeMs: 20,
  rtcp: undefined,
  sends: true,
  receives: true,
  sendKey: undefined,
  receiveKey: undefined,
  dtls: undefined,
  ice: undefined,
}

class NoDetector implements Detector {
  readonly events = 0
  open = true
  feed(): void {}
  code(): number {
    return 0
  }
  close(): void {
    this.open = false
  }
}

export function openPort(options: { agreement?: Partial<RtpAgreement>; mediaTimeoutMs?: number } = {}) {
  const transport = new MemoryTransport()
  const reports: PortReport[] = []
  const detectors: NoDetector[] = []
  const port = new RtpPort({
    id: 1,
    slot: 3,
    localPort: here.port,
    mediaTimeoutMs: options.mediaTimeoutMs,
    transport,
    detectors: {
      open: () => {
        const detector = new NoDetector()
        detectors.push(detector)
        return detector
      },
    },
    report: (report) => reports.push(report),
  })
  const agree = (changes: Partial<RtpAgreement> = {}) =>
    port.agree({
      ...there,
      ...plainAgreement,
      ...options.agreement,
      ...changes,
    })
  const frame = new Int16Array(160)
  const get = () => (port.get(frame) ? frame.slice() : false)
  return { port, transport, reports, detectors, agree, get }
}

export const header = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    marker: view.getUint8(1) >= 128,
    payloadType: view.getUint8(1) & 127,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
  }
}
