// A rule by which packets go on without JavaScript, and how it lies in the forward table: cb_forward of cordboard.h.

/** Words of one rule, and the places of those that change while it is in force. */
export const forwardWords = 22
export const forwardActive = 0
const forwardTarget = 1
export const forwardNext = 11
export const forwardSent = 12
export const forwardNewest = 19
export const forwardQuiet = 20
export const forwardNoted = 21

/** How the packets of one stream go on as packets of another; numbers are 32-bit, signed or not. */
export interface ForwardRule {
  /** Only what comes from this source and is of this stream. */
  address: number
  port: number
  ssrc: number
  toSlot: number
  toAddress: number
  toPort: number
  toSsrc: number
  /** Added to sequence numbers and timestamps. */
  sequenceOffset: number
  timestampOffset: number
  /** First sequence number that is free to be used. */
  nextSequence: number
  /** Of the newest packet sent so far. */
  newestTimestamp: number
  /** Payload types of audio, events and comfort noise, in and out; -1 for none. Others do not go on. */
  types: readonly (readonly [from: number, to: number])[]
}

/** In force at once. Allocates nothing. */
export function writeForwardRule(table: Int32Array, slot: number, rule: ForwardRule): void {
  const at = slot * forwardWords
  table[at + forwardTarget] = rule.toSlot
  table[at + 2] = rule.address | 0
  table[at + 3] = rule.port
  table[at + 4] = rule.ssrc
  table[at + 5] = rule.toAddress | 0
  table[at + 6] = rule.toPort
  table[at + 7] = rule.toSsrc
  table[at + 8] = rule.sequenceOffset
  table[at + 9] = rule.timestampOffset
  table[at + 10] = rule.nextSequence
  table[at + forwardNext] = rule.nextSequence
  table[at + forwardSent] = 0
  table[at + forwardNewest] = rule.newestTimestamp
  table[at + forwardQuiet] = 0
  table[at + forwardNoted] = 0
  for (let i = 0; i < 3; i++) {
    table[at + 13 + i] = rule.types[i]?.[0] ?? -1
    table[at + 16 + i] = rule.types[i]?.[1] ?? -1
  }
  table[at + forwardActive] = 1
}
