// The one source of what a configuration may say: TypeScript types, editors' JSON Schemas and error messages all come
// from here. One directory is one instance; each YAML file holds one kind of thing under one key.
import { z } from 'zod'
import { campaignsSchema } from './campaigns-schema.ts'
import { agentOutboundSchema, carriersSchema } from './carrier-schema.ts'
import { absolutePath, e164, name } from './common-schema.ts'
import { hoursOverridesSchema, timeOfDayRange } from './hours-schema.ts'
import { aliasesSchema, botsSchema, functionsSchema } from './integration-schemas.ts'
import { linesSchema } from './lines-schema.ts'
import { codecs, keying, srtp } from './media-schema.ts'
import { portingSchema } from './porting-schema.ts'
import { eventsSchema, metricsSchema, retentionSchema } from './record-keeping-schema.ts'
import { sipListenSchema, sipTlsSchema } from './sip-schema.ts'
import { voiceSchema } from './voice-schema.ts'

const description = z.string().min(1).max(250)
const seconds = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum)
const ipAddress = z
  .string()
  .regex(/^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/, 'must be an IP address, e.g. 0.0.0.0 for all')
const port = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const hostAndPort = z
  .string()
  .regex(new RegExp(`^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}\\]):${port}$`), 'must be host:port')

export const boxSchema = z.strictObject({
  instance: z.strictObject({
    name: name.describe('Name of this contact centre'),
    id: z.uuid().optional().describe('Stable id of the instance; made from the name when absent'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters, e.g. GB')
      .describe('Two-letter country code: tones, line profile, national numbers'),
    timeZone: z.string().describe('tz database name, e.g. Europe/London'),
    language: z.string().default('en-US').describe('Language of the built-in voice until a flow sets another'),
  }),
  storage: z
    .strictObject({
      directory: absolutePath.default('/var/lib/cordboard').describe('Folder of records and recordings'),
    })
    .prefault({}),
  sip: z
    .strictObject({
      address: ipAddress.default('0.0.0.0').describe('Local address to listen on'),
      port: z.number().int().min(1).max(65535).default(5060).describe('Of UDP, and of TCP unless listen says another'),
      realm: z
        .string()
        .default('cordboard')
        .describe('Realm of digest authentication, and domain of agents’ addresses'),
      advertisedAddress: z
        .string()
        .optional()
        .describe('Address phones reach the box at, when it differs from the local one'),
      listen: sipListenSchema,
      tls: sipTlsSchema,
      sessionExpiresS: seconds(90, 86_400)
        .default(1800)
        .describe(
          'A call whose far end is heard of no more is hung up by then; asked of phones and trunks that know RFC 4028',
        ),
      rtpPorts: z
        .strictObject({
          from: z.number().int().min(1024).max(65534).default(16384),
          to: z.number().int().min(1025).max(65535).default(32767),
        })
        .prefault({})
        .describe('UDP ports of the calls’ sound; a call takes two for each leg'),
    })
    .prefault({}),
  routing: z
    .strictObject({
      offerTimeoutS: seconds(5, 120)
        .default(20)
        .describe('How long an agent’s phone rings before the contact is missed'),
      missedPauseS: z
        .union([z.literal('untilCleared'), seconds(0, 3600)])
        .default('untilCleared')
        .describe(
          'How long an agent who missed a contact gets no other: until it is cleared (*20), or so many seconds',
        ),
    })
    .prefault({}),
  limits: z
    .strictObject({
      concurrentCalls: z
        .number()
        .int()
        .min(1)
        .max(2000)
        .default(10)
        .describe('Contacts at once; more are refused with busy'),
      phoneNumbers: z.number().int().min(1).max(100_000).default(10).describe('Numbers that commands may claim'),
      callDurationS: seconds(60, 86400).default(14400).describe('Longest life of one call, the last resort'),
    })
    .prefault({}),
  statuses: z
    .array(z.strictObject({ name: name.describe('e.g. Lunch, Training: no contacts are offered') }))
    .max(50)
    .default([])
    .describe('Statuses of agents beside Available and Offline; the first nine have a code on telephones'),
  drain: z
    .strictObject({
      timeoutS: seconds(0, 3600).default(60).describe('How long a stop waits for calls to end by themselves'),
    })
    .prefault({}),
  metrics: metricsSchema,
  events: eventsSchema,
  retention: retentionSchema,
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Lines below it are not written'),
    })
    .prefault({}),
})

export const numbersSchema = z.strictObject({
  numbers: z.array(
    z.strictObject({
      number: e164,
      description: description.optional(),
      kind: z
        .enum(['did', 'tollFree', 'uifn'])
        .optional()
        .describe('Left out: as the number itself says. A uifn is never shown as caller'),
      carriers: z
        .array(name)
        .min(1)
        .optional()
        .describe('Who carries it, by names in carriers.yaml: one for a did, several for tollFree. Left out: any'),
      flow: name
        .optional()
        .describe(
          'Flow that answers this number, by its name in flows/; without one callers hear it is not in service',
        ),
      queue: name.optional().describe('Queue it is for, by name: to find it by'),
      capacity: z
        .number()
        .int()
        .min(1)
        .max(2000)
        .optional()
        .describe('Calls at once on this number, both ways; 100 when absent'),
    }),
  ),
  released: z
    .array(z.strictObject({ number: e164, at: z.iso.datetime().optional() }))
    .default([])
    .describe('Numbers given back: they can’t be claimed again'),
})

const day = z.array(timeOfDayRange).default([])
export const hoursSchema = z.strictObject({
  hours: z.array(
    z.strictObject({
      name,
      description: description.optional(),
      timeZone: z.string().describe('tz database name'),
      week: z.strictObject({
        monday: day,
        tuesday: day,
        wednesday: day,
        thursday: day,
        friday: day,
        saturday: day,
        sunday: day,
      }),
      overrides: hoursOverridesSchema,
    }),
  ),
})

export const queuesSchema = z.strictObject({
  queues: z.array(
    z.strictObject({
      name,
      description: description.optional(),
      hours: name.describe('Hours of operation, by name'),
      maximumContacts: z
        .number()
        .int()
        .min(1)
        .max(100000)
        .optional()
        .describe('Contacts that may wait; more take the at-capacity branch'),
      enabled: z
        .boolean()
        .optional()
        .describe('false: lets nobody in until it is opened; `cordboard queue open` and `close` come before it'),
      outboundCallerId: z
        .strictObject({ name: name.optional(), number: e164.optional() })
        .optional()
        .describe('Shown when an agent calls out for this queue; the number must stand in numbers.yaml'),
      outboundWhisperFlow: name
        .optional()
        .describe('Heard by customers whom agents call for this queue; default-outbound when absent'),
      quickConnects: z.array(name).default([]).describe('What its agents can transfer to, by name'),
    }),
  ),
})

export const routingProfilesSchema = z.strictObject({
  routingProfiles: z.array(
    z.strictObject({
      name,
      description: description.optional(),
      concurrency: z
        .strictObject({
          VOICE: z.number().int().min(0).max(1).default(1),
          CHAT: z.number().int().min(0).max(10).optional(),
          TASK: z.number().int().min(0).max(10).optional(),
        })
        .prefault({})
        .describe('Contacts at once, by channel; 0 or absent: none of that channel'),
      otherChannels: z
        .strictObject({ VOICE: z.boolean().optional(), CHAT: z.boolean().optional(), TASK: z.boolean().optional() })
        .optional()
        .describe('Whether an agent busy on the channel is offered contacts of other channels; not unless said'),
      queues: z
        .array(
          z.strictObject({
            queue: name,
            channel: z.enum(['VOICE', 'CHAT', 'TASK']).default('VOICE'),
            priority: z.number().int().min(1).max(99).default(1).describe('1 is served first'),
            delayS: seconds(0, 9999).default(0).describe('How long a contact waits before these agents are offered it'),
          }),
        )
        .min(1),
      defaultOutboundQueue: name.optional().describe('Queue that agents call out for, by name'),
    }),
  ),
})

export const agentsSchema = z.strictObject({
  agents: z.array(
    z.strictObject({
      userName: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be letters, digits, dot, dash or underscore')
        .describe('Name that the phone registers by'),
      firstName: name,
      lastName: name,
      routingProfile: name.describe('Which queues the agent serves, by name'),
      status: z
        .enum(['Available', 'Offline'])
        .default('Available')
        .describe('Status at start; calls come only while a phone is reachable'),
      autoAccept: z.boolean().optional().describe('The phone is asked to answer by itself; not for callbacks'),
      afterContactWorkS: z
        .union([z.literal('unlimited'), z.number().int().min(0).max(2_000_000)])
        .optional()
        .describe('Longest after-contact work; `unlimited`: until it is cleared; 10 when absent'),
      proficiencies: z
        .array(z.strictObject({ name, value: name, level: z.number().int().min(1).max(5) }))
        .max(10)
        .optional()
        .describe('What the agent knows, for routing criteria: up to 10 attributes, level 1 to 5'),
      outbound: agentOutboundSchema.optional(),
      phone: z.strictObject({
        passwordFile: z.string().optional().describe('File with the SIP password, relative to the instance'),
        address: hostAndPort.optional().describe('host:port of a phone that does not register'),
        srtp: srtp.default('offered'),
        media: keying,
        codecs: codecs.default(['PCMU', 'PCMA']),
      }),
    }),
  ),
})

/** What every quick connect has. */
const quickConnect = {
  name,
  description,
  code: z
    .string()
    .regex(/^[0-9]{1,6}$/, 'must be 1 to 6 digits')
    .optional()
    .describe('What agents key or dial for it on a telephone'),
}

export const quickConnectsSchema = z.strictObject({
  quickConnects: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('phone'), ...quickConnect, number: e164 }),
      z.strictObject({
        type: z.literal('agent'),
        ...quickConnect,
        agent: z.string().describe('By userName'),
        flow: name.optional().describe('Of type agent transfer; default-agent-transfer when absent'),
      }),
      z.strictObject({
        type: z.literal('queue'),
        ...quickConnect,
        queue: name,
        flow: name.optional().describe('Of type queue transfer; default-queue-transfer when absent'),
      }),
    ]),
  ),
})

/** File name (without `.yaml`) to schema: what an instance directory may hold beside `flows/` and `prompts/`. */
export const fileSchemas = {
  box: boxSchema,
  lines: linesSchema,
  numbers: numbersSchema,
  hours: hoursSchema,
  queues: queuesSchema,
  'routing-profiles': routingProfilesSchema,
  agents: agentsSchema,
  'quick-connects': quickConnectsSchema,
  carriers: carriersSchema,
  porting: portingSchema,
  campaigns: campaignsSchema,
  functions: functionsSchema,
  bots: botsSchema,
  aliases: aliasesSchema,
  voice: voiceSchema,
} as const

export type Box = z.infer<typeof boxSchema>
export type ClaimedNumber = z.infer<typeof numbersSchema>['numbers'][number]
export type HoursOfOperation = z.infer<typeof hoursSchema>['hours'][number]
export type Queue = z.infer<typeof queuesSchema>['queues'][number]
export type RoutingProfile = z.infer<typeof routingProfilesSchema>['routingProfiles'][number]
export type Agent = z.infer<typeof agentsSchema>['agents'][number]
export type QuickConnect = z.infer<typeof quickConnectsSchema>['quickConnects'][number]
export type DeclaredFunction = z.infer<typeof functionsSchema>['functions'][number]
export type DeclaredBot = z.infer<typeof botsSchema>['bots'][number]
export type DeclaredVoice = z.infer<typeof voiceSchema>
export type Alias = z.infer<typeof aliasesSchema>['aliases'][number]
