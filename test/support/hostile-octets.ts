// Octets as strangers send them, by a chance that can be had again (seededRandom).

/** Of any length up to `maximumBytes`. */
export function randomOctets(random: () => number, maximumBytes: number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(random() * (maximumBytes + 1)) }, () => random() * 256)
}

/** The same with a few octets changed, or an end cut off. */
export function spoiled(octets: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(octets)
  const changes = Math.floor(random() * 4)
  for (let i = 0; i < changes; i++) copy[Math.floor(random() * copy.length)] = random() * 256
  return random() < 0.3 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy
}
