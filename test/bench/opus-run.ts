// What it costs to carry calls between Opus and G.711: the audio service with its thread, far ends in another process.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { loopbackRemote, startAudio } from '../support/audio.ts'
import type { OpusOrder, OpusResult } from './opus-far-ends.ts'

export interface OpusRun {
  calls: number
  /** Of the whole process, set-up and tear-down apart. */
  cpuSecondsPerCallMinute: number
  sent: number
  received: number
  lost: number
  worstLatenessMs: number
}

export async function runOpusCalls(calls: number, durationMs: number): Promise<OpusRun> {
  const farEnds = fork(join(import.meta.dirname, 'opus-far-ends.ts'), [String(calls * 2)])
  const [farPorts] = (await once(farEnds, 'message')) as [number[]]
  const { audio } = await startAudio()
  try {
    const legs = await Promise.all(farPorts.map(() => audio.openRtp({ localAddress: '127.0.0.1' })))
    legs.forEach(({ portId }, n) => {
      const isOpus = n % 2 === 0
      const opus = { inbandFec: true, dtx: false, cbr: false }
      const spoken = isOpus
        ? ({ codec: 'opus', payloadType: 111, eventClockHz: 48_000, opus } as const)
        : ({ codec: 'PCMA', payloadType: 8 } as const)
      audio.setRtpRemote(portId, loopbackRemote(farPorts[n]!, spoken))
      audio.connect(portId, legs[n ^ 1]!.portId)
    })
    const order: OpusOrder = { targets: legs.map(({ localPort }) => localPort), durationMs }
    const before = process.cpuUsage()
    farEnds.send(order)
    const [result] = (await once(farEnds, 'message')) as [OpusResult]
    const { user, system } = process.cpuUsage(before)
    const { worstLatenessMs } = await audio.counters()
    return {
      calls,
      cpuSecondsPerCallMinute: (user + system) / 1e6 / ((calls * durationMs) / 60_000),
      ...result,
      worstLatenessMs,
    }
  } finally {
    await audio.stop()
    farEnds.kill()
  }
}
