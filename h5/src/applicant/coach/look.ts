// One look at decoded pixels: measures, and what they mean for what is wanted. The same on the page and in the worker.
import { faultsOf, type Fault } from './judge'
import { measure, type Scores } from './measure'
import type { Decoded } from './pixels'
import type { Wanted } from './wanted'

export interface Inspection {
  scores: Scores
  warnings: Fault[]
}

/** Photos are sent with a long edge of at most so many pixels (materials/shrink.ts). */
const sentLongEdgeAtMost = 1600

export function lookAt(decoded: Decoded, wanted: Wanted): Inspection {
  const scores = measure(decoded.pixels, Math.min(sentLongEdgeAtMost, decoded.longEdge))
  return { scores, warnings: faultsOf(scores, wanted) }
}
