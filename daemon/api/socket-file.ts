// The socket's place in the file system: free of what a killed daemon left, and never taken from a living one.
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { maximumSocketPathBytes } from './protocol.ts'

/** Owner and group may talk to the daemon, others may not. */
export const socketMode = 0o660

/** Makes the folder, removes a dead socket. Rejects, naming the mend, when the place can't be used. */
export async function prepareSocketFile(path: string): Promise<void> {
  if (Buffer.byteLength(path) > maximumSocketPathBytes)
    throw new Error(
      `The control socket's path is longer than ${maximumSocketPathBytes} bytes: ${path}. Choose a shorter folder with --runtime.`,
    )
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket())
    throw new Error(`${path} exists and is no socket. Remove it, or choose another folder with --runtime.`)
  if (await answers(path))
    throw new Error(`Another daemon listens on ${path}. Stop it, or choose another folder with --runtime.`)
  rmSync(path, { force: true })
}

export function restrictSocketFile(path: string): void {
  chmodSync(path, socketMode)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
