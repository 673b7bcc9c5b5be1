// The simulated board's serial device: a pseudo-terminal under a name that stays, with faults to order.
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { cobsEncode, encodeFrame } from '../../../drivers/fxo/frame-code.ts'
import { openPseudoTerminal, type PseudoTerminal } from '../../../drivers/native/pty.ts'

export type FrameFault = 'corrupt' | 'drop' | 'duplicate'

interface OrderedFault {
  fault: FrameFault
  frames: number
  /** Only frames of this message; all when absent. */
  body: string | undefined
}

/** Bytes that wait for a host that does not read; what does not fit is dropped, as a board's FIFO does. */
const unsentBytesMax = 16 * 1024

export class Wire {
  readonly device: string
  readonly #received: (chunk: Buffer) => void
  #pty: PseudoTerminal | undefined
  #faults: OrderedFault[] = []
  #muteUntilMs = 0
  #unsent: Buffer = Buffer.alloc(0)
  framesDropped = 0

  /** `device`: path of the symbolic link the host opens, replaced if it is there. */
  constructor(device: string, received: (chunk: Buffer) => void) {
    this.device = device
    this.#received = received
  }

  get isPlugged(): boolean {
    return this.#pty !== undefined
  }

  plug(): void {
    if (this.#pty) return
    const pty = openPseudoTerminal()
    this.#pty = pty
    pty.output.on('data', (chunk: Buffer) => {
      if (!this.#isMute()) this.#received(chunk)
    })
    // Read after the host closed: nothing to do, the next host opens the same pair.
    pty.output.on('error', () => this.unplug())
    const fresh = `${this.device}.new`
    rmSync(fresh, { force: true })
    symlinkSync(pty.slavePath, fresh)
    renameSync(fresh, this.device)
  }

  unplug(): void {
    const pty = this.#pty
    if (!pty) return
    this.#pty = undefined
    this.#unsent = Buffer.alloc(0)
    rmSync(this.device, { force: true })
    pty.close()
  }

  order(fault: FrameFault, frames: number, body?: string): void {
    this.#faults.push({ fault, frames, body })
  }

  /** Neither hears nor speaks for so long. */
  stall(ms: number): void {
    this.#muteUntilMs = performance.now() + ms
  }

  send(message: Uint8Array, body: string): void {
    const fault = this.#takeFault(body)
    if (fault === 'drop') return
    const frame = encodeFrame(message)
    this.sendRaw(fault === 'corrupt' ? corrupted(message) : frame)
    if (fault === 'duplicate') this.sendRaw(frame)
  }

  /** Bytes as they are. */
  sendRaw(bytes: Uint8Array): void {
    if (!this.#pty || this.#isMute()) return
    if (this.#unsent.length > unsentBytesMax) {
      this.framesDropped++
      return
    }
    this.#unsent = Buffer.concat([this.#unsent, bytes])
    this.flush()
  }

  /** Sends what found no room before; called now and then. */
  flush(): void {
    if (!this.#pty || this.#unsent.length === 0) return
    this.#unsent = this.#unsent.subarray(this.#pty.write(this.#unsent))
  }

  #isMute(): boolean {
    return performance.now() < this.#muteUntilMs
  }

  #takeFault(body: string): FrameFault | undefined {
    const at = this.#faults.findIndex((order) => order.body === undefined || order.body === body)
    const order = this.#faults[at]
    if (!order) return undefined
    order.frames--
    if (order.frames <= 0) this.#faults.splice(at, 1)
    return order.fault
  }
}

/** A well-formed frame whose CRC is not that of its message. */
function corrupted(message: Uint8Array): Buffer {
  return Buffer.concat([cobsEncode(Buffer.concat([message, Buffer.from([1, 2, 3, 4])])), Buffer.from([0])])
}
