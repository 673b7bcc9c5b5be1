// `cordboard port …`: numbers on their way from one carrier to another, from the first question to the last test call.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindOfNumber } from '../carrier/caller-id.ts'
import type { Instance } from '../config/instance.ts'
import { documentKinds, type Port, rejections } from '../config/porting-schema.ts'
import { NumbersFile } from '../numbers/numbers-file.ts'
import { letterOfAuthorization } from '../porting/letter.ts'
import { portProblems } from '../porting/port-checks.ts'
import { advancePort, isOver, type PortInput, stateAt } from '../porting/port-machine.ts'
import type { PortingFile } from '../porting/porting-file.ts'
import { askIfThere } from './ask-daemon.ts'
import {
  type Command,
  CommandFailure,
  type ExitCode,
  type Invocation,
  noOperands,
  textOption,
  UsageError,
} from './command.ts'
import { codes, common, fileStep, open, shared, statusLines, statusOf, tell, today } from './port-support.ts'
import { formatTable } from './table.ts'

export const portAdvanceCommand: Command = {
  synopsis: 'ID [--at TIME] [--refused REASON] [--document KIND=FILE]… [--flow FLOW] [--remark TEXT] [--json]',
  help: `Moves a port one step on:
  eligibility → documents   writes the letter of authorization (porting/ID-letter.pdf) to be signed by hand
  documents → submitted     when nothing is missing that the losing carrier checks
  submitted → validation    the winning carrier has handed it over
  validation → scheduled    approved, with the agreed date and time (--at)
  scheduled → preloaded     the numbers stand in numbers.yaml, and a flow answers each (--flow)
  preloaded → porting       by itself, at the agreed second
  porting → verifying       the old platform has gone quiet
  verifying → completed     the test calls went well
  rejected → documents      what was wrong is mended

  --at TIME             the agreed date and time, 2026-12-01T10:00:00+00:00; of a scheduled one: another
  --refused REASON      ${rejections.join(', ')}
  --document KIND=FILE  ${documentKinds.join(', ')}; may be given several times
  --flow FLOW           answers those of the numbers that no flow answers yet
${common} : \`port\`

${codes}`,
  options: {
    ...shared,
    at: { type: 'string' },
    refused: { type: 'string' },
    flow: { type: 'string' },
    document: { type: 'string', multiple: true },
  },
  async run(invocation) {
    const { instance, file, directory } = open(invocation)
    const port = portOperand(invocation, instance)
    const documents = documentsOf(invocation)
    if (documents.length > 0)
      fileStep(() => file.change(port.id, (now) => ({ port: { ...now, documents: [...now.documents, ...documents] } })))
    const state = stateAt(port, Date.now())
    if (state === 'eligibility' && textOption(invocation.options, 'refused') === undefined)
      await writeLetter(directory, port, file)
    if (state === 'scheduled' && textOption(invocation.options, 'at') === undefined)
      preloadNumbers(invocation, instance, directory, port)
    return await step(invocation, port.id, advanceInput(invocation, port))
  },
}

export const portCancelCommand: Command = {
  synopsis: 'ID [--late] [--remark TEXT] [--json]',
  help: `Cancels a port whose numbers have not moved. Carriers want five business days’ notice of what is scheduled.

  --late          the losing carrier takes it at shorter notice
${common} : \`port\`

${codes}`,
  options: { ...shared, late: { type: 'boolean' } },
  async run(invocation) {
    const { id } = portOperand(invocation, open(invocation).instance)
    return await step(invocation, id, { type: 'cancel', late: invocation.options.late === true })
  },
}

export const portRollbackCommand: Command = {
  synopsis: 'ID [--remark TEXT] [--json]',
  help: `Takes numbers back that have come over, within the window after the switch (rollBackWindowMin, two hours by default):
calls go out as before at once. The carriers move the numbers themselves: tell them.

${common} : \`port\`

${codes}`,
  options: shared,
  async run(invocation) {
    const { id } = portOperand(invocation, open(invocation).instance)
    return await step(invocation, id, { type: 'rollBack' })
  },
}

export const portStatusCommand: Command = {
  synopsis: 'ID [--instance DIR] [--json]',
  help: `All of one port: state, agreed time, what is missing, documents, steps with their remarks, and, once the numbers have
come over, the test calls to make.

${common} : \`port\`, \`state\`, \`problems\`, \`testCalls\`, \`rollBackUntil?\`

${codes}`,
  options: shared,
  run(invocation) {
    const { instance } = open(invocation)
    const port = portOperand(invocation, instance)
    const report = statusOf(port, instance.ports, Date.now())
    tell(invocation, report, () => statusLines(report))
    return 0
  },
}

export const portListCommand: Command = {
  synopsis: '[--all] [--instance DIR] [--json]',
  help: `Ports that are under way.

  --all           and those that are over
${common} : \`ports\`

${codes}`,
  options: { ...shared, all: { type: 'boolean' } },
  run(invocation) {
    noOperands(invocation)
    const nowMs = Date.now()
    const { instance } = open(invocation)
    const ports = instance.ports
      .map((port) => ({ ...port, state: stateAt(port, nowMs) }))
      .filter(({ state }) => invocation.options.all === true || !isOver(state))
    tell(invocation, { ports }, () =>
      formatTable(
        ['port', 'state', 'numbers', 'from', 'to', 'agreed time'],
        ports.map((port) => [
          port.id,
          port.state,
          port.numbers.length,
          port.losing.carrier,
          port.winning,
          port.cutOver,
        ]),
      ),
    )
    return 0
  },
}

function portOperand({ operands }: Invocation, instance: Instance): Port {
  const [id, ...rest] = operands
  if (id === undefined || rest.length > 0) throw new UsageError('Name one port, by its id.')
  const port = instance.ports.find((one) => one.id === id)
  if (!port) throw new CommandFailure(1, `There is no port ${JSON.stringify(id)}.`, 'See: cordboard port list --all.')
  return port
}

function advanceInput({ options }: Invocation, port: Port): PortInput {
  const reason = textOption(options, 'refused')
  if (reason !== undefined) {
    const rejection = rejections.find((one) => one === reason)
    if (!rejection) throw new UsageError(`--refused ${reason}: ${rejections.join(', ')}.`)
    return { type: 'reject', reason: rejection }
  }
  const at = textOption(options, 'at')
  if (at === undefined) return { type: 'advance' }
  // Without an offset it would be another time on another machine.
  const cutOverEpochMs = /(Z|[+-]\d{2}:\d{2})$/.test(at) ? Date.parse(at) : Number.NaN
  if (Number.isNaN(cutOverEpochMs)) throw new UsageError(`--at ${at}: write it like 2026-12-01T10:00:00+00:00.`)
  return port.state === 'validation' ? { type: 'advance', cutOverEpochMs } : { type: 'reschedule', cutOverEpochMs }
}

function documentsOf({ options }: Invocation): Port['documents'] {
  const given = options.document
  return (Array.isArray(given) ? given : []).map((text: string) => {
    const [kind, ...rest] = text.split('=')
    const known = documentKinds.find((one) => one === kind)
    if (!known || rest.length === 0)
      throw new UsageError(`--document ${text}: ${documentKinds.join(', ')}, then =FILE.`)
    return { kind: known, file: rest.join('='), date: today() }
  })
}

async function writeLetter(directory: string, port: Port, file: PortingFile): Promise<void> {
  const name = `${port.id}-letter.pdf`
  const pdf = await letterOfAuthorization(port, today()).catch((fault: Error) => {
    throw new CommandFailure(1, `The letter could not be written: ${fault.message}.`, 'Correct porting.yaml.')
  })
  mkdirSync(join(directory, 'porting'), { recursive: true })
  writeFileSync(join(directory, 'porting', name), pdf, { mode: 0o640 })
  const letter = { kind: 'letter', file: `porting/${name}`, date: today() } as const
  fileStep(() => file.change(port.id, (now) => ({ port: { ...now, documents: [...now.documents, letter] } })))
}

/** Those that are not there yet come into numbers.yaml; they count among the claimed. */
function preloadNumbers({ options }: Invocation, instance: Instance, directory: string, port: Port): void {
  const flow = textOption(options, 'flow')
  if (flow !== undefined && instance.flows.get(flow)?.type !== 'CONTACT_FLOW')
    throw new CommandFailure(1, `There is no flow ${JSON.stringify(flow)} that answers calls.`, 'See flows/.')
  const file = new NumbersFile(directory)
  for (const number of port.numbers) {
    const present = instance.numbers.get(number)
    const attached = flow !== undefined && present?.flow === undefined ? { flow } : {}
    const refused = present
      ? file.change(number, attached)
      : file.claim(
          {
            number,
            kind: kindOfNumber({ number }),
            carriers: [port.winning],
            description: `Ported, ${port.id}`,
            ...attached,
          },
          instance.box.limits.phoneNumbers,
        )
    if (refused) throw new CommandFailure(1, refused.message, refused.mend)
  }
}

async function step(invocation: Invocation, id: string, input: PortInput): Promise<ExitCode> {
  const { instance, file } = open(invocation)
  const nowEpochMs = Date.now()
  const result = fileStep(() =>
    file.change(id, (port, all) => {
      const unanswered = port.numbers.filter((number) => instance.numbers.get(number)?.flow === undefined)
      const world = { nowEpochMs, problems: portProblems(port, all, nowEpochMs), unanswered }
      return advancePort(port, input, world, textOption(invocation.options, 'remark'))
    }),
  )
  if (!result) throw new CommandFailure(1, `There is no port ${JSON.stringify(id)}.`, 'See: cordboard port list --all.')
  if ('refused' in result) throw new CommandFailure(1, result.refused, result.mend)
  const daemon = await tellDaemon(invocation)
  const report = statusOf(result.port, instance.ports, nowEpochMs)
  tell(invocation, { ...report, daemon }, () => `${statusLines(report)}\n${daemonLines[daemon]}`)
  return 0
}

type DaemonTook = 'reloaded' | 'refused' | 'absent'

const daemonLines: Readonly<Record<DaemonTook, string>> = {
  reloaded: 'The running daemon has taken it.',
  refused: 'The running daemon could not take the configuration: see cordboard reload.',
  absent: 'No daemon answers: it takes the change when it starts.',
}

/** A roll-back must not wait for a second command. */
async function tellDaemon(invocation: Invocation): Promise<DaemonTook> {
  const answer = await askIfThere(invocation, 'reload')
  if (typeof answer !== 'object' || answer === null || !('outcome' in answer)) return 'absent'
  return answer.outcome === 'reloaded' || answer.outcome === 'unchanged' ? 'reloaded' : 'refused'
}
