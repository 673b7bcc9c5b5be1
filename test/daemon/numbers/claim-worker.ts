// A process that runs commands one after the other, as people would, and prints each exit code on a line of its own.
// Arguments: a JSON list of commands. It may be killed at any moment.
import { cordboard } from '../cli/cli-support.ts'

const commands: string[][] = JSON.parse(process.argv[2] ?? '[]')
for (const command of commands) {
  const { exitCode, err } = await cordboard(...command)
  process.stdout.write(`${exitCode} ${command[1]} ${command[2]} ${err}\n`)
}
