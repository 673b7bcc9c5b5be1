// A pseudo-terminal pair: the simulated board holds the master, the driver opens the slave as if it were a serial
// device. Rare calls into the C library, at start and at replug only.
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { DataType, load, open } from 'ffi-rs'

export interface PseudoTerminal {
  /** What the other side opens, e.g. `/dev/pts/4`. */
  readonly slavePath: string
  /** What the slave's users write, chunk by chunk; an error when they are gone for good. */
  readonly output: ReadStream
  /** Never waits: returns how many of the bytes there was room for. */
  write(bytes: Uint8Array): number
  /** Unplugs: the slave's users get a hang-up. Idempotent. */
  close(): void
}

const library = 'c'
let opened = false

function call(name: string, paramsType: DataType[], paramsValue: unknown[]): number {
  if (!opened) open({ library, path: '' }) // the empty path is the process itself, which the C library is part of
  opened = true
  const result = load<DataType.I32, true>({
    library,
    funcName: name,
    retType: DataType.I32,
    paramsType,
    paramsValue,
    errno: true,
  })
  if (result.value < 0) throw new Error(`${name}: ${result.errnoMessage}`)
  return result.value
}

/** Bytes of `struct termios`, rounded up: 60 on Linux; never looked into here. */
const termiosBytes = 256
const nameBytes = 64
const applyNow = 0 // TCSANOW

/** No echo, no line editing, no signal characters, no XON/XOFF: every byte passes as it is. */
function makeRaw(fd: number): void {
  const termios = Buffer.alloc(termiosBytes)
  call('tcgetattr', [DataType.I32, DataType.U8Array], [fd, termios])
  load({
    library,
    funcName: 'cfmakeraw',
    retType: DataType.Void,
    paramsType: [DataType.U8Array],
    paramsValue: [termios],
  })
  call('tcsetattr', [DataType.I32, DataType.I32, DataType.U8Array], [fd, applyNow, termios])
}

/**
 * Opens a pair in raw mode. The slave is held open here as well, so that the master reads no error while nobody else
 * has it open. Throws when the system has no pseudo-terminal left.
 */
export function openPseudoTerminal(): PseudoTerminal {
  // O_CLOEXEC is not in node:fs; without it a child process would keep an unplugged device alive.
  const closeOnExec = 0o2000000
  const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK | closeOnExec
  const masterFd = call('posix_openpt', [DataType.I32], [flags])
  let slaveFd: number | undefined
  try {
    call('grantpt', [DataType.I32], [masterFd])
    call('unlockpt', [DataType.I32], [masterFd])
    const name = Buffer.alloc(nameBytes)
    call('ptsname_r', [DataType.I32, DataType.U8Array, DataType.I32], [masterFd, name, nameBytes])
    const slavePath = name.toString('latin1', 0, name.indexOf(0))
    slaveFd = openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY)
    makeRaw(slaveFd)
    return hold(masterFd, slaveFd, slavePath)
  } catch (fault) {
    if (slaveFd !== undefined) closeSync(slaveFd)
    closeSync(masterFd)
    throw fault
  }
}

function hold(masterFd: number, slaveFd: number, slavePath: string): PseudoTerminal {
  const output = new ReadStream(masterFd)
  let live = true
  return {
    slavePath,
    output,
    // Not by the stream: libuv writes to a master blocking, and a reader that stopped would stop us too.
    write: (bytes) => {
      if (!live) return 0
      try {
        return writeSync(masterFd, bytes)
      } catch (fault) {
        if (fault instanceof Error && 'code' in fault && fault.code === 'EAGAIN') return 0
        throw fault
      }
    },
    close: () => {
      if (!live) return
      live = false
      closeSync(slaveFd)
      output.destroy()
    },
  }
}
