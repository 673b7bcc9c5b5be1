// What a device's own clock and ways do to the sound of its calls, for `status`.
import type { Drift } from './depth-servo.ts'
import type { LineDetails } from './line-driver.ts'
import type { PcmPump } from './pcm-pump.ts'

/** `drift` in ppm once a call has taught it; `port1.delayUpMs`, `port1.delayDownMs`: of port 1 while a call is on it. */
export function soundDetails(drift: Drift, pumps: ReadonlyMap<number, PcmPump>): LineDetails {
  const details: LineDetails = {}
  if (drift.isKnown) details.driftPpm = Math.round(drift.ppm)
  for (const [port, { delayUpMs, delayDownMs }] of pumps) {
    if (delayUpMs !== undefined) details[`port${port}.delayUpMs`] = Math.round(delayUpMs)
    if (delayDownMs !== undefined) details[`port${port}.delayDownMs`] = Math.round(delayDownMs)
  }
  return details
}
