// lines.yaml: the telephone lines, by the hardware they are plugged into.
import { z } from 'zod'
import { numberRules } from './carrier-schema.ts'
import { absolutePath, e164, name } from './common-schema.ts'

const whole = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum)

const device = absolutePath.describe('Serial device, by its stable name under /dev/serial/by-id or /dev/cordboard')
const number = e164.describe('The number callers dial to ring this line; must stand in numbers.yaml')

const { strip, add } = numberRules.shape.send.unwrap().shape
const order = whole(0, 1000).default(100).describe('Lower goes first, among the carriers of carriers.yaml as well')
const weight = whole(0, 1000).default(100).describe('Share of the calls among equals')
const howDialled = 'How numbers are dialled'
const callsOut = 'Calls out may take this line; left out: it is for callers only'

const outbound = z
  .strictObject({
    order,
    weight,
    numbers: z
      .strictObject({
        form: z
          .enum(['national', 'digits', 'international'])
          .default('national')
          .describe('02079460101 (foreign numbers with 00), 442079460101, or 00442079460101'),
        strip,
        add,
      })
      .prefault({})
      .describe(howDialled),
  })
  .optional()
  .describe(callsOut)

const mobileOutbound = z
  .strictObject({
    order,
    weight,
    numbers: z
      .strictObject({
        form: z
          .enum(['e164', 'national', 'digits', 'international'])
          .default('e164')
          .describe('+442079460101, 02079460101, 442079460101, or 00442079460101'),
        strip,
        add,
      })
      .prefault({})
      .describe(howDialled),
  })
  .optional()
  .describe(callsOut)

const tone = z.strictObject({
  frequenciesHz: z.array(whole(200, 3400)).min(1).max(2),
  cadenceMs: z
    .array(whole(20, 30_000))
    .max(12)
    .refine((times) => times.length % 2 === 0, 'must be pairs of on and off times')
    .describe('On and off times of a period, in turn; empty: without end'),
})

const tones = z
  .strictObject({ dial: tone.optional(), busy: tone.optional(), congestion: tone.optional(), ring: tone.optional() })
  .optional()
  .describe('Tones of its exchange where they are not those of the country; see cordboard line learn')

const longestCallMin = whole(0, 1440)
  .default(240)
  .describe('A call of so many minutes is ended, whatever was missed; 0: none is')

/** Of a line with two wires, whatever takes its loop. */
const pair = {
  echoTailMs: whole(0, 128)
    .default(64)
    .describe('How long after a sound its echo may come back from the line and be cancelled; 0: no echo is cancelled'),
  currentLossMs: whole(50, 900).default(250).describe('Loop current loss that counts as hang-up'),
  polarity: z
    .enum(['none', 'answer', 'hangUp', 'both'])
    .default('answer')
    .describe(
      'What it means that the exchange reverses the polarity in a call: that a call out is answered, a hang-up, both',
    ),
  silenceHangUpS: whole(0, 3600)
    .default(180)
    .describe('A call in which neither side says anything for so long is ended; 0: never'),
  longestCallMin,
  toneHangUp: z
    .boolean()
    .default(true)
    .describe('Whether busy, congestion and dial tone of the country, heard in a call, end it'),
  tones,
  outbound,
}

/** What has one line is numbered as well, so that it is told of like all others. */
const onlyPort = z.literal(1).default(1)

const gain = z.number().min(-12).max(12).default(0)

/** Of a board alone. */
const boardLine = {
  callWaiting: z
    .boolean()
    .default(false)
    .describe('The exchange tells who calls while the line is in use: its alerting tone is answered, and status tells'),
  receiveGainDb: gain.describe('Callers are heard louder by so much'),
  transmitGainDb: gain.describe('Callers hear us louder by so much'),
}

const fxoBoard = z.strictObject({
  name,
  kind: z.literal('fxoBoard'),
  device,
  hostSilenceS: whole(3, 15)
    .default(8)
    .describe('How long the board holds its lines while the daemon is started anew; then they are released'),
  lines: z.array(z.strictObject({ port: whole(1, 8), name, number, ...pair, ...boardLine })).min(1),
})

const voiceModem = z.strictObject({
  name,
  kind: z.literal('voiceModem'),
  device,
  callerId: z
    .enum(['bellcore', 'etsiFsk', 'etsiDtmf', 'uk', 'japan'])
    .optional()
    .describe('How the exchange sends the caller’s number; left out: as usual in the country'),
  countryCode: z
    .string()
    .regex(/^[0-9A-F]{2}$/, 'must be two hexadecimal digits')
    .optional()
    .describe('Of ITU-T T.35, for AT+GCI: levels and impedance; left out: as the modem is set'),
  lines: z.array(z.strictObject({ port: onlyPort, name, number, ...pair })).length(1),
})

const cellularModule = z.strictObject({
  name,
  kind: z.literal('cellularModule'),
  device: device.describe('Serial device of the commands, by its stable name, e.g. /dev/cordboard/SERIAL-at'),
  soundDevice: device.describe('Serial device of the calls’ sound, e.g. /dev/cordboard/SERIAL-pcm'),
  lines: z.array(z.strictObject({ port: onlyPort, name, number, longestCallMin, outbound: mobileOutbound })).length(1),
})

export const linesSchema = z.strictObject({
  boards: z.array(z.discriminatedUnion('kind', [fxoBoard, voiceModem, cellularModule])),
})

export type Board = z.infer<typeof linesSchema>['boards'][number]
export type Line = Board['lines'][number]
/** Tones that were learnt for a line; each goes before the country's. */
export type LineTones = NonNullable<z.infer<typeof tones>>
/** Of a line that calls out. */
export type LineOutbound = NonNullable<Line['outbound']>
