// DTMF detectors: a code is a digit's character that began, or 0 when it ended.
import { type Detector, DetectorBank } from './detector-bank.ts'
import { i32 } from './library.ts'

/**
 * Makes spandsp fill its static tables, which it does without a lock: to be called once, before any thread opens
 * detectors.
 */
export function startSpandsp(): void {
  const bank = new DtmfBank(1)
  bank.open({ filterDialTone: false }).close()
  bank.destroy()
}

export class DtmfBank extends DetectorBank {
  constructor(detectors: number) {
    super('dtmf', detectors)
  }

  /** Throws when all are in use. `filterDialTone`: for telephone lines, where dial tone may lie under the digits. */
  open(options: { filterDialTone: boolean }): Detector {
    return this.openDetector(i32(options.filterDialTone ? 1 : 0))
  }
}
