// `cordboard number …`: the instance's telephone numbers, claimed from carriers' inventories, attached and given back.
// The commands edit numbers.yaml, which hands edit too; the running daemon takes it by `cordboard reload`.
import { reportVersion } from '../api/reports.ts'
import type { Instance } from '../config/instance.ts'
import { fits, type ListedNumber, listed, type NumberFilter, type Refused } from '../numbers/claims.ts'
import { type OfferedNumber, readInventory } from '../numbers/inventory.ts'
import { describeE164, readE164 } from '../numbers/number-text.ts'
import { type NumberChange, NumbersFile } from '../numbers/numbers-file.ts'
import { usersOf } from '../numbers/users.ts'
import { type Command, CommandFailure, type Invocation, textOption, UsageError } from './command.ts'
import { soundInstance } from './flow-file.ts'
import { instanceDirectory } from './places.ts'
import { formatTable, printable } from './table.ts'

const common = `  --instance DIR  configuration (default /etc/cordboard if it is configured, else the shipped instance)
  --json          one JSON object with \`version\``
const codes = 'Exit codes: 0 done, 1 refused or not found, 2 wrong usage or bad configuration.'
const shared = { instance: { type: 'string' }, json: { type: 'boolean' } } as const
const filters = {
  kind: { type: 'string' },
  country: { type: 'string' },
  carrier: { type: 'string' },
} as const
const filterHelp = `  --kind KIND     did, tollFree or uifn
  --country CC    two capital letters, e.g. GB
  --carrier NAME  of that carrier`

export const numberSearchCommand: Command = {
  synopsis: '[DIGITS] [--kind KIND] [--country CC] [--carrier NAME] [--instance DIR] [--json]',
  help: `Numbers that the carriers have to give and nobody has claimed; with DIGITS, those that have them in a row.
What carriers have stands in carriers.yaml: \`inventory:\`, a file or an HTTP endpoint.

${filterHelp}
${common} : \`numbers\`, \`problems\`

${codes}`,
  options: { ...shared, ...filters },
  async run(invocation) {
    const { instance } = open(invocation)
    const [digits = '', ...rest] = invocation.operands
    if (rest.length > 0) throw new UsageError('Give one row of digits.')
    const { offers, problems } = await offersOf(instance, invocation)
    const taken = new Set([...instance.numbers.keys(), ...instance.releasedNumbers])
    const filter = filterOf(invocation)
    const wanted = digits.replace(/[^0-9]/g, '')
    const found = offers.filter(
      (offer) =>
        !taken.has(offer.number) &&
        offer.number.includes(wanted) &&
        (filter.kind === undefined || offer.kind === filter.kind) &&
        (filter.country === undefined || offer.country === filter.country),
    )
    tell(invocation, { numbers: found, problems }, () => {
      for (const problem of problems) invocation.terminal.err(printable(problem))
      const rows = found.map(({ number, formatted, kind, country, carrier, area }) => [
        ...[number, formatted, kind, country, carrier, area],
      ])
      return formatTable(['number', 'written', 'kind', 'country', 'carrier', 'area'], rows)
    })
    return found.length > 0 ? 0 : 1
  },
}

export const numberClaimCommand: Command = {
  synopsis: 'NUMBER [--description TEXT] [--flow FLOW] [--queue QUEUE] [--carrier NAME] [--instance DIR] [--json]',
  help: `Claims a number that a carrier has to give. A toll-free number is taken at every carrier that has it, a direct one at
one. At most limits.phoneNumbers of box.yaml; a number that was released is never claimed again.

  --description TEXT  what it is for
  --flow FLOW         the flow that answers it
  --queue QUEUE       the queue it is for
  --carrier NAME      where several have it: this one
${common} : \`number\`

${codes}`,
  options: {
    ...shared,
    description: { type: 'string' },
    flow: { type: 'string' },
    queue: { type: 'string' },
    carrier: { type: 'string' },
  },
  async run(invocation) {
    const { instance, file } = open(invocation)
    const number = numberOperand(invocation, instance)
    const { description, flow, queue } = changeOf(invocation, instance)
    const { offers, problems } = await offersOf(instance, invocation)
    const fitting = offers.filter((offer) => offer.number === number)
    const [offer] = fitting
    if (!offer) {
      const why = problems.length > 0 ? ` ${problems.join(' ')}` : ''
      throw new CommandFailure(1, `No carrier has ${number} to give.${why}`, 'See: cordboard number search.')
    }
    const carriers = (offer.kind === 'did' ? fitting.slice(0, 1) : fitting).map(({ carrier }) => carrier)
    const claimed = {
      number,
      kind: offer.kind,
      carriers,
      ...(description !== undefined && { description }),
      ...(flow !== undefined && { flow }),
      ...(queue !== undefined && { queue }),
    }
    orFail(file.claim(claimed, instance.box.limits.phoneNumbers))
    return done(invocation, `${number} is claimed at ${carriers.join(', ')}.`, { number: listedOf(claimed) })
  },
}

export const numberDescribeCommand: Command = {
  synopsis: 'NUMBER TEXT [--instance DIR] [--json]',
  help: `Says what a number is for. An empty TEXT takes the description away.

${common}

${codes}`,
  options: shared,
  run(invocation) {
    const { instance, file } = open(invocation)
    const [text, ...rest] = invocation.operands.slice(1)
    if (text === undefined || rest.length > 0) throw new UsageError('Give one number and one text, in quotes.')
    if (text.length > 250) throw new UsageError('A description has at most 250 characters.')
    const number = numberOperand(invocation, instance)
    orFail(file.change(number, { description: text === '' ? null : text }))
    return done(invocation, `${number} is described.`, { number })
  },
}

export const numberAttachCommand: Command = {
  synopsis: 'NUMBER [--flow FLOW] [--queue QUEUE] [--no-flow] [--no-queue] [--instance DIR] [--json]',
  help: `Attaches a number to the flow that answers it, and to the queue it is for.

  --flow FLOW    by its name in flows/
  --queue QUEUE  by its name in queues.yaml
  --no-flow      callers hear that the number is not in service
  --no-queue     it is for no queue
${common}

${codes}`,
  options: {
    ...shared,
    flow: { type: 'string' },
    queue: { type: 'string' },
    'no-flow': { type: 'boolean' },
    'no-queue': { type: 'boolean' },
  },
  run(invocation) {
    const { instance, file } = open(invocation)
    const number = numberOperand(invocation, instance)
    const { flow, queue } = changeOf(invocation, instance)
    const change: NumberChange = {
      ...(flow !== undefined && { flow }),
      ...(queue !== undefined && { queue }),
      ...(invocation.options['no-flow'] === true && { flow: null }),
      ...(invocation.options['no-queue'] === true && { queue: null }),
    }
    if (Object.keys(change).length === 0) throw new UsageError('Say what to attach: --flow or --queue.')
    orFail(file.change(number, change))
    return done(invocation, `${number} is attached.`, { number })
  },
}

export const numberReleaseCommand: Command = {
  synopsis: 'NUMBER [--instance DIR] [--json]',
  help: `Gives a number back to its carrier. It can’t be claimed again: to keep a number and leave its carrier, port it.

${common}

${codes}`,
  options: shared,
  run(invocation) {
    const { instance, file } = open(invocation)
    const number = numberOperand(invocation, instance)
    const users = usersOf(instance, number)
    if (users.length > 0)
      throw new CommandFailure(1, `${number} is used: ${users.join(', ')}.`, 'Give them another number first.')
    orFail(file.release(number, new Date().toISOString()))
    return done(invocation, `${number} is released.`, { number })
  },
}

export const numberListCommand: Command = {
  synopsis: '[--queue QUEUE] [--flow FLOW] [--kind KIND] [--country CC] [--carrier NAME] [--instance DIR] [--json]',
  help: `The claimed numbers.

  --queue QUEUE   for that queue
  --flow FLOW     answered by that flow
${filterHelp}
${common} : \`numbers\`, \`limit\`

${codes}`,
  options: { ...shared, ...filters, queue: { type: 'string' }, flow: { type: 'string' } },
  run(invocation) {
    const { instance } = open(invocation)
    const filter = filterOf(invocation)
    const numbers = [...instance.numbers.values()].map(listedOf).filter((number) => fits(number, filter))
    const limit = instance.box.limits.phoneNumbers
    tell(invocation, { numbers, limit }, () => {
      const headings = ['number', 'written', 'kind', 'country', 'carriers', 'flow', 'queue', 'description']
      const rows = numbers.map((one) => [
        ...[one.number, one.formatted, one.kind, one.country, one.carriers?.join(', ')],
        ...[one.flow, one.queue, one.description],
      ])
      return `${formatTable(headings, rows)}\n${instance.numbers.size} of ${limit} numbers are claimed.`
    })
    return 0
  },
}

export const numberShowCommand: Command = {
  synopsis: 'NUMBER [--instance DIR] [--json]',
  help: `All of one claimed number, and what uses it.

${common} : \`number\`, \`usedBy\`

${codes}`,
  options: shared,
  run(invocation) {
    const { instance } = open(invocation)
    const number = numberOperand(invocation, instance)
    const claimed = instance.numbers.get(number)
    if (!claimed) {
      const why = instance.releasedNumbers.has(number) ? 'was released' : 'is not claimed'
      throw new CommandFailure(1, `${number} ${why}.`, 'See: cordboard number list.')
    }
    const usedBy = usersOf(instance, number)
    tell(invocation, { number: listedOf(claimed), usedBy }, () => {
      const { carriers, ...rest } = listedOf(claimed)
      const facts = { ...rest, carriers: carriers?.join(', ') ?? 'any', 'used by': usedBy.join(', ') }
      return formatTable(['', ''], Object.entries(facts)).trimStart()
    })
    return 0
  },
}

function open(invocation: Invocation): { instance: Instance; file: NumbersFile } {
  const directory = instanceDirectory(invocation)
  return { instance: soundInstance(directory), file: new NumbersFile(directory) }
}

function numberOperand({ operands }: Invocation, instance: Instance): string {
  const [text] = operands
  if (text === undefined) throw new UsageError('Name a number.')
  const read = readE164(text, instance.box.instance.country)
  if ('problem' in read) throw new UsageError(`${text}: ${read.problem}. Write it like +442079460101.`)
  return read.e164
}

/** Flow, queue and description as given; a flow or queue that is not there is a failure. */
function changeOf({ options }: Invocation, instance: Instance) {
  const flow = textOption(options, 'flow')
  const queue = textOption(options, 'queue')
  const mend = 'Names are as in flows/ and queues.yaml.'
  if (flow !== undefined && instance.flows.get(flow)?.type !== 'CONTACT_FLOW')
    throw new CommandFailure(1, `There is no flow ${JSON.stringify(flow)} that answers calls.`, mend)
  if (queue !== undefined && !instance.queues.has(queue))
    throw new CommandFailure(1, `There is no queue ${JSON.stringify(queue)}.`, mend)
  return { flow, queue, description: textOption(options, 'description') }
}

function filterOf({ options }: Invocation): NumberFilter {
  const kind = textOption(options, 'kind')
  if (kind !== undefined && kind !== 'did' && kind !== 'tollFree' && kind !== 'uifn')
    throw new UsageError(`--kind ${kind}: did, tollFree or uifn.`)
  const text = (name: string) => textOption(options, name)
  return { kind, queue: text('queue'), flow: text('flow'), country: text('country'), carrier: text('carrier') }
}

async function offersOf(
  instance: Instance,
  { options }: Invocation,
): Promise<{ offers: OfferedNumber[]; problems: string[] }> {
  const only = textOption(options, 'carrier')
  const sources = instance.carriers.carriers.flatMap(({ name, inventory }) =>
    inventory && (only === undefined || only === name) ? [{ carrier: name, ...inventory }] : [],
  )
  const { country } = instance.box.instance
  const read = await Promise.all(sources.map((source) => readInventory(source, instance.directory, country)))
  return {
    offers: read.flatMap(({ offers }) => offers),
    problems: read.flatMap(({ problems }) => problems),
  }
}

function listedOf(number: Parameters<typeof listed>[0]): ListedNumber {
  return listed(number, describeE164(number.number))
}

function orFail(refused: Refused | undefined): void {
  if (refused) throw new CommandFailure(1, refused.message, refused.mend)
}

function done(invocation: Invocation, text: string, report: object): 0 {
  tell(invocation, report, () => `${text} The running daemon takes it by: cordboard reload.`)
  return 0
}

function tell({ terminal, options }: Invocation, report: object, text: () => string): void {
  if (options.json === true) terminal.out(JSON.stringify({ version: reportVersion, ...report }, null, 2))
  else terminal.out(text())
}
