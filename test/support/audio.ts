// The real audio thread for tests: on loopback, with a log that is kept, and waiting that ends at a deadline.

import type { Audio, AudioEvent, RtpRemote } from '../../daemon/loop/audio.ts'
import { createAudio } from '../../daemon/loop/audio-service.ts'

/** Above the kernel's ephemeral ports. Several test processes search it at once; each finds what is free. */
export const testRtpPorts = { from: 61000, to: 65534 }

export interface TestAudio {
  audio: Audio
  events: AudioEvent[]
  log: { level: string; message: string; fields: object }[]
}

export async function startAudio(
  options: { maximumPorts?: number; rtpPorts?: { from: number; to: number } } = {},
): Promise<TestAudio> {
  const log: TestAudio['log'] = []
  const write = (level: string) => (fields: object, message: string) => void log.push({ level, message, fields })
  const audio = await createAudio({
    rtpPorts: testRtpPorts,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    ...options,
  })
  const events: AudioEvent[] = []
  audio.on((event) => events.push(event))
  return { audio, events, log }
}

export const loopbackRemote = (port: number, changes: Partial<RtpRemote> = {}): RtpRemote => ({
  address: '127.0.0.1',
  port,
  codec: 'PCMU',
  payloadType: 0,
  eventPayloadType: 101,
  direction: 'sendrecv',
  ...changes,
})

/** A box's leg and the far end it talks to, both ports of this service; `here` and `there`: what each has agreed on. */
export async function openPair(audio: Audio, here: Partial<RtpRemote> = {}, there: Partial<RtpRemote> = here) {
  const leg = await audio.openRtp({ localAddress: '127.0.0.1' })
  const phone = await audio.openRtp({ localAddress: '127.0.0.1' })
  audio.setRtpRemote(leg.portId, loopbackRemote(phone.localPort, here))
  audio.setRtpRemote(phone.portId, loopbackRemote(leg.localPort, there))
  return { leg: leg.portId, phone: phone.portId }
}

/** Waits until `condition` holds, in real time. Throws with `what` when it does not within `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
