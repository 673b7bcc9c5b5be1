// A box with a voice modem and a cellular module, both simulated: a caller on the modem's line is passed on to a number
// outside, over the module; they talk, the module presses keys, and when the far end has left, the flow goes on.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { tone } from '../rig/board/sound.ts'
import { ModuleFirmware } from '../rig/cellular/module-firmware.ts'
import { ModemFirmware } from '../rig/modem/modem-firmware.ts'
import { PtyDevice } from '../rig/serial/pty-device.ts'
import { Daemon } from '../support/daemon.ts'
import { makeTestInstance, prompts } from '../support/instance.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

const [callerHz, mobileHz] = [620, 1180]
const outsideNumber = '+442079460777'

t.test('in by modem, out by module', { timeout: 90_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-devices-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const device = (name: string) => join(folder, name)
  const modem = new ModemFirmware()
  const module = new ModuleFirmware()
  const plugs = [
    new PtyDevice(modem, [device('modem')]),
    new PtyDevice(module, [device('cell-at'), device('cell-pcm')]),
  ]
  t.teardown(() => {
    for (const plug of plugs) plug.stop()
  })
  const boards = [
    {
      name: 'stick',
      kind: 'voiceModem',
      device: device('modem'),
      lines: [{ name: 'Copper', number: '+442079460005' }],
    },
    {
      name: 'cell',
      kind: 'cellularModule',
      device: device('cell-at'),
      soundDevice: device('cell-pcm'),
      lines: [{ name: 'Mobile', number: '+442079460001', outbound: {} }],
    },
  ]
  const instance = await makeTestInstance({ files: { 'lines.yaml': stringify({ boards }) } })
  t.teardown(() => instance.remove())
  const daemon = await Daemon.start({ instance })
  t.teardown(() => daemon.remove())
  const { lines } = await daemon.shows('both lines to be ready', ({ lines }) =>
    lines.every(({ state, details }) => state === 'idle' && details.model !== undefined),
  )
  t.match(lines, [
    { name: 'Copper', details: { model: /CX93001/ } },
    { name: 'Mobile', battery: 'present', details: { model: /SIM7600/, network: 'home', operator: 'Example Mobile' } },
  ])

  modem.incomingCall({ number: '02079460555' })
  await until('the caller to be answered', () => modem.isTalking, { withinMs: 15_000 })
  await until('the module to dial', () => module.dialled !== undefined, { withinMs: 15_000 })
  t.equal(module.dialled, outsideNumber)
  modem.farEnd.say(tone([callerHz], -10))
  module.farEnd.say(tone([mobileHz], -10))
  await until('them to talk', () => module.call === 'active', { withinMs: 15_000 })
  let outside = new Int16Array(0)
  let caller = new Int16Array(0)
  const more = (heard: Int16Array, end: { takeHeard(): Int16Array }) => Int16Array.from([...heard, ...end.takeHeard()])
  await until(
    'the far end to hear the caller',
    () => {
      outside = more(outside, module.farEnd)
      return tonePresentMs(outside, callerHz) >= 1000
    },
    { withinMs: 15_000, everyMs: 250 },
  )
  await until(
    'the caller to hear the far end',
    () => {
      caller = more(caller, modem.farEnd)
      return tonePresentMs(caller, mobileHz) >= 1000
    },
    { withinMs: 15_000, everyMs: 250 },
  )
  t.equal(module.keys, '12', 'keys are pressed by the module')
  t.equal(tonePresentMs(outside, mobileHz), 0, 'nobody hears himself')

  caller = new Int16Array(0)
  modem.farEnd.takeHeard()
  module.callerHangsUp()
  await until(
    'the flow to go on',
    () => {
      caller = more(caller, modem.farEnd)
      return tonePresentMs(caller, prompts.menu.startHz) >= 100
    },
    { withinMs: 15_000, everyMs: 250 },
  )
  await until('the caller to be released', () => !modem.offHook, { withinMs: 15_000 })
  t.match(await daemon.completedRecord(), {
    CustomerEndpoint: { Address: /2079460555/ },
    TransferredToEndpoint: { Address: outsideNumber },
  })
  await daemon.shows('both lines to be idle', ({ lines }) => lines.every(({ state }) => state === 'idle'))
  await daemon.stop()
})
