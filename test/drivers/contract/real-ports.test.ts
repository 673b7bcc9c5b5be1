// Modem and module drivers as the daemon has them, each with its own process and real serial ports, against simulated
// devices on pseudo-terminals: a call with sound both ways, then the plug is pulled and put back.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createCellularDriver } from '../../../drivers/cellular/cellular-driver.ts'
import type { LineDriver, LineSignal } from '../../../drivers/line-driver.ts'
import { createModemDriver } from '../../../drivers/modem/modem-driver.ts'
import { mappedMemories, mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'
import type { DeviceDriverOptions } from '../../../drivers/process/process-driver.ts'
import { tone } from '../../rig/board/sound.ts'
import { ModuleFirmware } from '../../rig/cellular/module-firmware.ts'
import { ModemFirmware } from '../../rig/modem/modem-firmware.ts'
import type { FarEnd } from '../../rig/serial/far-end.ts'
import { PtyDevice } from '../../rig/serial/pty-device.ts'
import type { SimulatedDevice } from '../../rig/serial/simulated-device.ts'
import { makeTone, tonePresentMs } from '../../support/tones.ts'
import { Feed, until } from '../../support/wait.ts'
import { listen, play } from '../fxo/driver-rig.ts'

interface Kind {
  firmware: SimulatedDevice & { farEnd: FarEnd }
  ring(): void
  ports: string[]
  create(options: DeviceDriverOptions, ports: string[]): LineDriver
  isOffHook(): boolean
}

function modem(): Kind {
  const device = new ModemFirmware()
  return {
    firmware: device,
    ring: () => device.incomingCall(),
    ports: ['modem'],
    create: (options) => createModemDriver({ ...options, modem: { callerId: 'etsiFsk' } }),
    isOffHook: () => device.offHook,
  }
}

function module(): Kind {
  const device = new ModuleFirmware()
  return {
    firmware: device,
    ring: () => device.incomingCall('+15550001'),
    ports: ['at', 'pcm'],
    create: (options, [, soundDevice = '']) => createCellularDriver({ ...options, soundDevice }),
    isOffHook: () => device.call === 'active',
  }
}

async function live(t: Test, kind: Kind): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'line-'))
  const paths = kind.ports.map((name) => join(folder, name))
  const device = new PtyDevice(kind.firmware, paths)
  const clock = new SystemClock()
  const quiet = () => {}
  const driver = kind.create(
    {
      device: paths[0]!,
      ports: [{ port: 1, currentLossMs: 250 }],
      runtimeDirectory: folder,
      clock,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    },
    paths,
  )
  const shared = mapSharedMemory(driver.pcmFile(1), pcmFileBytes)
  const pcm = pcmPath(shared.memory, shared.byteOffset)
  const signals = new Feed<LineSignal>()
  driver.onSignal((signal) => signals.push(signal))
  const next = (type: LineSignal['type']) => signals.next(type, (signal) => signal.type === type, { withinMs: 20_000 })
  try {
    driver.start()
    await next('deviceReady')
    kind.ring()
    await next('ringStarted')
    t.same(await driver.command(1, { type: 'goOffHook' }), { done: true })
    t.ok(kind.isOffHook())
    kind.firmware.farEnd.say(tone([1000], -10))
    await until('sound to flow', () => pcm.capture.available > 0)
    kind.firmware.farEnd.takeHeard()
    const [heard] = await Promise.all([listen(pcm, 600), play(pcm, makeTone(600, 600))])
    t.ok(tonePresentMs(heard, 1000) >= 400, `the box hears the caller for ${tonePresentMs(heard, 1000)} ms`)
    const caller = kind.firmware.farEnd.takeHeard()
    t.ok(tonePresentMs(caller, 600) >= 400, `the caller hears the box for ${tonePresentMs(caller, 600)} ms`)
    await until('details to be told', () => driver.details().model !== undefined)
    device.unplug()
    await next('deviceLost')
    device.plug()
    await next('deviceReady')
    t.notOk(kind.isOffHook())
  } finally {
    await driver.stop()
    device.stop()
    shared.unmap()
    rmSync(folder, { recursive: true, force: true })
  }
  t.equal(driver.state, 'closed')
  t.equal(clock.liveTimers, 0, 'no timer is left')
}

t.test('drivers with processes and serial ports of their own', { timeout: 60_000, jobs: 2 }, async (t) => {
  await Promise.all([
    t.test('voice modem', { buffered: true }, (t) => live(t, modem())),
    t.test('cellular module', { buffered: true }, (t) => live(t, module())),
  ])
  t.equal(mappedMemories(), 0, 'no memory is left mapped')
})
