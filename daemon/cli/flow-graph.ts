// `cordboard flow graph`: a flow as a picture.
import { writeFileSync } from 'node:fs'
import { drawFlow } from '../author/graph-svg.ts'
import { errorCode } from '../config/read-file.ts'
import { type Command, CommandFailure, textOption, UsageError } from './command.ts'
import { flowToShow } from './flow-file.ts'

export const flowGraphCommand: Command = {
  synopsis: 'FILE [--output FILE.svg]',
  help: `Draws the flow as an SVG picture: blocks from left to right with their branches, errors dashed, what nothing leads to
grey and underneath. The flow may be faulty, as long as its blocks can be told apart.

  --output FILE  where to; without it, the picture goes to the standard output

Exit codes: 0 drawn, 1 the file is no flow that could be drawn or the picture can't be written, 2 wrong usage.`,
  options: { output: { type: 'string' } },
  run(invocation) {
    const [file, ...rest] = invocation.operands
    if (file === undefined || rest.length > 0) throw new UsageError('Name one flow file.')
    const svg = drawFlow(flowToShow(invocation, file))
    const output = textOption(invocation.options, 'output')
    if (output === undefined) invocation.terminal.out(svg.trimEnd())
    else write(output, svg)
    return 0
  },
}

function write(file: string, svg: string): void {
  try {
    writeFileSync(file, svg)
  } catch (fault) {
    throw new CommandFailure(1, `${file} can't be written (${errorCode(fault)}).`, 'Name another with --output.')
  }
}
