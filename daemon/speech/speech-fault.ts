// What an engine of speech, or a recogniser, did wrong: missing, failed, hung, or said something else than it should.
// Its message is for a person, names the mend where there is one, and holds nothing of what was said.

export class SpeechFault extends Error {}

/** The engine is sound, but this is nothing it can be asked. */
export class UnsuitedFault extends SpeechFault {}

export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
