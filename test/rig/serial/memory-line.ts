// A cable in memory between a host of drivers/ and a simulated device: bytes pass as the test's clock goes on, with
// faults to order. One cable may have several ports, as the USB of a cellular module has.
import type { Timer } from '../../../daemon/clock.ts'
import type { ByteDevice, DeviceListener } from '../../../drivers/serial/serial-device.ts'
import type { MockClock } from '../../support/mock-clock.ts'
import { ByteFaults } from './byte-faults.ts'
import type { SimulatedDevice } from './simulated-device.ts'

/** The device lives, and its bytes arrive, this often. */
const stepMs = 20

interface Channel {
  listener: DeviceListener | undefined
  /** Of what the device sends, and of what the host does. */
  faults: { up: ByteFaults; down: ByteFaults }
  /** What a burst that is late has gathered. */
  held: Uint8Array[]
  /** Bytes the host wrote and the device did not take; undefined while it takes all. */
  clogged: number | undefined
}

export class MemoryLine {
  readonly #clock: MockClock
  readonly #device: SimulatedDevice
  readonly #channels: Channel[]
  #plugged = true
  #lateUntilMs = 0
  #stalledUntilMs = 0
  /** Bytes the host wrote while the device took none. */
  #unsent = 0
  #tick: Timer
  opens = 0

  constructor(clock: MockClock, device: SimulatedDevice, channels = 1) {
    this.#clock = clock
    this.#device = device
    this.#channels = Array.from({ length: channels }, () => ({
      listener: undefined,
      faults: { up: new ByteFaults(), down: new ByteFaults() },
      held: [],
      clogged: undefined,
    }))
    const tick = () => {
      this.#step()
      this.#tick = clock.after(stepMs, tick)
    }
    this.#tick = clock.after(stepMs, tick)
  }

  /** Time stops for the device. */
  close(): void {
    this.#tick.cancel()
  }

  /** Of every stream there is: each channel's from the device, then each channel's to it. */
  streams(): ByteFaults[] {
    return [...this.#channels.map(({ faults }) => faults.up), ...this.#channels.map(({ faults }) => faults.down)]
  }

  /** What the device sends arrives `ms` late, all at once. */
  late(ms: number): void {
    this.#lateUntilMs = this.#clock.monotonicMs() + ms
  }

  /** Neither sends nor takes anything for so long, and says nothing of it. */
  stall(ms: number): void {
    this.#stalledUntilMs = this.#clock.monotonicMs() + ms
  }

  /** Bytes that no device sent, in the middle of what it sends. */
  inject(bytes: Uint8Array, channel = 0): void {
    this.#channels[channel]!.held.push(bytes)
  }

  /** The device takes nothing on this port, and goes on otherwise. */
  clog(channel: number, isClogged: boolean): void {
    this.#channels[channel]!.clogged = isClogged ? 0 : undefined
  }

  /** `silently`: as many systems do, without telling whoever has it open. */
  unplug({ silently = false } = {}): void {
    this.#plugged = false
    this.#device.powerCycle()
    for (const channel of this.#channels) {
      const { listener } = channel
      channel.listener = undefined
      if (!silently) listener?.closed('unplugged')
    }
  }

  replug(): void {
    this.#plugged = true
  }

  /** The host's end of a port. */
  open(channel: number, listener: DeviceListener): ByteDevice {
    const at = this.#channels[channel]!
    const line = this
    return {
      open: (opened, failed) => {
        this.opens++
        if (!this.#plugged) return failed('ENOENT')
        at.listener = listener
        opened()
      },
      get unsentBytes() {
        return line.#unsent + (at.clogged ?? 0)
      },
      write: (bytes) => {
        if (at.listener !== listener) return
        if (this.#isStalled()) this.#unsent += bytes.length
        else if (at.clogged !== undefined) at.clogged += bytes.length
        else this.#device.receive(at.faults.down.apply(bytes), channel)
      },
      close: () => {
        if (at.listener === listener) at.listener = undefined
        this.#unsent = 0
      },
    }
  }

  #isStalled(): boolean {
    return this.#clock.monotonicMs() < this.#stalledUntilMs
  }

  #step(): void {
    if (!this.#plugged || this.#isStalled()) return
    this.#device.step(stepMs)
    for (const [number, channel] of this.#channels.entries()) {
      const bytes = channel.faults.up.apply(this.#device.sent(number))
      if (bytes.length > 0) channel.held.push(bytes)
      if (this.#clock.monotonicMs() < this.#lateUntilMs || channel.held.length === 0) continue
      const chunk = Buffer.concat(channel.held)
      channel.held = []
      channel.listener?.received(chunk)
    }
  }
}
