// From measures to faults: the limits, by the shape of what is photographed. Each limit was found on the set of drawn
// photos that is for finding limits (tests/bench/coach), never on the one that measures them.
import type { Scores } from './measure'
import { shapeOf, type Shape, type Wanted } from './wanted'

/** The wire values of backend/domain/coaching.py. */
export type Fault = 'blurred' | 'dark' | 'glare' | 'cut_off' | 'too_small' | 'wrong_way_up' | 'wrong_side'

interface Limits {
  /** Width of an edge in thousandths of the paper's long side: letters are some 30 of them high. */
  edgeAtMost: number
  /** The paper's long side in pixels as sent. */
  longAtLeast: number
  /** The largest blown spot's share of the paper. */
  spotAtMost: number
}

const limits: Record<Shape, Limits> = {
  card: { edgeAtMost: 4, longAtLeast: 480, spotAtMost: 0.012 },
  sheet: { edgeAtMost: 4, longAtLeast: 620, spotAtMost: 0.012 },
  portrait: { edgeAtMost: 20, longAtLeast: 200, spotAtMost: 1 },
}
const lightAtLeast = 62
const grainAtMost = 16
const cutAtMost = 0.04

/** What to warn of, the worst first; empty for a photo to be sent as it is. */
export function faultsOf(scores: Scores, wanted: Wanted): Fault[] {
  const shape = shapeOf(wanted)
  const limit = limits[shape]
  const of = (name: string): number => scores[name] ?? 0
  const found: Fault[] = []
  const long = Math.max(of('width'), of('height'))

  if (of('brightness') < lightAtLeast || of('grain') > grainAtMost) found.push('dark')
  if (shape !== 'portrait' && isCut(of)) found.push('cut_off')
  if (long < limit.longAtLeast) found.push('too_small')
  if (of('glare') > limit.spotAtMost) found.push('glare')
  if ((1000 * of('sharpness')) / Math.max(1, long * of('working')) > limit.edgeAtMost) found.push('blurred')
  if (shape === 'card' && isOtherSide(of, wanted)) found.push('wrong_side')
  else if (shape !== 'portrait' && isTurned(of, shape, wanted)) found.push('wrong_way_up')
  return found
}

type Of = (name: string) => number

/** The paper leaves the frame on some sides. On all of them it is a scan, or taken so close that there is no telling. */
function isCut(of: Of): boolean {
  const sides = [of('cut_top'), of('cut_right'), of('cut_bottom'), of('cut_left')]
  return sides.some((side) => side > cutAtMost) && !sides.every((side) => side > 0.9)
}

/** Identity cards only: other cards' sides differ by their makers. The card may lie upside down besides. */
function isOtherSide(of: Of, wanted: Wanted): boolean {
  const hasEmblem = Math.max(of('red_1'), of('red_3')) > 0.045
  const hasPortrait = Math.max(of('dark_left'), of('dark_right')) > 0.5
  if (wanted.sample === 'id_card') return wanted.part === 'back' ? hasPortrait && of('red_1') < 0.02 : hasEmblem && !hasPortrait
  return wanted.part === 'back' ? false : of('band') > 0.6
}

function isTurned(of: Of, shape: Shape, wanted: Wanted): boolean {
  if (shape === 'sheet') return of('lines') < 0.8
  if (of('height') > 1.12 * of('width')) return true
  if (wanted.part !== 'back') return of('dark_left') > of('dark_right') + 0.15
  return wanted.sample === 'id_card' ? of('red_3') > of('red_1') + 0.04 : of('dark_bottom') > of('dark_top') + 0.3
}
