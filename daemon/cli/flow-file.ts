// What the commands about flows have in common: a flow file read, an instance that must be sound.
import { readFault } from '../config/flows.ts'
import type { Instance } from '../config/instance.ts'
import { loadInstance } from '../config/load.ts'
import { readText } from '../config/read-file.ts'
import type { Flow } from '../flow/flow.ts'
import type { Channel } from '../flow/host.ts'
import { type LoadedFlow, loadFlow, maximumFileBytes } from '../flow/load-flow.ts'
import { CommandFailure, type Invocation, textOption, UsageError } from './command.ts'
import { faultLine } from './fault-report.ts'
import { printable } from './table.ts'

/** Faults of a file that can't be read are like those of the flow in it. */
export function readFlow(file: string): LoadedFlow {
  const read = readText(file, maximumFileBytes)
  if (!('problem' in read)) return loadFlow(read.text, file)
  const fault = readFault(file, read.problem, maximumFileBytes)
  return { faults: [read.problem === 'missing' ? { ...fault, mend: 'Check the path.' } : fault] }
}

/** The flow, however faulty, as long as its blocks can be told apart; CommandFailure (1) otherwise. */
export function flowToShow({ terminal }: Invocation, file: string): Flow {
  const { flow, faults } = readFlow(file)
  for (const fault of faults) terminal.err(printable(faultLine(fault)))
  if (flow) return flow
  throw new CommandFailure(1, `${file} is no flow that could be shown.`, 'Mend what is told above.')
}

const channels: readonly Channel[] = ['VOICE', 'CHAT', 'TASK']

/** In any case of letters; UsageError for what is none. */
export function channelOption(options: Invocation['options']): Channel | undefined {
  const channel = textOption(options, 'channel')?.toUpperCase()
  const known = channels.find((one) => one === channel)
  if (channel !== undefined && !known) throw new UsageError(`--channel ${channel}: choose ${channels.join(', ')}.`)
  return known
}

/** CommandFailure (2) when the configuration has errors. */
export function soundInstance(directory: string): Instance {
  const { instance } = loadInstance(directory, { secrets: 'optional' })
  if (instance) return instance
  const mend = `See them with: cordboard check ${directory}`
  throw new CommandFailure(2, `The configuration in ${directory} has errors.`, mend)
}
