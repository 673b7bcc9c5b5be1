// All call shapes.
import { callsIn } from './calls-in.ts'
import { callsOut } from './calls-out.ts'
import { inCall } from './in-call.ts'
import { keysAndTransfers } from './keys-and-transfers.ts'
import type { CallShape } from './shape.ts'

export const callShapes: readonly CallShape[] = [...callsIn, ...callsOut, ...inCall, ...keysAndTransfers]
