// An instance: everything one configuration directory says, checked and joined. Made by load.ts, read by all.
import type { BotDefinition } from '../bots/bots.ts'
import type { HookKind } from '../flow/abilities.ts'
import type { Flow } from '../flow/flow.ts'
import type { FunctionDefinition } from '../functions/functions.ts'
import type { Campaign } from './campaigns-schema.ts'
import type { Carriers } from './carriers.ts'
import type { Board } from './lines-schema.ts'
import type { OutletSecrets } from './outlet-secrets.ts'
import type { Port } from './porting-schema.ts'
import type {
  Agent,
  Alias,
  Box,
  ClaimedNumber,
  HoursOfOperation,
  Queue,
  QuickConnect,
  RoutingProfile,
} from './schema.ts'
import type { VoiceConfiguration } from './voice.ts'

/** A prompt checked at load: 8 kHz, at most 50 MB and 5 minutes, as linear mono samples. */
export interface Prompt {
  /** Name in flows: the file's name without `.wav`. */
  name: string
  file: string
  samples: Int16Array
}

export interface Instance {
  directory: string
  /** `arn:aws:connect:…:instance/ID`, the form flows expect of `$.InstanceARN`; ids of resources derive from it. */
  arn: string
  box: Box
  /** Of the receivers that `box.events` names. */
  outletSecrets: OutletSecrets
  boards: Board[]
  numbers: Map<string, ClaimedNumber>
  /** Given back: never to be claimed again. */
  releasedNumbers: ReadonlySet<string>
  hours: Map<string, HoursOfOperation>
  queues: Map<string, Queue>
  routingProfiles: Map<string, RoutingProfile>
  /** By user name. */
  agents: Map<string, Agent & { password: string | undefined }>
  quickConnects: Map<string, QuickConnect>
  carriers: Carriers
  /** Numbers on their way here; in the order in which they were begun. */
  ports: Port[]
  /** By name. */
  campaigns: Map<string, Campaign>
  /** By name: the file's name without `.json`. */
  flows: Map<string, Flow>
  prompts: Map<string, Prompt>
  /** By name, with the values of their secret headers. */
  functions: Map<string, FunctionDefinition>
  /** What stands in for Connect's products, by name of the function. */
  hooks: Map<HookKind, string>
  bots: Map<string, BotDefinition>
  aliases: Alias[]
  /** Engines of speech, and recognisers; with the values of their secret headers. */
  voice: VoiceConfiguration
}
