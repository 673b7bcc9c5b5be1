// An instance directory made for one test: ephemeral ports, agents with passwords of their own, marked prompts.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { testFlows } from './flows.ts'
import { freePorts } from './free-ports.ts'
import { wavOf } from './growing-wav.ts'
import { type MarkedPrompt, markedPrompt } from './marks.ts'
import { makeTone } from './tones.ts'

export interface TestAgent {
  userName: string
  srtp?: 'off' | 'offered' | 'required'
  codecs?: ('PCMU' | 'PCMA')[]
  /** host:port of a phone that does not register. */
  address?: string
  status?: 'Available' | 'Offline'
  afterContactWorkS?: number
}

export interface TestInstanceOptions {
  agents?: TestAgent[]
  /** Lines of the one board, from port 1; 0: there is no board. */
  lines?: number
  offerTimeoutS?: number
  missedPauseS?: number
  concurrentCalls?: number
  /** Whom agents can transfer to; all of them from the one queue. */
  quickConnects?: (
    | { type: 'agent'; name: string; agent: string }
    | { type: 'phone'; name: string; number: string }
    | { type: 'queue'; name: string; queue: string }
  )[]
  /** Queues beside Support, which everybody serves as well. */
  moreQueues?: string[]
  /** Content of carriers.yaml. */
  carriers?: object
  /** Files of the instance beside or instead of those made here, by their paths in it. */
  files?: Record<string, string>
  /** How many RTP ports there are; each leg takes one, with its neighbour. */
  rtpPorts?: number
}

export interface TestInstance {
  directory: string
  sipPort: number
  /** host:port of the box for phones. */
  sipAddress: string
  board: string
  passwords: Map<string, string>
  remove(): void
}

export const boardName = 'board1'
export const musicHz = 300
/** What a customer hears while on hold. */
export const holdHz = 530

/** Their marks are all different, and none is a frequency of a DTMF digit. */
export const prompts = {
  menu: markedPrompt(1500, 1750, 300),
  question: markedPrompt(1900, 2050, 300),
  'agent-whisper': markedPrompt(2150, 2300, 300),
  'customer-whisper': markedPrompt(2450, 2600, 300),
} satisfies Record<string, MarkedPrompt>

/** Number to flow. The first is that of the first line, the second of the second. */
export const numbers = {
  '+442079460001': 'Main',
  '+442079460002': 'Ends without disconnect',
  '+442079460003': 'Direct',
  '+442079460004': 'Recorded',
  '+442079460005': 'Outside',
  '+442079460006': 'Callback',
  '+442079460007': 'Thanks',
  '+442079460008': 'Moves on',
} as const
export type TestNumber = keyof typeof numbers

export async function makeTestInstance(options: TestInstanceOptions = {}): Promise<TestInstance> {
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-instance-'))
  const agents = options.agents ?? [{ userName: 'ann' }]
  const passwords = new Map(agents.map(({ userName }) => [userName, `secret-of-${userName}`]))
  const rtpPorts = options.rtpPorts ?? 64
  const sipPort = await freePorts(1)
  for (const folder of ['flows', 'prompts', 'secrets']) mkdirSync(join(directory, folder))
  const write = (file: string, value: unknown) => writeFileSync(join(directory, `${file}.yaml`), stringify(value))
  write('box', {
    instance: { name: 'Test', country: 'GB', timeZone: 'UTC' },
    sip: { address: '127.0.0.1', port: sipPort, rtpPorts: rtpPortsFrom(sipPort, rtpPorts) },
    routing: { offerTimeoutS: options.offerTimeoutS ?? 20, missedPauseS: options.missedPauseS ?? 1 },
    limits: { concurrentCalls: options.concurrentCalls ?? 10 },
    drain: { timeoutS: 0 },
    log: { level: 'debug' },
  })
  write('lines', { boards: options.lines === 0 ? [] : [boardOf(options.lines ?? 2)] })
  write('numbers', { numbers: Object.entries(numbers).map(([number, flow]) => ({ number, flow })) })
  write('hours', { hours: [{ name: 'Always', timeZone: 'UTC', week: alwaysOpen() }] })
  const quickConnects = (options.quickConnects ?? []).map((one) => ({ ...one, description: 'for tests' }))
  const outboundCallerId = { number: Object.keys(numbers)[0] }
  const queues = ['Support', ...(options.moreQueues ?? [])].map((name) => ({
    name,
    hours: 'Always',
    outboundCallerId,
    quickConnects: quickConnects.map(({ name }) => name),
  }))
  write('queues', { queues })
  const served = queues.map(({ name }) => ({ queue: name }))
  write('routing-profiles', { routingProfiles: [{ name: 'Everyone', queues: served }] })
  write('quick-connects', { quickConnects })
  if (options.carriers) write('carriers', options.carriers)
  write('agents', { agents: agents.map((agent) => agentEntry(agent)) })
  for (const [userName, password] of passwords) {
    const file = join(directory, 'secrets', userName)
    writeFileSync(file, `${password}\n`)
    chmodSync(file, 0o600)
  }
  for (const [name, document] of Object.entries(testFlows))
    writeFileSync(join(directory, 'flows', `${name}.json`), document)
  for (const [name, prompt] of Object.entries(prompts))
    writeFileSync(join(directory, 'prompts', `${name}.wav`), wavOf(prompt.samples))
  for (const [name, hz] of Object.entries({ music: musicHz, hold: holdHz }))
    writeFileSync(join(directory, 'prompts', `${name}.wav`), wavOf(makeTone(hz, 2000, -16)))
  for (const [path, content] of Object.entries(options.files ?? {})) writeFileSync(join(directory, path), content)
  return {
    directory,
    sipPort,
    sipAddress: `127.0.0.1:${sipPort}`,
    board: boardName,
    passwords,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Away from the ports that the kernel gives to whoever asks (from 32768 on), and from those of other tests. */
function rtpPortsFrom(sipPort: number, count: number): { from: number; to: number } {
  const slots = Math.floor((32_000 - 10_000) / count)
  const from = 10_000 + (sipPort % slots) * count
  return { from: from + (from % 2), to: from + (from % 2) + count - 1 }
}

function boardOf(lines: number): unknown {
  return {
    name: boardName,
    kind: 'fxoBoard',
    device: '/dev/serial/by-id/none',
    lines: Object.keys(numbers)
      .slice(0, lines)
      // Tones stand for voices here, several at a time and without a pause: nothing an echo can be told by. The echo has
      // tests of its own (test/drivers, test/rig/scenarios).
      .map((number, index) => ({ port: index + 1, name: `Line ${index + 1}`, number, echoTailMs: 0 })),
  }
}

function alwaysOpen(): Record<string, string[]> {
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  return Object.fromEntries(days.map((day) => [day, ['00:00-24:00']]))
}

function agentEntry(agent: TestAgent): unknown {
  return {
    userName: agent.userName,
    firstName: agent.userName,
    lastName: 'Test',
    routingProfile: 'Everyone',
    status: agent.status ?? 'Available',
    ...(agent.afterContactWorkS !== undefined && { afterContactWorkS: agent.afterContactWorkS }),
    phone: {
      passwordFile: `secrets/${agent.userName}`,
      ...(agent.address === undefined ? {} : { address: agent.address }),
      srtp: agent.srtp ?? 'offered',
      codecs: agent.codecs ?? ['PCMU', 'PCMA'],
    },
  }
}
