// A module's host and a simulated module in memory, under one clock: what they tell each other takes no real time.
import { ModuleHost } from '../../../drivers/cellular/module-host.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import type { TimelessSignal } from '../../../drivers/process/process-messages.ts'
import { ModuleFirmware, type ModulePersona } from '../../rig/cellular/module-firmware.ts'
import { MemoryLine } from '../../rig/serial/memory-line.ts'
import { MockClock } from '../../support/mock-clock.ts'

export class ModuleStage {
  readonly clock = new MockClock()
  readonly module: ModuleFirmware
  readonly line: MemoryLine
  readonly host: ModuleHost
  readonly pcm: PcmPath = pcmPath(new ArrayBuffer(pcmFileBytes))
  readonly signals: TimelessSignal[] = []
  readonly logged: string[] = []

  constructor(persona?: ModulePersona) {
    this.module = new ModuleFirmware(persona)
    this.line = new MemoryLine(this.clock, this.module, 2)
    this.host = new ModuleHost({
      port: { port: 1, currentLossMs: 250 },
      pcm: this.pcm,
      openCommands: (listener) => this.line.open(0, listener),
      openSound: (listener) => this.line.open(1, listener),
      clock: this.clock,
      listener: {
        sessionStarted: () => {},
        stateChanged: () => {},
        signal: (signal) => void this.signals.push(signal),
        log: (_level, _fields, message) => void this.logged.push(message),
      },
    })
  }
}
