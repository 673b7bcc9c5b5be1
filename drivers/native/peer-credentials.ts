// Who is at the other end of a Unix stream socket, by the kernel's word (unix(7), SO_PEERCRED). A rare call, once a
// connection.
import { DataType, load, open } from 'ffi-rs'

export interface PeerCredentials {
  pid: number
  uid: number
  gid: number
}

const library = 'libc-peer'
const [levelSocket, peerCredentials] = [1, 17] // SOL_SOCKET, SO_PEERCRED on Linux (asm-generic/socket.h)
/** `struct ucred`: three 32-bit numbers. */
const ucredBytes = 12
let opened = false

/** Undefined when the descriptor is no connected Unix socket. */
export function peerOf(fd: number): PeerCredentials | undefined {
  // The empty path is the process itself, which the C library is part of.
  if (!opened) open({ library, path: '' })
  opened = true
  const ucred = Buffer.alloc(ucredBytes)
  const length = Buffer.alloc(4)
  length.writeInt32LE(ucredBytes)
  const result = load({
    library,
    funcName: 'getsockopt',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.I32, DataType.I32, DataType.U8Array, DataType.U8Array],
    paramsValue: [fd, levelSocket, peerCredentials, ucred, length],
  })
  if (result !== 0 || length.readInt32LE() !== ucredBytes) return undefined
  return { pid: ucred.readInt32LE(0), uid: ucred.readUInt32LE(4), gid: ucred.readUInt32LE(8) }
}
