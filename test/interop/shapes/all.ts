// All call shapes.
import { callsIn } from './calls-in.ts'
import { callsOut } from './calls-out.ts'
import { inCall } from './in-call.ts'
import type { CallShape } from './shape.ts'

export const callShapes: readonly CallShape[] = [...callsIn, ...callsOut, ...inCall]
