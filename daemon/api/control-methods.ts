// The methods of the control socket, over the parts that main.ts hands in. Parameters are checked here; what a method
// answers is a report of reports.ts.
import { z } from 'zod'
import { agentCommandSchema } from '../agent/agent-command.ts'
import type { AgentService } from '../agent/agent-service.ts'
import type { Campaigns } from '../campaigns/campaigns.ts'
import type { Clock } from '../clock.ts'
import type { ContactRecord, ContactStore } from '../contact/contact-record.ts'
import type { RaisedFault } from '../health/faults.ts'
import type { Learning } from '../line/learning.ts'
import type { LineView } from '../line/lines.ts'
import type { ReloadOutcome } from '../reload/reload.ts'
import type { AgentView, QueueView, Routing } from '../routing/routing.ts'
import type { Ban } from '../sip/access/bans.ts'
import type { LinkView } from '../sip/endpoint.ts'
import { campaignMethods } from './campaign-methods.ts'
import type { ControlMethod } from './control-connection.ts'
import { type FigureParts, figureMethods } from './figure-methods.ts'
import { lineMethods } from './line-methods.ts'
import { ControlError } from './protocol.ts'
import {
  type AgentsReport,
  type LegsReport,
  type QueuesReport,
  type QuickConnectsReport,
  reportVersion,
  type StatusReport,
} from './reports.ts'

/** Counters by part of the daemon: `{ audio: {…}, sip: {…} }`. */
export type CounterTable = Record<string, Record<string, number>>

export interface ControlParts {
  clock: Clock
  instance: { name: string; directory: string }
  startedEpochMs: number
  state: () => StatusReport['state']
  routing: Pick<Routing, 'agents' | 'queues' | 'setStatus'>
  /** Figures and what changes queues; absent: the box has none of it, and says so. */
  figures?: FigureParts
  lines: { views(): LineView[] }
  /** Absent: the box learns no line, and says so. */
  learning?: Learning
  /** To carriers. */
  links: () => LinkView[]
  /** Hosts that SIP does not hear for a while. */
  bans: () => Ban[]
  /** Contacts that are alive. */
  contacts: { views(): { contactId: string; state: string; describe: string }[] }
  store: Pick<ContactStore, 'list'>
  faults: { list(): RaisedFault[] }
  counters: () => CounterTable | Promise<CounterTable>
  /** One line for each leg: parties, state, audio path. */
  describeLegs: () => string[] | Promise<string[]>
  agents: Pick<AgentService, 'perform' | 'offeredQuickConnects'>
  /** Absent: the box has none, and says so. */
  campaigns?: Campaigns
  /** Absent: the box does not reload, and says so. */
  reload?: () => Promise<ReloadOutcome>
}

const setAgentStatusParams = z.strictObject({ agent: z.string(), status: z.string() })
const agentCommandParams = z.strictObject({ agent: z.string(), command: agentCommandSchema })
const quickConnectsParams = z.strictObject({ agent: z.string() })
const contactsParams = z.strictObject({
  limit: z.number().int().min(1).max(1000).default(50),
  /** Only records older than this one, by its ContactId. */
  before: z.string().optional(),
})

export function createControlMethods(parts: ControlParts): Record<string, ControlMethod> {
  const agents = () => parts.routing.agents().map(agentReport)
  const methods: Record<string, ControlMethod> = {
    status: async (): Promise<StatusReport> => ({
      version: reportVersion,
      state: parts.state(),
      instance: parts.instance,
      pid: process.pid,
      startedAt: iso(parts.startedEpochMs),
      uptimeS: Math.max(0, Math.floor((parts.clock.epochMs() - parts.startedEpochMs) / 1000)),
      lines: parts.lines.views().map((view) => ({ ...view })),
      links: parts.links().map(linkReport),
      bans: parts.bans().map(({ leftMs, ...ban }) => ({ ...ban, leftS: Math.ceil(leftMs / 1000) })),
      agents: agents(),
      queues: parts.routing.queues().map(queueReport),
      contacts: parts.contacts.views().map((view) => ({ ...view })),
      faults: parts.faults.list().map(faultReport),
      counters: await parts.counters(),
    }),
    agents: (): AgentsReport => ({ version: reportVersion, agents: agents() }),
    queues: (): QueuesReport => ({ version: reportVersion, queues: parts.routing.queues().map(queueReport) }),
    contacts(params): { version: typeof reportVersion; contacts: ContactRecord[] } {
      const query = read(contactsParams, params ?? {})
      return { version: reportVersion, contacts: parts.store.list(query) }
    },
    setAgentStatus(params): AgentsReport {
      const { agent, status } = read(setAgentStatusParams, params)
      if (!parts.routing.setStatus(agent, status)) {
        const mend = 'Agents stand in agents.yaml, statuses of your own in box.yaml; `cordboard agent list` shows them.'
        const what = agents().some(({ userName }) => userName === agent)
          ? `status ${JSON.stringify(status)}`
          : `agent ${JSON.stringify(agent)}`
        throw new ControlError('notFound', `There is no ${what}.`, mend)
      }
      return { version: reportVersion, agents: agents().filter((each) => each.userName === agent) }
    },
    agentCommand(params): { version: typeof reportVersion } {
      const { agent, command } = read(agentCommandParams, params)
      const outcome = parts.agents.perform(agent, command)
      if (outcome.ok) return { version: reportVersion }
      throw new ControlError(
        outcome.reason.startsWith('noSuch') ? 'notFound' : 'refused',
        outcome.message,
        outcome.mend,
      )
    },
    quickConnects(params): QuickConnectsReport {
      const { agent } = read(quickConnectsParams, params)
      const quickConnects = parts.agents.offeredQuickConnects(agent)
      return {
        version: reportVersion,
        quickConnects: quickConnects.map(({ type, name, description, code }) => ({ type, name, description, code })),
      }
    },
    describeLegs: async (): Promise<LegsReport> => ({ version: reportVersion, legs: await parts.describeLegs() }),
  }
  if (parts.figures) Object.assign(methods, figureMethods(parts.figures, read))
  if (parts.campaigns) Object.assign(methods, campaignMethods(parts.campaigns, read))
  if (parts.learning) Object.assign(methods, lineMethods(parts.learning, read))
  const { reload } = parts
  if (reload)
    methods.reload = async (): Promise<{ version: typeof reportVersion } & ReloadOutcome> => ({
      version: reportVersion,
      ...(await reload()),
    })
  return methods
}

function read<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const what = result.error.issues.map((issue) => `${issue.path.join('.') || 'params'}: ${issue.message}`).join('; ')
  throw new ControlError('badParams', `The parameters are wrong: ${what}.`, 'See the list of methods in README.md.')
}

const iso = (epochMs: number) => new Date(epochMs).toISOString()

function agentReport({ sinceEpochMs, contactIds, contacts: _, slots: __, ...view }: AgentView) {
  return { ...view, contactIds: [...contactIds], since: iso(sinceEpochMs) }
}

function linkReport({ sinceEpochMs, ...view }: LinkView) {
  return { ...view, since: iso(sinceEpochMs) }
}

function queueReport(view: QueueView) {
  return { ...view }
}

function faultReport({ sinceEpochMs, lastEpochMs, ...fault }: RaisedFault) {
  return { ...fault, since: iso(sinceEpochMs), last: iso(lastEpochMs) }
}
