// The simulated FXO board with one port, without a device of its own: its bytes go wherever the test lets them go.
import { encodeFrame } from '../../../drivers/fxo/frame-code.ts'
import { FarEnd } from '../serial/far-end.ts'
import { Outlet, type SimulatedDevice } from '../serial/simulated-device.ts'
import { ExchangeLine, stepMs } from './exchange-line.ts'
import { Firmware } from './firmware.ts'
import { LineCard } from './line-card.ts'

const frameSamples = 160
const frameMs = 20

export class MemoryBoard implements SimulatedDevice {
  readonly card = new LineCard(1)
  readonly exchange = new ExchangeLine(() => {})
  readonly farEnd = new FarEnd()
  isDead = false
  readonly #out = new Outlet()
  readonly #firmware: Firmware
  readonly #frame = new Int16Array(frameSamples)
  #ms = 0

  constructor() {
    this.#firmware = new Firmware({
      cards: [this.card],
      frameSamples,
      serial: 'SIM0001',
      send: (message) => this.#out.write(encodeFrame(message)),
      tell: () => {},
      framesDropped: () => 0,
    })
  }

  sent(): Uint8Array {
    const bytes = this.#out.take()
    return this.isDead ? new Uint8Array(0) : bytes
  }

  receive(bytes: Uint8Array): void {
    if (!this.isDead) this.#firmware.receive(bytes)
  }

  step(ms: number): void {
    for (let at = 0; at < ms; at += stepMs) this.#step()
  }

  powerCycle(): void {
    this.#firmware.reset('POWER_ON')
    this.#out.take()
  }

  #step(): void {
    const { card, exchange } = this
    const line = exchange.step(card.loopClosed, card.flashing, stepMs)
    if (line.callerId && !card.offHook)
      this.#firmware.callerId(1, line.callerId.number, line.callerId.name, line.callerId.withheld)
    this.#firmware.step(stepMs, new Map([[1, line]]))
    this.#ms += stepMs
    if (this.#ms % frameMs !== 0 || !card.offHook) return
    this.farEnd.listen(card.nextPlayed(frameSamples))
    if (exchange.state === 'connected') this.farEnd.speak(this.#frame)
    else exchange.speak(this.#frame)
    this.#firmware.audioUp(1, this.#ms * 8 - frameSamples, this.#frame, false)
  }
}
