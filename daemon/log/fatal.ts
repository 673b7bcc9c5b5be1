// The last line: written to stderr before the call returns, past every buffer, so that it stands in the journal even
// when the process dies at once. Same shape as the other lines, level `fatal`.
import { writeSync } from 'node:fs'
import { redactFields, redactText } from './redact.ts'

const stderr = 2
const maximumTries = 50

/** Never throws. `write` stands in for the write to stderr in tests; it returns the bytes it took. */
export function writeFatal(
  fields: object,
  message: string,
  write: (bytes: Uint8Array) => number = (bytes) => writeSync(stderr, bytes),
): void {
  const line = { level: 'fatal', time: new Date().toISOString(), ...redactFields(fields), message: redactText(message) }
  let rest: Uint8Array = Buffer.from(`${JSON.stringify(line)}\n`)
  for (let tries = 0; rest.length > 0 && tries < maximumTries; tries++) {
    try {
      rest = rest.subarray(write(rest))
    } catch (fault) {
      // A full pipe (EAGAIN) empties as its reader runs; any other fault means that there is nowhere left to tell it.
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'EAGAIN')) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}
