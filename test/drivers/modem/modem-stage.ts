// A modem's host and a simulated modem in memory, under one clock: what they tell each other takes no real time.
import { ModemHost } from '../../../drivers/modem/modem-host.ts'
import type { PreparationOptions } from '../../../drivers/modem/preparation.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { ModemFirmware, type ModemPersona } from '../../rig/modem/modem-firmware.ts'
import { MemoryLine } from '../../rig/serial/memory-line.ts'
import { MockClock } from '../../support/mock-clock.ts'

export class ModemStage {
  readonly clock = new MockClock()
  readonly modem: ModemFirmware
  readonly line: MemoryLine
  readonly host: ModemHost
  readonly pcm: PcmPath = pcmPath(new ArrayBuffer(pcmFileBytes))
  readonly signals: TimelessSignal[] = []

  constructor(persona?: ModemPersona, settings: PreparationOptions = { callerId: 'etsiFsk' }) {
    this.modem = new ModemFirmware(persona)
    this.line = new MemoryLine(this.clock, this.modem)
    this.host = new ModemHost({
      port: { port: 1, currentLossMs: 250 },
      pcm: this.pcm,
      settings,
      openDevice: (listener) => this.line.open(0, listener),
      clock: this.clock,
      listener: {
        sessionStarted: () => {},
        stateChanged: () => {},
        signal: (signal) => void this.signals.push(signal),
        log: () => {},
      },
    })
  }
}
