// A flow transfers its caller to a third party: rings the number, keys in digits, joins the two, and gives the caller
// back to the flow, or away for good.
//
//   dial ─▶ (early media is heard) ─▶ answered ─▶ digits ─▶ joined ─▶ third party gone: the flow goes on
//     └── not in time, refused: the flow goes on               └──▶ the flow does not go on: handed over
import type { ThirdPartyCall, ThirdPartyOutcome } from '../flow/abilities.ts'
import type { Leg } from '../leg/leg.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactWorld } from './contact-world.ts'
import type { Conversation } from './conversation.ts'
import { untilAborted } from './customer-call.ts'
import type { Party } from './party.ts'

/** A comma among the digits. */
const pauseMs = 750

export interface OutsideCallOptions {
  world: ContactWorld
  life: ContactLife
  conversation: Conversation
  customer: Party
  call: ThirdPartyCall
  signal: AbortSignal
}

export async function callOutside(of: OutsideCallOptions): Promise<ThirdPartyOutcome> {
  const { world, life, conversation, customer, call, signal } = of
  const placed = world.outbound.call({
    number: call.number,
    callerId: call.callerId,
    ...(customer.leg.remote.address !== undefined && { onBehalfOf: customer.leg.remote.address }),
    from: { kind: 'flow', contactId: life.id },
  })
  if ('refused' in placed) {
    world.counters.count(`thirdPartyRefused.${placed.refused}`)
    world.log.warn({ contactId: life.id, reason: placed.refused, detail: placed.detail }, 'third party not called')
    return 'callFailed'
  }
  const party = conversation.add('thirdParty', call.number, placed.leg, life)
  let handedOver = false
  try {
    conversation.announce(party, customer)
    const answer = await answered(world, placed.leg, call.ringTimeoutMs, signal)
    if (answer !== 'answered') return answer
    if (call.digits) await keyIn(world, placed.leg, call.digits, signal)
    // Gone while digits were keyed in.
    if (placed.leg.state === 'ended') return 'callFailed'
    if (!call.continueFlow && !life.handOver(party)) return 'callFailed'
    handedOver = !call.continueFlow
    conversation.join(customer)
    conversation.join(party)
    life.record.transferred({ kind: 'external', to: call.number, by: 'flow' })
    if (handedOver) return 'handedOver'
    await untilAborted(over(placed.leg), signal)
    return 'answeredAndEnded'
  } finally {
    if (!handedOver) {
      await conversation.remove(party, 'cancelled')
      if (conversation.customer === customer) conversation.setApart(customer)
    }
  }
}

/** Resolves once the leg has ended. */
function over(leg: Leg): Promise<void> {
  return new Promise((resolve) => {
    if (leg.state === 'ended') resolve()
    else leg.on((event) => event.type === 'ended' && resolve())
  })
}

function answered(
  { clock }: ContactWorld,
  leg: Leg,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'answered' | 'callFailed' | 'timedOut'> {
  let settle: (outcome: 'answered' | 'callFailed' | 'timedOut') => void = () => undefined
  const outcome = new Promise<'answered' | 'callFailed' | 'timedOut'>((resolve) => {
    settle = resolve
  })
  const timer = clock.after(timeoutMs, () => settle('timedOut'))
  const stopListening = leg.on((event) => {
    if (event.type === 'answered') settle('answered')
    else if (event.type === 'ended') settle('callFailed')
  })
  if (leg.state === 'ended') settle('callFailed')
  return untilAborted(outcome, signal).finally(() => {
    timer.cancel()
    stopListening()
  })
}

async function keyIn(world: ContactWorld, leg: Leg, digits: string, signal: AbortSignal): Promise<void> {
  for (const part of digits.match(/,|[^,]+/g) ?? []) {
    const sent = part === ',' ? pause(world, signal) : world.sendDigits(leg, part)
    await untilAborted(sent, signal)
  }
}

function pause({ clock }: ContactWorld, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(pauseMs, resolve)
    signal.addEventListener('abort', () => timer.cancel(), { once: true })
  })
}
