// Calls of the box: how they begin and end.
import assert from 'node:assert/strict'
import type { CallShape } from './shape.ts'
import { callee, challenge, has, pause, reply, request, response, scenario, sdp } from './sipp-steps.ts'

const failed = (status: number, reason: string, parts = {}) => [callee.reply(status, reason, parts), request('ACK')]
const hungUp = [request('BYE'), reply(200, 'OK')]
const cancelled = [
  request('CANCEL'),
  reply(200, 'OK'),
  // The INVITE's own answer: its CSeq is not that of the CANCEL.
  callee.reply(487, 'Request Terminated').replace('[last_CSeq:]', 'CSeq: [$cseq] INVITE').replace(tagOnce, tagOnce),
  request('ACK'),
]
