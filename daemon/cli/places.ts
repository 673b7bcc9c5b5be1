// Where the box's things are when nobody says: installed, or in a checkout.
import { existsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { defaultSocketPath } from '../api/protocol.ts'
import { loadInstance } from '../config/load.ts'
import { CommandFailure, type Invocation, textOption } from './command.ts'

const installedInstance = '/etc/cordboard'
/** In the storage directory. */
const contactStoreName = 'contacts.db'

/** `--instance`, else /etc/cordboard if it is configured, else the shipped instance. */
export function instanceDirectory({ options, root }: Invocation): string {
  const named = textOption(options, 'instance')
  if (named !== undefined) return named
  return existsSync(join(installedInstance, 'box.yaml')) ? installedInstance : join(root, 'config', 'instance')
}

/** `--socket`, else that of the service, else that of a daemon started by hand as the same user. */
export function socketPath({ options }: Invocation): string {
  const named = textOption(options, 'socket')
  if (named !== undefined) return named
  const byHand = join(tmpdir(), `cordboard-${userInfo().username}`, 'control.sock')
  return !existsSync(defaultSocketPath) && existsSync(byHand) ? byHand : defaultSocketPath
}

/** `--store`, else the store in the configured storage directory. */
export function storeFile(invocation: Invocation): string {
  const named = textOption(invocation.options, 'store')
  if (named !== undefined) return named
  const directory = instanceDirectory(invocation)
  const { instance } = loadInstance(directory, { secrets: 'optional' })
  if (!instance)
    throw new CommandFailure(
      2,
      `The configuration in ${directory} has errors, so it does not say where the store is.`,
      `See them with: cordboard check ${directory}; or name the store with --store.`,
    )
  return join(instance.box.storage.directory, contactStoreName)
}
