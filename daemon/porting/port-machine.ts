// The life of a port, as a pure function: port and input in, the next port or a refusal out. Only one thing happens by
// itself: at the agreed time a preloaded port begins to port; everything else is somebody's word.
//
//   eligibility ─▶ documents ─▶ submitted ─▶ validation ─▶ scheduled ─▶ preloaded ═time═▶ porting ─▶ verifying ─▶ completed
//        │             ▲                         │             ▲            │               │           │
//        └─▶ rejected ─┘◀────────────────────────┘             └─ moved ◀───┘               └rolledBack◀┘
//   every state before porting ─▶ cancelled
import type { Port, PortState, Rejection } from '../config/porting-schema.ts'

export type PortInput =
  | { type: 'advance'; cutOverEpochMs?: number | undefined }
  | { type: 'reject'; reason: Rejection }
  /** A new date and time was agreed. */
  | { type: 'reschedule'; cutOverEpochMs: number }
  | { type: 'cancel' /** The losing carrier takes it at short notice. */; late?: boolean }
  | { type: 'rollBack' }

export interface PortWorld {
  nowEpochMs: number
  /** What the losing carrier would find wrong, in words; see port-checks.ts. */
  problems: readonly string[]
  /** Numbers that no flow of the instance answers. */
  unanswered: readonly string[]
}

export type PortStep = { port: Port } | { refused: string; mend: string }

const dayMs = 86_400_000
/** Facts 5: carriers want to know that long before. */
const noticeDays = 5

/** The state a port is in at a time, whoever looks. */
export function stateAt(port: Port, epochMs: number): PortState {
  const { state, cutOver } = port
  return state === 'preloaded' && cutOver !== undefined && epochMs >= Date.parse(cutOver) ? 'porting' : state
}

export function isOver(state: PortState): boolean {
  return state === 'completed' || state === 'cancelled' || state === 'rolledBack'
}

/** Of a port whose numbers have come over: until when one command takes them back. */
export function rollBackUntil({ cutOver, rollBackWindowMin }: Port): number | undefined {
  return cutOver === undefined ? undefined : Date.parse(cutOver) + rollBackWindowMin * 60_000
}

export function advancePort(port: Port, input: PortInput, world: PortWorld, remark?: string): PortStep {
  const state = stateAt(port, world.nowEpochMs)
  const step = stepFrom({ ...port, state }, input, world)
  if ('refused' in step) return step
  return { port: { ...step.port, history: [...port.history, ...entries(port, state, step.port.state, world, remark)] } }
}

/** What came by itself is written down with the time it came at. */
function entries(port: Port, from: PortState, to: PortState, { nowEpochMs }: PortWorld, remark?: string) {
  const came = from !== port.state && port.cutOver !== undefined ? [{ at: port.cutOver, state: from }] : []
  const at = new Date(nowEpochMs).toISOString()
  return [...came, { at, state: to, ...(remark !== undefined && { remark }) }]
}

function stepFrom(port: Port, input: PortInput, world: PortWorld): PortStep {
  switch (input.type) {
    case 'advance':
      return advance(port, input.cutOverEpochMs, world)
    case 'reject':
      return reject(port, input.reason)
    case 'reschedule':
      return reschedule(port, input.cutOverEpochMs, world)
    case 'cancel':
      return cancel(port, input.late ?? false, world)
    case 'rollBack':
      return rollBack(port, world)
  }
}

function advance(port: Port, cutOverEpochMs: number | undefined, world: PortWorld): PortStep {
  switch (port.state) {
    case 'eligibility':
      return to(port, 'documents')
    case 'documents':
      return world.problems.length === 0
        ? to(port, 'submitted')
        : refuse(`The losing carrier would refuse it: ${world.problems.join('; ')}.`, 'Mend that first.')
    case 'submitted':
      return to(port, 'validation')
    case 'validation':
      return cutOverEpochMs === undefined
        ? refuse('It is approved with a date and time.', 'Add --at, as both carriers agreed.')
        : schedule(port, cutOverEpochMs, world)
    case 'scheduled':
      return preload(port, world)
    case 'preloaded':
      return refuse(`It waits for ${port.cutOver}; then it switches by itself.`, 'Or agree another time: --at.')
    case 'porting':
      return to(port, 'verifying')
    case 'verifying':
      return to(port, 'completed')
    case 'rejected': {
      // A rejection restarts the clock: what was agreed is gone.
      const { rejection: _reason, cutOver: _time, ...rest } = port
      return to(rest, 'documents')
    }
    default:
      return refuse(`It is ${port.state}: that is its end.`, 'A new try is a new port: cordboard port new.')
  }
}

function preload(port: Port, { unanswered, nowEpochMs }: PortWorld): PortStep {
  if (unanswered.length > 0)
    return refuse(
      `No flow answers ${unanswered.join(', ')}.`,
      'Calls would fail: add --flow, or cordboard number attach.',
    )
  if (port.cutOver === undefined || Date.parse(port.cutOver) <= nowEpochMs)
    return refuse('The agreed time has passed.', 'Agree another: --at.')
  return to(port, 'preloaded')
}

function schedule(port: Port, cutOverEpochMs: number, { nowEpochMs }: PortWorld): PortStep {
  if (cutOverEpochMs <= nowEpochMs) return refuse('The agreed time lies in the past.', 'Agree another.')
  return to({ ...port, cutOver: new Date(cutOverEpochMs).toISOString() }, 'scheduled')
}

function reschedule(port: Port, cutOverEpochMs: number, world: PortWorld): PortStep {
  if (port.state !== 'scheduled' && port.state !== 'preloaded')
    return refuse(`It is ${port.state}: no time is agreed that could be moved.`, 'See: cordboard port status.')
  return schedule(port, cutOverEpochMs, world)
}

function reject(port: Port, rejection: Rejection): PortStep {
  if (port.state !== 'eligibility' && port.state !== 'validation')
    return refuse(`It is ${port.state}: nobody judges it now.`, 'Carriers reject at eligibility and validation.')
  const { cutOver: _time, ...rest } = port
  return to({ ...rest, rejection }, 'rejected')
}

function cancel(port: Port, late: boolean, { nowEpochMs }: PortWorld): PortStep {
  if (isOver(port.state)) return refuse(`It is ${port.state} already.`, '')
  if (port.state === 'porting' || port.state === 'verifying')
    return refuse(
      'The numbers have moved: it can’t be cancelled any more.',
      'Within the window: cordboard port rollback.',
    )
  const isAgreed = port.state === 'scheduled' || port.state === 'preloaded'
  if (
    isAgreed &&
    port.cutOver !== undefined &&
    !late &&
    businessDays(nowEpochMs, Date.parse(port.cutOver)) < noticeDays
  )
    return refuse(
      `Carriers want ${noticeDays} business days’ notice.`,
      'If the losing carrier takes it all the same, add --late.',
    )
  const { cutOver: _time, ...rest } = port
  return to(rest, 'cancelled')
}

function rollBack(port: Port, { nowEpochMs }: PortWorld): PortStep {
  if (port.state !== 'porting' && port.state !== 'verifying')
    return refuse(`It is ${port.state}: there is nothing to roll back.`, 'See: cordboard port status.')
  const untilMs = rollBackUntil(port)
  if (untilMs === undefined || nowEpochMs >= untilMs)
    return refuse(
      `The window of ${port.rollBackWindowMin} minutes has passed.`,
      'Going back is a port of its own now: cordboard port new.',
    )
  return to(port, 'rolledBack')
}

/** Whole days between, Saturdays and Sundays left out; public holidays are not known here. */
function businessDays(fromMs: number, toMs: number): number {
  let days = 0
  for (let at = fromMs + dayMs; at <= toMs; at += dayMs) {
    const day = new Date(at).getUTCDay()
    if (day !== 0 && day !== 6) days++
  }
  return days
}

function to(port: Port, state: PortState): PortStep {
  return { port: { ...port, state } }
}

function refuse(refused: string, mend: string): PortStep {
  return { refused, mend }
}
