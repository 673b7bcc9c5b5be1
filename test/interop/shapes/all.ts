// All call shapes.
import { callsIn } from './calls-in.ts'
import type { CallShape } from './shape.ts'

export const callShapes: readonly CallShape[] = [...callsIn]
