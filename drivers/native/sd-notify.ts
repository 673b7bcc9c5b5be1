// One datagram to a Unix datagram socket: how systemd is told of a service's state. Node has no such sockets, so this is
// libc's socket, sendto and close. Called every few seconds, never on the audio thread.
import { DataType, load, open } from 'ffi-rs'

const library = 'cordboard-libc'
let opened = false

const AF_UNIX = 1
const SOCK_DGRAM_CLOEXEC = 0o2000002
/** MSG_DONTWAIT | MSG_NOSIGNAL: a reader that is stuck must not stop the main thread. */
const sendFlags = 0x4040
/** sizeof(sockaddr_un.sun_path), unix(7). */
const maximumPathBytes = 108

/** Errors carry libc's words, e.g. `No such file or directory (os error 2)`. */
export type SendResult = { sent: true } | { sent: false; reason: string }

/** Sends `text` to the socket at `path`; a leading `@` means an abstract name (sd_notify(3)). Never throws. */
export function sendUnixDatagram(path: string, text: string): SendResult {
  const address = socketAddress(path)
  if (!address) return { sent: false, reason: `socket path is empty or longer than ${maximumPathBytes - 1} bytes` }
  try {
    if (!opened) {
      open({ library, path: 'libc.so.6' })
      opened = true
    }
    const socket = call('socket', [DataType.I32, DataType.I32, DataType.I32], [AF_UNIX, SOCK_DGRAM_CLOEXEC, 0])
    if (socket.value < 0) return { sent: false, reason: socket.reason }
    try {
      const payload = Buffer.from(text)
      const sent = call(
        'sendto',
        [DataType.I32, DataType.U8Array, DataType.U64, DataType.I32, DataType.U8Array, DataType.U32],
        [socket.value, payload, payload.length, sendFlags, address, address.length],
      )
      return sent.value === payload.length ? { sent: true } : { sent: false, reason: sent.reason }
    } finally {
      call('close', [DataType.I32], [socket.value])
    }
  } catch (fault) {
    return { sent: false, reason: fault instanceof Error ? fault.message : String(fault) }
  }
}

function call(funcName: string, paramsType: DataType[], paramsValue: unknown[]): { value: number; reason: string } {
  const retType = funcName === 'sendto' ? DataType.I64 : DataType.I32
  const result = load<DataType.I32 | DataType.I64, true>({
    library,
    funcName,
    retType,
    paramsType,
    paramsValue,
    errno: true,
  })
  return { value: result.value, reason: result.errnoMessage }
}

/** struct sockaddr_un as Linux lays it out: family in host order (little-endian on all our boards), then the path. */
function socketAddress(path: string): Buffer | undefined {
  const bytes = Buffer.from(path)
  const abstract = path.startsWith('@')
  if (bytes.length < 2 || bytes.length >= maximumPathBytes) return undefined
  const address = Buffer.alloc(2 + bytes.length + (abstract ? 0 : 1))
  address.writeUInt16LE(AF_UNIX, 0)
  bytes.copy(address, 2)
  if (abstract) address[2] = 0
  return address
}
