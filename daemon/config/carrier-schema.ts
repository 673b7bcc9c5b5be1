// The schema of carriers.yaml: who carries calls to and from the telephone network, over which links, and what may be
// dialled at all. Part of the one source, schema.ts.
import { z } from 'zod'
import { codecs, srtp } from './media-schema.ts'

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/, 'must be letters, digits, spaces, dots or dashes')
const whole = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum)
const hostName = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/, 'must be a host or address')
const e164 = z.string().regex(/^\+[1-9][0-9]{1,14}$/, 'must be E.164: a plus sign and up to 15 digits')
const prefix = z.string().regex(/^\+[1-9][0-9]{0,14}$/, 'must be the beginning of a number, with plus sign')
const dialled = z.string().regex(/^[0-9*#+]{1,20}$/, 'must be digits')
const country = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, e.g. GB')
const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM')
const network = z
  .string()
  .regex(
    /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(\/[0-9]{1,3})?$/,
    'must be an address or network',
  )
const transport = z.enum(['udp', 'tcp', 'tls'])
const times = z
  .array(
    z.strictObject({
      days: z
        .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
        .optional()
        .describe('Left out: every day'),
      from: timeOfDay,
      to: timeOfDay.describe('Over midnight when it is not after `from`; the days are those it begins on'),
    }),
  )
  .min(1)
  .optional()
  .describe('When calls may go out this way, in the instance’s time zone; left out: always. Emergencies always do')
const port = whole(1, 65535)

export const numberRules = z
  .strictObject({
    send: z
      .strictObject({
        form: z
          .enum(['e164', 'digits', 'national', 'international'])
          .default('e164')
          .describe('+442079460101, 442079460101, 02079460101 (foreign numbers with 00), or 00442079460101'),
        strip: dialled.optional().describe('Taken off the beginning of what the form gives'),
        add: dialled.optional().describe('Put before it'),
      })
      .prefault({}),
    receive: z
      .strictObject({
        form: z
          .enum(['auto', 'digits', 'national'])
          .default('auto')
          .describe('digits: country code without plus; national: without country code; auto: found out from each'),
        strip: dialled.optional().describe('Taken off the beginning, where it is there'),
        add: dialled.optional().describe('Put before it'),
      })
      .prefault({}),
  })
  .describe('How the carrier writes numbers')

const identity = z
  .strictObject({
    from: z
      .enum(['caller', 'account'])
      .default('caller')
      .describe('What stands in From: the number shown to the called party, or the account'),
    assertedIdentity: z.boolean().default(true).describe('Send P-Asserted-Identity'),
    remotePartyId: z.boolean().default(false).describe('Send Remote-Party-ID'),
    diversion: z
      .enum(['diversion', 'historyInfo', 'none'])
      .default('diversion')
      .describe('How a call that is passed on says so'),
    passCallerOn: z
      .boolean()
      .default(false)
      .describe('A call that is passed on shows its caller; only where the carrier allows foreign numbers'),
    userPhone: z.boolean().default(true).describe('Addresses of numbers end in ;user=phone'),
    trusted: z.boolean().default(true).describe('Believe the carrier’s P-Asserted-Identity and Remote-Party-ID'),
    calledFrom: z
      .enum(['auto', 'requestUri', 'to', 'calledPartyId'])
      .default('auto')
      .describe('Where the dialled number stands in calls that come in'),
  })
  .describe('How callers are told, both ways')

const link = z.strictObject({
  name,
  host: hostName.describe('Name or address of the carrier; its registrar, where the link registers'),
  port: port.optional().describe('Left out: by DNS, or the transport’s own'),
  transport: transport.optional().describe('Left out: by DNS, or udp'),
  outboundProxy: z.strictObject({ host: hostName, port: port.optional(), transport: transport.optional() }).optional(),
  user: z.string().min(1).max(127).optional().describe('Account at the carrier'),
  authUser: z.string().min(1).max(127).optional().describe('Name for passwords, where it is not the account'),
  passwordFile: z.string().optional().describe('File with the password, relative to the instance'),
  register: z
    .strictObject({ expiresS: whole(60, 86_400).default(600).describe('Asked for; the carrier may say another') })
    .optional()
    .describe('The link registers; left out: the carrier sends calls to our address'),
  sources: z
    .array(network)
    .default([])
    .describe('Networks that calls of this carrier come from, besides the addresses of its host'),
  codecs: codecs.default(['PCMA', 'PCMU']),
  srtp: srtp.default('off'),
  dtmf: z
    .enum(['rfc4733', 'info', 'inband'])
    .default('rfc4733')
    .describe('How keys are sent to the carrier: as RTP events, by SIP INFO, or as tones'),
  channels: whole(1, 2000).default(30).describe('Calls at once, both ways'),
  optionsIntervalS: whole(0, 3600).default(30).describe('How often the link is asked whether it lives; 0: never'),
  noResponseS: whole(1, 32).default(4).describe('A call without any response for this long goes by another link'),
  order: whole(1, 100).default(10).describe('Links with lower order take calls first'),
  weight: whole(0, 1000).default(100).describe('Share of calls among links of the same order'),
  times,
  numbers: numberRules.optional(),
  identity: identity.optional(),
})

const limits = {
  callsPerHour: whole(0, 100_000),
  minutesPerHour: whole(0, 1_000_000),
}

const outbound = z
  .strictObject({
    countries: z.array(country).optional().describe('May be called; left out: the instance’s own country only'),
    allowedPrefixes: z.array(prefix).default([]).describe('May be called besides, e.g. "+800"'),
    blockedPrefixes: z.array(prefix).default([]).describe('May not be called, wherever they are'),
    premiumRate: z.boolean().default(false).describe('Numbers of premium rate and shared cost may be called'),
    concurrentCalls: whole(0, 2000).default(10).describe('Calls out at once'),
    callsPerHour: limits.callsPerHour.default(300).describe('Calls out of the whole box'),
    minutesPerHour: limits.minutesPerHour.default(1800).describe('Minutes of them'),
    agent: z
      .strictObject({
        callsPerHour: limits.callsPerHour.default(60),
        minutesPerHour: limits.minutesPerHour.default(120),
      })
      .prefault({})
      .describe('Limits of each agent'),
    night: z
      .strictObject({
        from: timeOfDay,
        to: timeOfDay,
        callsPerHour: limits.callsPerHour.default(0),
        countries: z.array(country).optional().describe('May be called at night; left out: as by day'),
      })
      .optional()
      .describe('What holds at night, in the instance’s time zone'),
    callerId: e164.optional().describe('Shown when nothing else says; left out: the first of numbers.yaml'),
    localPresence: z
      .boolean()
      .default(false)
      .describe('Where nothing else says, show the number of numbers.yaml that is nearest to the called one'),
    outsideLine: z
      .string()
      .regex(/^[0-9]{1,2}$/, 'must be one or two digits')
      .optional()
      .describe('What agents dial before outside numbers; numbers with a plus sign and emergencies go without, too'),
    emergencyNumbers: z.array(dialled).optional().describe('Always let through; left out: those of the country'),
  })
  .describe('What may be dialled, and how much of it')

const inventory = z
  .strictObject({
    file: z.string().min(1).optional().describe('CSV or JSON, relative to the instance'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Answers GET with the same as CSV or JSON'),
  })
  .refine(({ file, url }) => (file === undefined) !== (url === undefined), 'must have either file or url')
  .describe('The numbers that the carrier has to give: number, kind (did, tollFree, uifn), area')

export const carriersSchema = z.strictObject({
  carriers: z
    .array(
      z.strictObject({
        name,
        order: whole(1, 100).default(10).describe('Carriers with lower order take calls first'),
        weight: whole(0, 1000).default(100).describe('Share of calls among carriers of the same order'),
        times,
        rates: z
          .string()
          .optional()
          .describe(
            'CSV file, relative to the instance: prefix,price. Among carriers of one order the cheapest goes first',
          ),
        inventory: inventory.optional(),
        numbers: numberRules.prefault({}),
        identity: identity.prefault({}),
        defaultNumber: e164.optional().describe('Taken for the dialled number where a call tells none'),
        links: z.array(link).min(1),
      }),
    )
    .default([]),
  outbound: outbound.prefault({}),
})

/** Of an agent, in agents.yaml: what differs from `outbound` of carriers.yaml. */
export const agentOutboundSchema = z
  .strictObject({
    allowed: z.boolean().default(true).describe('May call outside numbers'),
    countries: z.array(country).optional(),
    callsPerHour: limits.callsPerHour.optional(),
    minutesPerHour: limits.minutesPerHour.optional(),
  })
  .describe('What this agent may dial; left out: as carriers.yaml says')

export type Carrier = z.infer<typeof carriersSchema>['carriers'][number]
export type CarrierLinkConfig = Carrier['links'][number]
export type NumberRules = Carrier['numbers']
export type OutboundPolicy = z.infer<typeof carriersSchema>['outbound']
export type AgentOutbound = z.infer<typeof agentOutboundSchema>
