// How long a sound takes from a line to the SIP side, in real time: a simulated board on a serial port, the driver's
// process, the audio thread, and RTP at a phone. A click each half second, found again in the packets.
//
//   line ── board (here) ══ pty ══ driver process ══ rings ══ audio thread ── RTP ──▶ phone (here)
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemClock } from '../../daemon/clock.ts'
import { decodeG711, ulaw } from '../../drivers/codec/g711.ts'
import { createFxoDriver } from '../../drivers/fxo/fxo-driver.ts'
import type { LineDriver } from '../../drivers/line-driver.ts'
import { raiseThreadPriority } from '../../drivers/native/thread-priority.ts'
import { Simulator } from '../rig/board/simulator.ts'
import type { Sound } from '../rig/board/sound.ts'
import { loopbackRemote, startAudio, until } from '../support/audio.ts'

const samplesPerMs = 8
const rtpHeaderBytes = 12
const clickEvery = 4000
const clickSamples = 4
const clickPeak = 16_000
const foundAt = 5000
/** Programs that have just begun are late for a while themselves, which the depth of the rings follows. */
const settleClicks = 30

export interface DelayMeasure {
  /** From a sample's moment on the line to that at which a phone that plays what arrives would play it. */
  medianMs: number
  worstMs: number
  /** What `status` says of it. */
  toldMs: number | undefined
}

/** Clicks on a line, and when the latest was there: by the board's ticks, whose own lateness on this machine is not ours. */
class Clicks implements Sound {
  latestMs = 0
  #samples = 0

  fill(frame: Int16Array, at: number, count: number): number {
    for (let i = 0; i < count; i++, this.#samples++) {
      const place = this.#samples % clickEvery
      frame[at + i] = place < clickSamples ? clickPeak : 0
      if (place === 0) this.latestMs = performance.now() - (count - i) / samplesPerMs
    }
    return count
  }
}

async function callOnLine(simulator: Simulator, driver: LineDriver, rang: () => boolean): Promise<void> {
  await until(() => driver.state === 'ready', 'the driver is ready')
  await until(() => simulator.view().ports[0]?.battery === 'BATTERY_PRESENT', 'the line has battery')
  simulator.command({ do: 'incomingCall', port: 1, number: '+15550001', ringCadenceMs: [300, 1000] })
  await until(rang, 'the line rings')
  const result = await driver.command(1, { type: 'goOffHook' })
  if (!result.done) throw new Error(`not answered: ${result.refused}`)
}

/** `frameMs` of the board. Takes `clicks` half seconds. */
export async function measureDelay({
  frameMs,
  clicks = 20,
}: {
  frameMs: 10 | 20
  clicks?: number
}): Promise<DelayMeasure> {
  // The board and the phone are other machines: what this one does besides must not make them late.
  raiseThreadPriority({ realtime: 8, nice: -10, inherit: true })
  const folder = mkdtempSync(join(tmpdir(), 'line-delay-'))
  const device = join(folder, 'fxo')
  const simulator = new Simulator({ ports: 1, device, ppm: 0, frameMs, tell: () => {} })
  simulator.start()
  const silent = () => {}
  const driver = createFxoDriver({
    device,
    ports: [{ port: 1, currentLossMs: 250, echoTailMs: 64 }],
    hostSilenceMs: 8000,
    runtimeDirectory: folder,
    clock: new SystemClock(),
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  let hasRung = false
  driver.onSignal(({ type }) => {
    hasRung ||= type === 'ringStarted'
  })
  const phone = createSocket('udp4')
  const { audio } = await startAudio()
  const delaysMs: number[] = []
  const sound = new Clicks()
  try {
    driver.start()
    await callOnLine(simulator, driver, () => hasRung)
    await new Promise<void>((resolve) => phone.bind(0, '127.0.0.1', resolve))
    let quietPackets = 0
    phone.on('message', (packet) => {
      const nowMs = performance.now()
      const samples = new Int16Array(packet.length - rtpHeaderBytes)
      decodeG711(ulaw, packet, rtpHeaderBytes, samples)
      const at = samples.findIndex((sample) => Math.abs(sample) > foundAt)
      if (at >= 0 && quietPackets > 2) {
        const playedMs = nowMs + at / samplesPerMs
        delaysMs.push(playedMs - sound.latestMs)
      }
      quietPackets = at >= 0 ? 0 : quietPackets + 1
    })
    const line = await audio.openLine({ pcmFile: driver.pcmFile(1), name: 'line' })
    const { portId } = await audio.openRtp({ localAddress: '127.0.0.1' })
    audio.setRtpRemote(portId, loopbackRemote(phone.address().port))
    audio.connect(line, portId)
    audio.connect(portId, line)
    simulator.say(1, sound)
    await until(
      () => delaysMs.length >= clicks + settleClicks,
      'the clicks come to the phone',
      (clicks + settleClicks) * 600 + 10_000,
    )
    const settled = delaysMs.slice(settleClicks).sort((a, b) => a - b)
    const told = driver.details()['port1.delayUpMs']
    return {
      medianMs: settled[settled.length >> 1]!,
      worstMs: settled.at(-1)!,
      toldMs: typeof told === 'number' ? told : undefined,
    }
  } finally {
    await audio.stop()
    await driver.stop()
    simulator.stop()
    phone.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
