// What the daemon is told on its command line and by its manager's environment.
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export interface DaemonOptions {
  instanceDirectory: string
  /** Sockets and shared memory: a tmpfs folder of our own. */
  runtimeDirectory: string
  /** Overrides `storage.directory` of box.yaml. */
  storageDirectory: string | undefined
  /** Where the service manager keeps our state: where to look when box.yaml can't be read. */
  stateDirectory: string
  /** Board name → serial device, in place of what lines.yaml says: for simulators and trials. */
  boardDevices: Map<string, string>
}

export const usage = `Usage: daemon/main.ts [options]

  --instance DIR          configuration directory (default /etc/cordboard)
  --runtime DIR           control socket and shared memory (default $RUNTIME_DIRECTORY, else a folder in the temporary one)
  --storage DIR           records and recordings, instead of storage.directory in box.yaml
  --board-device NAME=PATH  serial device of a board, instead of lines.yaml; may be given again
  --help                  this text

A start with broken files uses the copy of the configuration that was last in force, and raises a fault. SIGHUP reads
the files anew, as \`cordboard reload\` does: all of them or nothing, with calls in progress left alone.

Exit codes: 0 stopped in order, 1 a fault, 2 bad configuration or usage (nothing was started).`

/** Throws a TypeError that says what is wrong with the arguments; returns 'help' when only the text is wanted. */
export function readOptions(args: string[], environment: Record<string, string | undefined>): DaemonOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      instance: { type: 'string' },
      runtime: { type: 'string' },
      storage: { type: 'string' },
      'board-device': { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const boardDevices = new Map<string, string>()
  for (const pair of values['board-device'] ?? []) {
    const at = pair.indexOf('=')
    if (at < 1) throw new TypeError(`--board-device ${pair}: write it as NAME=PATH`)
    boardDevices.set(pair.slice(0, at), pair.slice(at + 1))
  }
  return {
    instanceDirectory: values.instance ?? '/etc/cordboard',
    runtimeDirectory:
      values.runtime ?? environment.RUNTIME_DIRECTORY ?? join(tmpdir(), `cordboard-${userInfo().username}`),
    storageDirectory: values.storage,
    stateDirectory: environment.STATE_DIRECTORY ?? '/var/lib/cordboard',
    boardDevices,
  }
}
