// Steps that shapes in the middle of a call begin and end with.
import assert from 'node:assert/strict'
import type { HeardLeg, ShapeScene } from './shape.ts'
import { callee, caller, confirmed, maybe, reply, request, response } from './sipp-steps.ts'

/** sipp calls, and talks with the box. */
export const calling = [caller.invite(), maybe(100), response(180), response(200), caller.ack()]
export const hangsUp = (cseq: number) => [caller.bye(cseq), confirmed(200)]
export const reinvites = (cseq: number, parts: Parameters<typeof caller.request>[2], ...checks: string[]) => [
  caller.request('INVITE', cseq, parts),
  maybe(100),
  response(200, ...checks),
]

/** The box calls sipp, and they talk. */
export const called = [callee.invited(), callee.accept(), request('ACK')]
export const isHungUp = [request('BYE'), reply(200, 'OK')]

export async function answered({ incoming }: ShapeScene): Promise<HeardLeg> {
  const heard = await incoming()
  assert.equal(await heard.leg.answer(), true)
  return heard
}
