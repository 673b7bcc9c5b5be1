// `cordboard port new`: what is known of a port when it begins, from options or from a CSV file.
import { readFileSync } from 'node:fs'
import type { Instance } from '../config/instance.ts'
import type { Port } from '../config/porting-schema.ts'
import { readE164 } from '../numbers/number-text.ts'
import { type PortRequest, portRequests } from '../porting/bulk.ts'
import { portProblems } from '../porting/port-checks.ts'
import { isOver } from '../porting/port-machine.ts'
import { type Command, CommandFailure, type Invocation, noOperands, textOption, UsageError } from './command.ts'
import { codes, common, fileStep, open, shared, tell } from './port-support.ts'

export const portNewCommand: Command = {
  synopsis:
    '(--numbers N,N… --losing CARRIER | --csv FILE) [--account A] [--company C] [--address A] [--contact P] [--carrier NAME] [--id ID] [--caller-id NUMBER] [--json]',
  help: `Begins a port: collects what the losing carrier checks. What is missing is told, and may be written into porting.yaml.

  --numbers N,N…      the numbers, separated by commas
  --losing CARRIER    who has them now, as on the bill
  --csv FILE          many at once: number,losingCarrier,account,company,address,contact,carrier; one port for each
                      losing carrier, account and country
  --account A         account number there
  --company C         customer of record, exactly as the losing carrier has it
  --address A         of the service
  --contact P         who may sign
  --carrier NAME      who gets them, by its name in carriers.yaml; left out where there is one only
  --id ID             name of the port; made up when left out
  --caller-id NUMBER  shown in place of these numbers until they are ours (default: the outbound caller ID)
${common} : \`ports\`, each with \`problems\`

${codes}`,
  options: {
    ...shared,
    numbers: { type: 'string' },
    losing: { type: 'string' },
    csv: { type: 'string' },
    account: { type: 'string' },
    company: { type: 'string' },
    address: { type: 'string' },
    contact: { type: 'string' },
    carrier: { type: 'string' },
    id: { type: 'string' },
    'caller-id': { type: 'string' },
  },
  run(invocation) {
    noOperands(invocation)
    const { instance, file } = open(invocation)
    const requests = requestsOf(invocation, instance)
    const ports = requests.map((request, at) =>
      newPort(invocation, instance, request, requests.length > 1 ? at : undefined),
    )
    for (const port of ports) refuseTwice(port, [...instance.ports, ...ports])
    fileStep(() => file.add(ports))
    const told = ports.map((port) => ({ ...port, problems: portProblems(port, instance.ports, Date.now()) }))
    tell(invocation, { ports: told }, () =>
      told
        .flatMap(({ id, numbers, problems }) => [
          `${id}: ${numbers.length} numbers. Next: cordboard port advance ${id}`,
          ...problems.map((problem) => `  to do: ${problem}`),
        ])
        .join('\n'),
    )
    return 0
  },
}

function requestsOf({ options }: Invocation, instance: Instance): PortRequest[] {
  const text = (name: string) => textOption(options, name)
  const csv = text('csv')
  const { country } = instance.box.instance
  if (csv !== undefined) return fileStep(() => portRequests(readFileSync(csv, 'utf8'), country))
  const [list, losingCarrier] = [text('numbers'), text('losing')]
  if (list === undefined || losingCarrier === undefined) throw new UsageError('Give --numbers and --losing, or --csv.')
  const numbers = list.split(',').map((written) => {
    const read = readE164(written, country)
    if ('problem' in read) throw new UsageError(`${written}: ${read.problem}.`)
    return read.e164
  })
  const [account, company, address] = [text('account'), text('company'), text('address')]
  return [{ numbers, losingCarrier, account, company, address, contact: text('contact'), carrier: text('carrier') }]
}

function newPort({ options }: Invocation, instance: Instance, request: PortRequest, at: number | undefined): Port {
  const names = instance.carriers.carriers.map(({ name }) => name)
  const winning = request.carrier ?? (names.length === 1 ? names[0] : undefined)
  if (winning === undefined || !names.includes(winning))
    throw new UsageError(`Say which carrier gets them: --carrier ${names.join(' or ') || '(carriers.yaml has none)'}.`)
  const callerId = textOption(options, 'caller-id') ?? callerIdBefore(instance, request.numbers)
  const { account, company, address, contact } = request
  const remark = textOption(options, 'remark')
  const nowMs = Date.now()
  const id = textOption(options, 'id') ?? `P${nowMs.toString(36).toUpperCase()}`
  return {
    id: at === undefined ? id : `${id}-${at + 1}`,
    numbers: request.numbers,
    losing: { carrier: request.losingCarrier, ...(account !== undefined && { account }) },
    winning,
    customer: {
      ...(company !== undefined && { company }),
      ...(address !== undefined && { address }),
      ...(contact !== undefined && { contact }),
    },
    before: {
      ...(callerId !== undefined && { callerId }),
      ...(names.includes(request.losingCarrier) && { carriers: [request.losingCarrier] }),
    },
    state: 'eligibility',
    rollBackWindowMin: 120,
    documents: [],
    history: [{ at: new Date(nowMs).toISOString(), state: 'eligibility', ...(remark !== undefined && { remark }) }],
  }
}

/** A number that is ours already, while those of the port are not. */
function callerIdBefore({ carriers, numbers }: Instance, ported: readonly string[]): string | undefined {
  const mine = [carriers.outbound.callerId, ...numbers.keys()]
  return mine.find((number) => number !== undefined && !ported.includes(number))
}

function refuseTwice(port: Port, all: readonly Port[]): void {
  const other = all.find(
    (one) => one.id !== port.id && !isOver(one.state) && one.numbers.some((number) => port.numbers.includes(number)),
  )
  if (other)
    throw new CommandFailure(1, `A number is in port ${other.id} already.`, 'A number is in one port at a time.')
}
