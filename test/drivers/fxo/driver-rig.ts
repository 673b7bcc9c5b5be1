// The driver as the daemon has it, against a simulated board on a real pseudo-terminal: for tests in real time.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createFxoDriver } from '../../../drivers/fxo/fxo-driver.ts'
import type { LineDriver, LineSignal } from '../../../drivers/line-driver.ts'
import { mappedMemories, mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import { type BoardOptions, type RunningBoard, startBoard } from '../../rig/board-client.ts'
import { Feed, until } from '../../support/wait.ts'

type SignalOf<Type extends LineSignal['type']> = Extract<LineSignal, { type: Type }>

export interface DriverRig {
  board: RunningBoard
  driver: LineDriver
  signals: Feed<LineSignal>
  clock: SystemClock
  pcm: PcmPath
  next<Type extends LineSignal['type']>(type: Type, withinMs?: number): Promise<SignalOf<Type>>
  /** A call is answered: the caller, and the box at the rings of the first port. */
  answeredCall(): Promise<void>
  /** The first port on the board. */
  hook(): Promise<'onHook' | 'offHook'>
}

/** Runs the test with a driver that is ready; at its end the driver stops and all it held must be given back. */
export function withDriver(name: string, run: (t: Test, rig: DriverRig) => Promise<void>, options: BoardOptions = {}) {
  return async (t: Test) => {
    await t.test(name, { timeout: 60_000 }, async (t) => {
      const board = await startBoard(options)
      const folder = mkdtempSync(join(tmpdir(), 'fxo-'))
      const clock = new SystemClock()
      const driver = createFxoDriver({
        device: board.device,
        ports: Array.from({ length: options.ports ?? 1 }, (_, i) => ({ port: i + 1, currentLossMs: 250 })),
        hostSilenceMs: 3000,
        runtimeDirectory: folder,
        clock,
        log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      })
      const shared = mapSharedMemory(driver.pcmFile(1), pcmFileBytes)
      const signals = new Feed<LineSignal>()
      driver.onSignal((signal) => signals.push(signal))
      driver.start()
      const rig = makeRig({ board, driver, signals, clock, pcm: pcmPath(shared.memory, shared.byteOffset) })
      try {
        await rig.next('deviceReady', 10_000)
        await run(t, rig)
      } finally {
        await driver.stop()
        shared.unmap()
        await board.stop()
        rmSync(folder, { recursive: true, force: true })
      }
      t.equal(clock.liveTimers, 0, 'no timer is left')
      t.equal(mappedMemories(), 0, 'no memory is left mapped')
      t.same(driverProcesses(), [], 'no process is left')
    })
  }
}

function makeRig(parts: Pick<DriverRig, 'board' | 'driver' | 'signals' | 'clock' | 'pcm'>): DriverRig {
  const { board, driver, signals } = parts
  const next = async <Type extends LineSignal['type']>(type: Type, withinMs = 5000) =>
    (await signals.next(`the driver's ${type}`, (signal) => signal.type === type, { withinMs })) as SignalOf<Type>
  return {
    ...parts,
    next,
    answeredCall: async () => {
      await until('the exchange to be ready', async () => (await board.client.port(1)).line === 'idle')
      await board.client.incomingCall({ port: 1, number: '+15550001', ringCadenceMs: [300, 1000] })
      await next('ringStarted')
      const result = await driver.command(1, { type: 'goOffHook' })
      if (!result.done) throw new Error(`not answered: ${result.refused}`)
      await board.client.next('answered')
    },
    hook: async () => (await board.client.port(1)).hook,
  }
}

/** Process ids of the drivers' processes that this process has. */
export function driverProcesses(): number[] {
  const tasks = readdirSync(`/proc/${process.pid}/task`)
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${process.pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return children.map(Number).filter((pid) => commandLine(pid).includes('board-process.ts'))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // it has ended meanwhile
  }
}

/**
 * Plays `samples` into the ring at the pace of the board, as the audio thread would, and then so much silence that the
 * last of them has left the board too.
 */
export async function play(path: PcmPath, sound: Int16Array): Promise<void> {
  const frame = 160
  const samples = new Int16Array(sound.length + 6 * frame)
  samples.set(sound)
  for (let at = 0; at < samples.length; at += frame) {
    await until('the driver to fetch what is played', () => path.playback.available <= 3 * frame, { everyMs: 2 })
    path.playback.write(samples.subarray(at, at + frame))
  }
  await until('the driver to fetch the last of it', () => path.playback.available === 0, { everyMs: 5 })
}

/** What the far end says from now on, `ms` of it. */
export async function listen(path: PcmPath, ms: number): Promise<Int16Array> {
  path.capture.discard()
  const heard = new Int16Array(ms * 8)
  for (let at = 0; at < heard.length; ) {
    await until('the far end to be heard', () => path.capture.available > 0, { everyMs: 5 })
    at += path.capture.read(heard.subarray(at), Math.min(path.capture.available, heard.length - at))
  }
  return heard
}
