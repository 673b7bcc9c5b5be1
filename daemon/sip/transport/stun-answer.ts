// The answer to the keep-alive of a phone behind a router: a STUN binding request on the SIP port (RFC 5626 section 8, RFC
// 8489) is told where it came from. A phone that gets none takes its way to us for dead, and one that is told another
// address than before knows that its router has forgotten it.
import { isIPv4 } from 'node:net'
import type { HostPort } from '../wire/host-port.ts'

const headerBytes = 20
const cookie = Buffer.from([0x21, 0x12, 0xa4, 0x42])
const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const xorMappedAddress = 0x0020

/** Undefined when it is no binding request, or no sound one. */
export function stunAnswer(datagram: Uint8Array, source: HostPort): Buffer | undefined {
  const request = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  if (request.length < headerBytes || request.readUInt16BE(0) !== bindingRequest) return undefined
  if (request.readUInt16BE(2) !== request.length - headerBytes || !request.subarray(4, 8).equals(cookie))
    return undefined
  const address = addressBytes(source.address)
  const value = Buffer.alloc(4 + address.length)
  value.writeUInt8(address.length === 4 ? 1 : 2, 1)
  value.writeUInt16BE(source.port ^ cookie.readUInt16BE(0), 2)
  // RFC 8489 section 14.2: masked with the cookie, and for IPv6 with the transaction id after it.
  for (const [at, byte] of address.entries()) value.writeUInt8(byte ^ request[4 + at]!, 4 + at)
  const head = Buffer.alloc(headerBytes + 4)
  head.writeUInt16BE(bindingSuccess, 0)
  head.writeUInt16BE(4 + value.length, 2)
  request.copy(head, 4, 4, headerBytes)
  head.writeUInt16BE(xorMappedAddress, headerBytes)
  head.writeUInt16BE(value.length, headerBytes + 2)
  return Buffer.concat([head, value])
}

function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  const [front, back = ''] = address.split('%')[0]!.split('::')
  const groups = (text: string) =>
    text === ''
      ? []
      : text.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
  const [head, tail] = [groups(front!), groups(back)]
  return Uint8Array.from([...head, ...Array(Math.max(0, 16 - head.length - tail.length)).fill(0), ...tail].slice(0, 16))
}
