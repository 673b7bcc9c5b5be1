// What is known of the chips in voice modems, by what they say of themselves. Whatever two chips do differently stands
// in this table and nowhere else. Sources: V.253; the serial line hardware notes, A2 to A8, with their sources.
import { dle, dleCode } from './dle-code.ts'
import type { SampleCoding } from './sample-format.ts'

/** Caller ID as the exchange sends it. */
export type CallerIdStandard = 'bellcore' | 'etsiFsk' | 'etsiDtmf' | 'uk' | 'japan'

export interface Chip {
  readonly name: string
  /** Found in the answers to ATI0, ATI3, +FMI and +FMM. */
  readonly says: RegExp
  /** Why it can carry no call, if it can not: shown to people. */
  readonly unfit?: string
  /** `+VSM` numbers, best first: they mean different things on different chips. */
  readonly formats: readonly { id: number; coding: SampleCoding }[]
  /** Sets it up after AT+FCLASS=8. What the modem refuses of it, it does without. */
  readonly setUp: readonly string[]
  readonly callerId: Readonly<Partial<Record<CallerIdStandard, string>>>
  /** Ends duplex. */
  readonly leave: Uint8Array
}

const endDuplex = Uint8Array.of(dle, dleCode.etx, dle, dleCode.caret)

/** No silence detection (it ends calls on pauses), no inactivity timer, all of the far end's caller ID. */
const usual = ['AT+VIT=0', 'AT+VGT=128', 'AT+VGR=128', 'AT+VDR=1,5', 'AT+VCID=1']

export const chips: readonly Chip[] = [
  {
    name: 'Conexant CX93001',
    says: /CX930(?:01|10)|CX9300/,
    formats: [
      { id: 131, coding: 'ulaw' },
      { id: 132, coding: 'alaw' },
      { id: 130, coding: 'unsigned8' },
    ],
    // -STE tells of other telephones on the line. X3: an exchange or adapter whose dial tone it does not know is no fault.
    setUp: ['ATX3', 'AT+VSD=0,0', 'AT-STE=3', ...usual],
    callerId: {
      bellcore: 'AT!4886=00',
      japan: 'AT!4886=01',
      etsiFsk: 'AT!4886=02',
      uk: 'AT!4886=03',
      etsiDtmf: 'AT!4886=05',
    },
    // Some sticks of this family leave only at the third (callattendant issue 94).
    leave: Uint8Array.of(...endDuplex, dle, dleCode.caret, dle, dleCode.caret),
  },
  {
    name: 'Conexant CX81801',
    says: /CX81801|SoftV92|HSF/,
    unfit: 'it has no μ-law or A-law, and its other formats are compressed',
    formats: [],
    setUp: [],
    callerId: {},
    leave: endDuplex,
  },
  {
    name: 'USRobotics 5637',
    says: /5637|U\.?S\.? ?Robotics/i,
    unfit: 'it plays or records, but not both at once (half duplex)',
    formats: [],
    setUp: [],
    callerId: {},
    leave: endDuplex,
  },
  {
    name: 'Silicon Labs ISOmodem',
    says: /Si24\d\d|^2(?:4[019]|9)\d\d?$/,
    unfit: 'it sends or receives sound over its serial port, but not both at once (half duplex)',
    formats: [],
    setUp: [],
    callerId: {},
    leave: endDuplex,
  },
  {
    name: 'Lucent',
    says: /LUCENT|Agere/i,
    unfit: 'it sends or receives sound over its serial port, but not both at once (half duplex)',
    formats: [],
    setUp: [],
    callerId: {},
    leave: endDuplex,
  },
]

/** A modem that follows V.253 and is in no row: taken if it says that it has duplex, and G.711. */
export function standardChip(formats: Chip['formats']): Chip {
  return {
    name: 'V.253 modem',
    says: /$^/,
    formats,
    setUp: ['AT+VSD=128,0', ...usual],
    callerId: {},
    leave: endDuplex,
  }
}
