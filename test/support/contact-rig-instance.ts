// The instance of a contact rig: one routing profile, two queues, the flows by name, the agents that the test names.
import { carriersOf } from '../../daemon/config/carriers.ts'
import { defaultFlows } from '../../daemon/config/default-flows.ts'
import type { Instance } from '../../daemon/config/instance.ts'
import type { Agent, Queue, QuickConnect, RoutingProfile } from '../../daemon/config/schema.ts'
import { boxSchema } from '../../daemon/config/schema.ts'

export interface RigLimits {
  concurrentCalls?: number
  callDurationS?: number
  /** Of every agent. */
  afterContactWorkS?: number
  autoAccept?: boolean
}

function quickConnects(agents: string[]): QuickConnect[] {
  const description = 'for tests'
  return [
    ...agents.map((agent) => ({ type: 'agent' as const, name: agent, description, agent })),
    { type: 'queue', name: 'To Sales', description, queue: 'Sales' },
    { type: 'phone', name: 'Reception', description, number: '+15550777' },
  ]
}

export function instanceWith(
  agents: string[],
  { afterContactWorkS = 0, autoAccept = false, ...limits }: RigLimits,
): Instance {
  const queue = (name: string): Queue => ({
    name,
    hours: 'Always open',
    quickConnects: [],
    outboundCallerId: { name: 'Test', number: '+15550100' },
  })
  const profile: RoutingProfile = {
    name: 'Everybody',
    concurrency: { VOICE: 1, TASK: 1 },
    queues: [
      { queue: 'Support', channel: 'VOICE', priority: 1, delayS: 0 },
      { queue: 'Sales', channel: 'VOICE', priority: 1, delayS: 0 },
      { queue: 'Support', channel: 'TASK', priority: 1, delayS: 0 },
    ],
    defaultOutboundQueue: 'Support',
  }
  const agent = (userName: string): Agent & { password: undefined } => ({
    userName,
    firstName: userName,
    lastName: 'Test',
    routingProfile: 'Everybody',
    status: 'Available',
    afterContactWorkS,
    autoAccept,
    phone: { srtp: 'off', media: 'sdes', codecs: ['PCMU'], address: '127.0.0.1:9' },
    password: undefined,
  })
  const nothingIn = { startAction: '', actions: new Map(), displayNames: new Map() }
  const flow = (id: string) => ({ id, name: id, arn: id, type: 'CONTACT_FLOW', ...nothingIn }) as const
  const flows = ['main', 'survey', 'outbound', ...Object.values(defaultFlows).map(({ name }) => name)]
  return {
    directory: 'test',
    arn: 'arn:aws:connect:local:0:instance/00000000-0000-4000-8000-000000000000',
    box: boxSchema.parse({ instance: { name: 'Test', country: 'US', timeZone: 'UTC' }, limits }),
    boards: [],
    numbers: new Map([['+15550100', { number: '+15550100', flow: 'main' }]]),
    releasedNumbers: new Set(),
    ports: [],
    campaigns: new Map(),
    outletSecrets: {},
    hours: new Map(),
    queues: new Map(['Support', 'Sales'].map((name) => [name, queue(name)])),
    routingProfiles: new Map([[profile.name, profile]]),
    agents: new Map(agents.map((userName) => [userName, agent(userName)])),
    quickConnects: new Map(quickConnects(agents).map((one) => [one.name, one])),
    carriers: carriersOf(undefined, { byPlace: new Map(), faults: [] }),
    flows: new Map(flows.map((id) => [id, flow(id)])),
    prompts: new Map(),
    functions: new Map(),
    bots: new Map(),
    aliases: [],
    hooks: new Map(),
    voice: { engines: [], rules: [], recognisers: [], promptSources: [] },
  }
}
