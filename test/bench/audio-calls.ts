// Bridged calls through the real audio thread without signalling: far ends in another process, in G.711, plain or SRTP.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoopCounters, SrtpKey } from '../../daemon/loop/audio.ts'
import { loopbackRemote, startAudio } from '../support/audio.ts'
import type { Order, Result } from './far-ends.ts'

export interface AudioRun {
  result: Result
  after: LoopCounters
  afterClose: LoopCounters
  /** Of the audio thread. */
  cpuSecondsPerCallMinute: number
  /** A counter's sum over all ports. */
  total: (name: string) => number
}

/** `srtp`: on no leg, on the callers' (the even ones), or on both. */
export async function runAudioCalls(options: {
  calls: number
  durationMs: number
  srtp: 'none' | 'one' | 'both'
}): Promise<AudioRun> {
  const { calls, durationMs, srtp } = options
  const farEnds = fork(join(import.meta.dirname, 'far-ends.ts'), [String(calls * 2)])
  const { audio } = await startAudio()
  try {
    const [farPorts] = (await once(farEnds, 'message')) as [number[]]
    const isEncrypted = (leg: number) => srtp === 'both' || (srtp === 'one' && leg % 2 === 0)
    const key = (fill: number): SrtpKey => ({
      suite: 'AES_CM_128_HMAC_SHA1_80',
      keyAndSalt: new Uint8Array(30).fill(fill),
    })
    const keys = { sendKey: key(1), receiveKey: key(2) }
    const legs = await Promise.all(farPorts.map(() => audio.openRtp({ localAddress: '127.0.0.1' })))
    legs.forEach(({ portId }, n) => {
      const spoken = { codec: 'PCMA', payloadType: 8, ...(isEncrypted(n) ? keys : {}) } as const
      audio.setRtpRemote(portId, loopbackRemote(farPorts[n]!, spoken))
      audio.connect(portId, legs[n ^ 1]!.portId)
    })
    const targets = legs.map(({ localPort }) => localPort)
    const encrypted = legs.map((_, n) => isEncrypted(n))
    const order: Order = { targets, durationMs, encrypted, key: { send: 2, receive: 1 } }
    const before = await audio.counters()
    farEnds.send(order)
    const [result] = (await once(farEnds, 'message')) as [Result]
    const after = await audio.counters()
    const ports = await Promise.all(legs.map(({ portId }) => audio.close(portId)))
    const callMinutes = (calls * (after.ticks - before.ticks) * 20) / 60_000
    return {
      result,
      after,
      afterClose: await audio.counters(),
      cpuSecondsPerCallMinute: (after.cpuMs! - before.cpuMs!) / 1000 / callMinutes,
      total: (name) => ports.reduce((sum, counters) => sum + counters[name]!, 0),
    }
  } finally {
    await audio.stop()
    farEnds.kill()
  }
}
