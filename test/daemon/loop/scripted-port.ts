// A port whose far end says what the test lays down, and keeps what it hears.
import type { DigitDetector } from '../../../daemon/media/digit-detector.ts'
import type { LoopPort } from '../../../daemon/media/loop-port.ts'
import { type AudioFormat, type PortId, telephoneFormat } from '../../../daemon/media/port.ts'

export class ScriptedPort implements LoopPort {
  readonly id: PortId
  readonly detector: DigitDetector | undefined = undefined
  format: AudioFormat = telephoneFormat
  outputTicks = 0
  /** Value of every sample the far end says; undefined: it is silent. */
  says: number | undefined
  /** First sample of each frame it was given; false for silence. */
  heard: (number | false)[] = []
  skipped = 0
  closed = 0
  throwsIn: 'get' | 'put' | 'close' | undefined

  constructor(id: PortId, says?: number) {
    this.id = id
    this.says = says
  }

  get(frame: Int16Array): boolean {
    if (this.throwsIn === 'get') throw new Error('get failed')
    if (this.says === undefined) return false
    frame.fill(this.says)
    return true
  }

  put(frame: Int16Array | false): void {
    if (this.throwsIn === 'put') throw new Error('put failed')
    this.heard.push(frame === false ? false : frame[0]!)
  }

  skip(): void {
    this.skipped++
  }

  sendDigits(): void {}

  describe(): string {
    return `port ${this.id}`
  }

  counters(): Record<string, number> {
    return { frames: this.heard.length }
  }

  close(): void {
    this.closed++
    if (this.throwsIn === 'close') throw new Error('close failed')
  }
}
