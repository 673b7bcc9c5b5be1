// Every metric of the published sheet that a call can have is one of the box's, historical or live; those that are not
// stand here with the reason why.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { definitions } from '../../../daemon/metrics/definitions.ts'
import { liveRows } from '../../../daemon/metrics/live.ts'

const sheet = join(import.meta.dirname, '../../../../shared/reference/metrics.md')

const historical = `
  CONTACTS_QUEUED CONTACTS_QUEUED_BY_ENQUEUE CONTACTS_HANDLED CONTACTS_HANDLED_CONNECTED_TO_AGENT_TIME
  CONTACTS_HANDLED.INCOMING CONTACTS_HANDLED.OUTBOUND CONTACTS_HANDLED.CALLBACK CONTACTS_HANDLED.API
  CONTACTS_CREATED CONTACTS_INCOMING CONTACTS_CREATED.API CONTACTS_CREATED.CALLBACK CONTACTS_ABANDONED
  SUM_CONTACTS_ABANDONED_IN.60 SUM_CONTACTS_ANSWERED_IN.60 CONTACTS_REMOVED_FROM_QUEUE_IN.60 CONTACTS_RESOLVED_IN.60
  SUM_CONTACTS_DISCONNECTED CONTACTS_HANDLED.AGENT_DISCONNECT CONTACTS_HOLD_ABANDONS CONTACTS_ON_HOLD_AGENT_DISCONNECT
  CONTACTS_ON_HOLD_CUSTOMER_DISCONNECT CONTACTS_PUT_ON_HOLD AGENT_NON_RESPONSE
  AGENT_NON_RESPONSE_WITHOUT_CUSTOMER_ABANDONS CONTACTS_TRANSFERRED_IN CONTACTS_TRANSFERRED_IN_BY_AGENT
  CONTACTS_TRANSFERRED_IN_FROM_QUEUE CONTACTS_TRANSFERRED_OUT CONTACTS_TRANSFERRED_OUT_BY_AGENT
  CONTACTS_TRANSFERRED_OUT_FROM_QUEUE CONTACTS_TRANSFERRED_OUT_EXTERNAL CONTACTS_TRANSFERRED_OUT_INTERNAL
  SUM_RETRY_CALLBACK_ATTEMPTS CONTACT_VOLUME SERVICE_LEVEL.20 ABANDONMENT_RATE AVG_QUEUE_ANSWER_TIME AVG_ABANDON_TIME
  MAX_QUEUED_TIME AVG_HANDLE_TIME SUM_HANDLE_TIME AVG_ACTIVE_TIME SUM_INTERACTION_TIME AVG_INTERACTION_TIME
  AVG_INTERACTION_TIME.OUTBOUND SUM_INTERACTION_AND_HOLD_TIME AVG_INTERACTION_AND_HOLD_TIME SUM_HOLD_TIME AVG_HOLD_TIME
  AVG_HOLD_TIME_ALL_CONTACTS AVG_HOLDS SUM_AFTER_CONTACT_WORK_TIME AVG_AFTER_CONTACT_WORK_TIME
  AVG_AFTER_CONTACT_WORK_TIME.OUTBOUND AVG_CONTACT_DURATION AVG_RESOLUTION_TIME SUM_CONTACT_FLOW_TIME
  SUM_CONTACT_TIME_AGENT SUM_IDLE_TIME_AGENT SUM_NON_PRODUCTIVE_TIME_AGENT SUM_ONLINE_TIME_AGENT
  SUM_ERROR_STATUS_TIME_AGENT AGENT_OCCUPANCY AVG_AGENT_CONCURRENCY PERCENT_CONTACT_TIME_AGENT PERCENT_IDLE_TIME_AGENT
  PERCENT_NON_PRODUCTIVE_TIME_AGENT AGENT_ANSWER_RATE SUM_CONNECTING_TIME_AGENT.INCOMING
  SUM_CONNECTING_TIME_AGENT.OUTBOUND SUM_CONNECTING_TIME_AGENT.CALLBACK SUM_CONNECTING_TIME_AGENT.API
  AVG_AGENT_CONNECTING_TIME.INCOMING AVG_AGENT_CONNECTING_TIME.OUTBOUND AVG_AGENT_CONNECTING_TIME.CALLBACK
  AVG_AGENT_CONNECTING_TIME.API FLOWS_STARTED FLOWS_OUTCOME FLOWS_OUTCOME.DROPPED
  FLOWS_OUTCOME.DISCONNECTED_PARTICIPANT FLOWS_OUTCOME.ENDED_FLOW_EXECUTION FLOWS_OUTCOME.TRANSFERED_TO_AGENT
  FLOWS_OUTCOME.TRANSFERED_TO_PHONE_NUMBER FLOWS_OUTCOME.TRANSFERED_TO_FLOW FLOWS_OUTCOME.TRANSFERED_TO_QUEUE
  FLOWS_OUTCOME.RETURNED_TO_FLOW PERCENT_FLOWS_OUTCOME.DROPPED AVG_FLOW_TIME MAX_FLOW_TIME MIN_FLOW_TIME
`.match(/\S+/g)!

const live = `
  AGENTS_ONLINE AGENTS_AVAILABLE AGENTS_STAFFED AGENTS_ON_CONTACT AGENTS_NON_PRODUCTIVE AGENTS_AFTER_CONTACT_WORK
  AGENTS_ERROR SLOTS_ACTIVE SLOTS_AVAILABLE CONTACTS_IN_QUEUE OLDEST_CONTACT_AGE CONTACTS_SCHEDULED ESTIMATED_WAIT_TIME
`.match(/\S+/g)!

/** Names of the sheet that are none of the box's. */
const absent: Readonly<Record<string, string>> = {
  AVG_AGENT_PAUSE_TIME: 'a call cannot rest: tasks only',
  CONTACTS_CONSULTED: 'the service itself gave it up in 2019',
  CONTACTS_MISSED: 'the old name of AGENT_NON_RESPONSE',
  AGENTS_ON_CALL: 'the old name of AGENTS_ON_CONTACT',
  AGENT_SCHEDULE_ADHERENCE: 'the box plans no shifts',
  AGENT_ADHERENT_TIME: 'the box plans no shifts',
  AGENT_NON_ADHERENT_TIME: 'the box plans no shifts',
  AGENT_SCHEDULED_TIME: 'the box plans no shifts',
  BOT_CONVERSATIONS_COMPLETED: 'bots are functions of the instance, which keep count of their conversations themselves',
  BOT_INTENTS_COMPLETED: 'as BOT_CONVERSATIONS_COMPLETED',
  AVG_BOT_CONVERSATION_TIME: 'as BOT_CONVERSATIONS_COMPLETED',
  STEP_CONTACTS_QUEUED: 'steps of routing criteria are in the log, not in the event stream',
  PERCENT_CONTACTS_STEP_EXPIRED: 'as STEP_CONTACTS_QUEUED',
}
/** What metrics of the sheet are filtered by, or what their formulas read. */
const noMetrics = new Set(
  `INITIATION_METHOD DISCONNECT_REASON AGENT_DISCONNECT QUEUE_TRANSFER IN_QUEUE CONNECTED_ONHOLD DISCONNECTED_PARTICIPANT
  ENDED_FLOW_EXECUTION TRANSFERED_TO_AGENT TRANSFERED_TO_PHONE_NUMBER TRANSFERED_TO_FLOW TRANSFERED_TO_QUEUE
  RETURNED_TO_FLOW`.match(/\S+/g),
)

t.test('historical metrics', async (t) => {
  const known = new Set(definitions.map(({ name }) => name))
  t.same(
    historical.filter((name) => !known.has(name)),
    [],
  )
  t.equal(known.size, definitions.length, 'no name twice')
})

t.test('real-time metrics', async (t) => {
  const view = { name: 'Sales', waiting: 1, oldestAgeS: 5, available: 0, staffed: 0, online: 0, enabled: true }
  const [row] = liveRows(
    {
      agents: [],
      queues: ['Sales'],
      queue: () => ({ ...view, estimatedWaitS: 3 }),
      serves: () => true,
      scheduled: () => 0,
    },
    { by: 'queue' },
  )
  t.same(Object.keys(row?.metrics ?? {}).sort(), [...live].sort())
})

t.test(
  'the sheet has no name that is neither',
  { skip: existsSync(sheet) ? false : 'not run: no sheet' },
  async (t) => {
    const known = new Set([...historical, ...live].map((name) => name.replace(/\..*$/, '')))
    const parts = readFileSync(sheet, 'utf8').split(/^## /m)
    const named = parts
      .filter((part) => /^[2-6]\. /.test(part))
      .flatMap((part) => part.match(/\b[A-Z]+(_[A-Z]+)+\b(?!_|\.)/g) ?? [])
      .map((name) => name.replace(/_X$/, ''))
    t.ok(named.length > 80, `${named.length} names`)
    const unknown = [...new Set(named)].filter((name) => !known.has(name) && !(name in absent) && !noMetrics.has(name))
    t.same(unknown, [])
    t.same(
      Object.keys(absent).filter((name) => !named.includes(name)),
      [],
      'nothing is explained that the sheet does not have',
    )
  },
)
