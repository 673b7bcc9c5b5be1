// A simulated device on pseudo-terminals, in real time: what a driver opens as serial ports under names that stay.
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { openPseudoTerminal, type PseudoTerminal } from '../../../drivers/native/pty.ts'
import type { SimulatedDevice } from './simulated-device.ts'

const stepMs = 20
/** After a longer stall of this process time is skipped, not made up for. */
const catchUpMs = 1000
/** Bytes that wait for a host that does not read; what does not fit is dropped, as a device's buffer does. */
const unsentBytesMax = 16 * 1024

interface Port {
  /** The symbolic link that the host opens. */
  path: string
  pty: PseudoTerminal | undefined
  unsent: Buffer
}

export class PtyDevice {
  readonly #device: SimulatedDevice
  readonly #ports: Port[]
  readonly #timer: NodeJS.Timeout
  #atMs = performance.now()

  /** `paths`: one a channel of the device, replaced if they are there. */
  constructor(device: SimulatedDevice, paths: readonly string[]) {
    this.#device = device
    this.#ports = paths.map((path) => ({ path, pty: undefined, unsent: Buffer.alloc(0) }))
    this.plug()
    this.#timer = setInterval(() => this.#live(), stepMs / 2)
  }

  plug(): void {
    for (const [channel, port] of this.#ports.entries()) {
      if (port.pty) continue
      const pty = openPseudoTerminal()
      port.pty = pty
      pty.output.on('data', (chunk: Buffer) => this.#device.receive(chunk, channel))
      pty.output.on('error', () => this.unplug())
      const fresh = `${port.path}.new`
      rmSync(fresh, { force: true })
      symlinkSync(pty.slavePath, fresh)
      renameSync(fresh, port.path)
    }
  }

  unplug(): void {
    this.#device.powerCycle()
    for (const port of this.#ports) {
      const { pty } = port
      port.pty = undefined
      port.unsent = Buffer.alloc(0)
      rmSync(port.path, { force: true })
      pty?.close()
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.unplug()
  }

  #live(): void {
    const nowMs = performance.now()
    if (nowMs - this.#atMs > catchUpMs) this.#atMs = nowMs
    for (; nowMs - this.#atMs >= stepMs; this.#atMs += stepMs) this.#device.step(stepMs)
    for (const [channel, port] of this.#ports.entries()) {
      const sent = this.#device.sent(channel)
      if (port.unsent.length < unsentBytesMax) port.unsent = Buffer.concat([port.unsent, sent])
      if (port.pty && port.unsent.length > 0) port.unsent = port.unsent.subarray(port.pty.write(port.unsent))
    }
  }
}
