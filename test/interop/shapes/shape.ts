// A call shape: one course that a call can take, played by sipp on one side and the box on the other over real sockets,
// looked at from both: sipp sees what its scenario says, the box ends its leg for the right reason and keeps nothing.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemClock } from '../../../daemon/clock.ts'
import type { Leg, LegEvent } from '../../../daemon/leg/leg.ts'
import { createAudio } from '../../../daemon/loop/audio-service.ts'
import type { SipAccount } from '../../../daemon/sip/endpoint.ts'
import { type BoundSipEndpoint, createSipEndpoint } from '../../../daemon/sip/sip-endpoint.ts'
import { formatHostPort } from '../../../daemon/sip/wire/host-port.ts'
import { freePorts } from '../../support/free-ports.ts'
import { Program } from '../../support/program.ts'
import { linkTo } from '../../support/sip-carrier.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { account, logInto, password } from '../../support/sip-stage.ts'
import { listening } from '../../support/sipp-carrier.ts'
import { until, within } from '../../support/wait.ts'
import { type InteropCase, type Undo, undoing } from '../case.ts'

export { password }

export interface CallShape {
  name: string
  /** What sipp does, as its XML. */
  scenario: string
  /** Who sipp is to the box; a carrier when absent. */
  as?: 'carrier' | 'agent'
  account?: Partial<SipAccount>
  /** What the carrier's challenges are answered with. */
  credentials?: { userName: string; password: string }
  keysBy?: 'rfc4733' | 'info'
  transport?: 'UDP' | 'TCP'
  address?: '127.0.0.1' | '::1'
  /** Calls that sipp sees: each INVITE with a Call-ID of its own is one. 1 when absent. */
  calls?: number
  /** Early dialogs that lost: kept a while for answers that come late (RFC 3261 section 13.2.2.4). */
  lateDialogs?: number
  /** Sound is played for real, which needs a thread and ports. */
  hasAudio?: boolean
  /** What the box does, and what it must see; resolves when its side of the call is over. */
  play(scene: ShapeScene): Promise<void>
}

export interface ShapeScene {
  endpoint: BoundSipEndpoint
  /** Without sound: what the audio path was told. */
  audio: SipFakeAudio
  /** The audio thread's words for the leg's port. */
  describeAudio(leg: Leg): Promise<string>
  /** The call that comes in. */
  incoming(): Promise<HeardLeg>
  /** The box calls sipp. */
  call(): HeardLeg
}

/** A leg and all that it told. */
export interface HeardLeg {
  leg: Leg
  told: string[]
  /** Resolves once it has told this. */
  tells(event: string): Promise<void>
}

const number = '+441632960001'
const longestMs = 15_000

export async function playShape(shape: CallShape): Promise<void> {
  await undoing((undo) => play(shape, undo))
}

async function play(shape: CallShape, undo: Undo): Promise<void> {
  const { address = '127.0.0.1', transport = 'UDP' } = shape
  const port = await freePorts(1)
  const fakeAudio = new SipFakeAudio()
  const audio = shape.hasAudio ? await realAudio(undo) : fakeAudio
  const clock = new SystemClock()
  const isAgent = shape.as === 'agent'
  const sipp = formatHostPort({ address, port })
  const endpoint = createSipEndpoint({
    address,
    port: 0,
    listen: [{ transport: 'TCP', address, port: 0 }],
    realm: 'cordboard',
    accounts: isAgent ? [account('sipp', { address: sipp, ...shape.account })] : [],
    links: isAgent ? [] : [linkTo(address, linkOf(shape, port, transport))],
    audio,
    clock,
    log: logInto([]),
  })
  const legs: HeardLeg[] = []
  endpoint.onInbound((leg) => legs.push(heard(leg)))
  await endpoint.start()
  undo.add(async () => {
    await endpoint.stop()
    assert.equal(clock.liveTimers, 0, 'no timer is left')
    assert.equal(fakeAudio.openPorts.size, 0, 'no media port is left')
  })
  const { port: boxPort } = endpoint.listening.find((one) => one.transport === transport)!
  const { program, complaint } = startSipp(
    shape,
    { address, port, box: formatHostPort({ address, port: boxPort }) },
    undo,
  )
  if (address === '127.0.0.1') await listening(port, transport === 'UDP' ? 'udp' : 'tcp')
  const exited = within(`sipp to end (${shape.name})`, program.exited, {
    withinMs: longestMs,
    instead: complaint,
  })
  const scene: ShapeScene = {
    endpoint,
    audio: fakeAudio,
    describeAudio: (leg) => audio.describe(leg.portId!),
    incoming: () => until('a call to come in', () => legs.shift(), { withinMs: longestMs }),
    call: () =>
      heard(
        isAgent
          ? endpoint.dial({ userName: 'sipp' })
          : endpoint.dialCarrier({ carrier: 'telco', link: 'north', number, caller: {}, mayGoTo: () => true }),
      ),
  }
  // Whichever side fails first says why; the other would only wait.
  const failed = exited.then((exit) => {
    if (exit.code !== 0) throw new Error(`sipp saw another call than its scenario:\n${complaint()}`)
  })
  await Promise.all([failed, shape.play(scene)])
  await until('the box to forget the call', () => isQuiet(endpoint, shape.lateDialogs ?? 0), {
    withinMs: 6000,
    instead: () => JSON.stringify(endpoint.counters()),
  })
  assert.equal(endpoint.counters().faults ?? 0, 0, 'no fault was contained')
  assert.equal(endpoint.counters().coreErrors ?? 0, 0, 'nothing broke inside sip.js')
}

function isQuiet(endpoint: BoundSipEndpoint, lateDialogs: number): boolean {
  const { legs, dialogs, routes } = endpoint.counters()
  return legs === 0 && dialogs === lateDialogs && routes === 0
}

function linkOf(
  { credentials, address = '127.0.0.1', keysBy = 'rfc4733' }: CallShape,
  port: number,
  transport: 'UDP' | 'TCP',
) {
  return { peer: { host: address, port, transport }, keysBy, ...(credentials && { credentials }) }
}

async function realAudio(undo: Undo) {
  const from = await freePorts(8)
  const audio = await createAudio({ rtpPorts: { from, to: from + 7 }, log: logInto([]) })
  undo.add(() => audio.stop())
  return audio
}

function startSipp(
  { scenario, transport = 'UDP', calls = 1 }: CallShape,
  at: { address: string; port: number; box: string },
  undo: Undo,
): { program: Program; complaint: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-shape-'))
  undo.add(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'scenario.xml')
  writeFileSync(file, scenario)
  const errors = join(folder, 'errors.log')
  const mode = transport === 'UDP' ? 'u1' : 't1'
  const place = ['-i', at.address, '-p', String(at.port), '-t', mode, '-mi', at.address]
  const limits = [
    '-m',
    String(calls),
    '-nostdin',
    '-timeout',
    `${longestMs / 1000}s`,
    '-timeout_error',
    '-trace_err',
    '-error_file',
    errors,
    '-auth_uri',
    `+442079460101@${at.box}`,
  ]
  const program = new Program('sipp', 'sipp', [at.box, '-sf', file, ...place, ...limits], { cwd: folder })
  undo.add(() => program.kill())
  const complaint = () => (existsSync(errors) ? readFileSync(errors, 'utf8') : program.tail())
  return { program, complaint }
}

function heard(leg: Leg): HeardLeg {
  const told: string[] = []
  leg.on((event: LegEvent) => {
    if (event.type === 'ended') told.push(`ended ${event.end.reason} by ${event.end.by}`)
    else told.push(event.type === 'digitReceived' ? `digit ${event.digit}` : event.type)
  })
  return {
    leg,
    told,
    tells: (event) =>
      until(`the leg to tell ${event}`, () => told.includes(event) || undefined, {
        withinMs: longestMs,
        instead: () => told.join(', '),
      }).then(() => {}),
  }
}

/** The same as a case of scripts/interop. */
export const asCase = (shape: CallShape): InteropCase => ({
  name: `call shape: ${shape.name}`,
  needs: ['sipp'],
  run: () => playShape(shape),
})
