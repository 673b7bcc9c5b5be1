// CRC-32 (ISO 3309), as STUN and the board's frames have it. Few boxes need it: node:zlib is loaded with the first, and
// takes 0.5 MB in each thread.
export function crc32(octets: Uint8Array): number {
  return process.getBuiltinModule('node:zlib').crc32(octets)
}
