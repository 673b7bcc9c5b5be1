// What the commands about flows have in common: a flow file read, an instance that must be sound.
import { readFault } from '../config/flows.ts'
import type { Instance } from '../config/instance.ts'
import { loadInstance } from '../config/load.ts'
import { readText } from '../config/read-file.ts'
import type { Flow } from '../flow/flow.ts'
import { type LoadedFlow, loadFlow, maximumFileBytes } from '../flow/load-flow.ts'
import { CommandFailure, type Invocation } from './command.ts'
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

/** CommandFailure (2) when the configuration has errors. */
export function soundInstance(directory: string): Instance {
  const { instance } = loadInstance(directory, { secrets: 'optional' })
  if (instance) return instance
  const mend = `See them with: cordboard check ${directory}`
  throw new CommandFailure(2, `The configuration in ${directory} has errors.`, mend)
}
