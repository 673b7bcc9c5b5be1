// Keys pressed by the device, where its sound can't carry them: one command a key, in order.
import type { LineLegOptions } from './line-leg.ts'
import type { LineSettings } from './lines.ts'

/** Empty where keys go in the sound. A key that is refused ends the row: those after it would mean something else. */
export function keysBy({ driver, port }: LineSettings): Pick<LineLegOptions, 'sendDigits'> {
  if (driver.abilities.digits === 'inBand') return {}
  return {
    sendDigits: async (digits) => {
      for (const digit of digits) {
        const result = await driver.command(port, { type: 'sendDigits', digits: digit })
        if (!result.done) return
      }
    },
  }
}
