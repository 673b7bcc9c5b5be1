// What a case of scripts/interop is: something that another maker's program and the box do together.

export type Program = 'baresip' | 'sipp' | 'kamailio' | 'linphonec' | 'openssl' | 'chromium'

export interface InteropCase {
  /** Unique; what `--match` looks in. */
  name: string
  /** Programs it needs; without them it is not run. */
  needs: readonly Program[]
  /** Rejects with what went wrong. Gives back all it took, however it ends. */
  run(): Promise<void>
}

/** Undoes what was done, last first, whatever becomes of each. */
export class Undo {
  readonly #steps: (() => unknown)[] = []

  add(step: () => unknown): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    const faults: unknown[] = []
    for (const step of this.#steps.reverse()) {
      try {
        await step()
      } catch (fault) {
        faults.push(fault)
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, `not all was given back: ${faults.map(String).join('; ')}`)
  }
}

/** Runs a case's work and gives back what it took. */
export async function undoing(work: (undo: Undo) => Promise<void>): Promise<void> {
  const undo = new Undo()
  try {
    await work(undo)
  } finally {
    await undo.run()
  }
}
