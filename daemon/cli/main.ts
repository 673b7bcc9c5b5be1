// scripts/cordboard: the command-line tool's process.
import { resolve } from 'node:path'
import { runCli } from './run-cli.ts'

// `cordboard contacts | head`: who reads us may stop reading.
process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
  if (fault.code !== 'EPIPE') throw fault
})

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
  },
  environment: process.env,
  root: resolve(import.meta.dirname, '../..'),
  input: process.stdin,
})
