// From measures to faults: the limits, by the shape of what is photographed. Each limit was found on the set of drawn
// photos that is for finding limits (tests/bench/coach), never on the one that measures them.
import type { Scores } from './measure'
import { shapeOf, type Shape, type Wanted } from './wanted'

/** The wire values of backend/domain/coaching.py. */
export type Fault = 'blurred' | 'dark' | 'glare' | 'cut_off' | 'too_small' | 'wrong_way_up' | 'wrong_side' | 'folded'

interface Limits {
  /** Width of an edge in thousandths of the paper's long side: letters are some 30 of them high. */
  edgeAtMost: number
  /** The paper's long side in pixels as sent. */
  longAtLeast: number
}

const limits: Record<Shape, Limits> = {
  card: { edgeAtMost: 4, longAtLeast: 560 },
  sheet: { edgeAtMost: 4, longAtLeast: 740 },
  portrait: { edgeAtMost: 20, longAtLeast: 200 },
}
const lightAtLeast = 62
const grainAtMost = 10
const cutAtMost = 0.04
/** A blown spot's share of the paper, and how much darker the paper is beside it. */
const spot = { shareAtMost: 0.014, dropAtLeast: 16 }
/** Washed out: so little contrast against the paper's light, with edges already soft. */
const washedOut = { contrastAtLeast: 0.42, edgeAtMost: 2.6 }
/** Squares of hard pressing: so even, on ground so flat. */
const pressed = { blocksAtMost: 0.22, flatAtLeast: 0.42 }
/** Seen from the side, a rectangle fills less of the rectangle around it, and a card gets flat. */
const tilted = { fillAtLeast: 0.84, flatnessAtLeast: 0.5 }
const creaseAtMost = 0.24
/** Papers with their title on top and only small print at the foot; certificates have seals and pictures everywhere. */
const titled = ['form', 'record_sheet', 'application_form']

/** What to warn of, the worst first; empty for a photo to be sent as it is. */
export function faultsOf(scores: Scores, wanted: Wanted): Fault[] {
  const shape = shapeOf(wanted)
  const of: Of = (name) => scores[name] ?? 0
  const found: Fault[] = []
  const long = Math.max(of('width'), of('height'))

  if (of('brightness') < lightAtLeast) return ['dark'] // what else there is cannot be told in the dark
  if (of('grain') > grainAtMost) found.push('dark')
  if (shape !== 'portrait' && isCut(of)) found.push('cut_off')
  if (long < limits[shape].longAtLeast) found.push('too_small')
  if (shape !== 'portrait' && of('glare') > spot.shareAtMost && of('glare_drop') > spot.dropAtLeast) found.push('glare')
  if (isBlurred(of, shape, long)) found.push('blurred')
  if (shape === 'card' && isOtherSide(of, wanted)) found.push('wrong_side')
  else if (shape !== 'portrait' && (isTilted(of, shape) || isTurned(of, shape, wanted))) found.push('wrong_way_up')
  if (wanted.sample !== 'social_security_card' && shape !== 'portrait' && of('crease') > creaseAtMost) found.push('folded')
  return found
}

type Of = (name: string) => number

function isBlurred(of: Of, shape: Shape, long: number): boolean {
  const edge = (1000 * of('sharpness')) / Math.max(1, long * of('working'))
  if (edge > limits[shape].edgeAtMost) return true
  if (shape !== 'portrait' && of('blocks') > pressed.blocksAtMost && of('flat') > pressed.flatAtLeast) return true
  return shape !== 'portrait' && edge > washedOut.edgeAtMost && of('contrast') < washedOut.contrastAtLeast * of('brightness')
}

/** The paper leaves the frame on a side or two. On three or all it is a scan, or so close that there is no telling. */
function isCut(of: Of): boolean {
  const sides = [of('cut_top'), of('cut_right'), of('cut_bottom'), of('cut_left')]
  return sides.some((side) => side > cutAtMost) && sides.filter((side) => side > 0.9).length < 3
}

function isTilted(of: Of, shape: Shape): boolean {
  const flatness = Math.min(of('width'), of('height')) / Math.max(1, of('width'), of('height'))
  return of('outlined') === 1 && (of('fill') < tilted.fillAtLeast || (shape === 'card' && flatness < tilted.flatnessAtLeast))
}

/** Identity cards only: other cards' sides differ by their makers. The card may lie upside down besides. */
function isOtherSide(of: Of, wanted: Wanted): boolean {
  const hasEmblem = Math.max(of('red_1'), of('red_3')) > 0.045
  const hasPortrait = Math.max(of('dark_left'), of('dark_right')) > 0.5
  if (wanted.sample === 'id_card') return wanted.part === 'back' ? hasPortrait && of('red_1') < 0.02 : hasEmblem && !hasPortrait
  return wanted.part === 'back' ? of('band') < 0.4 && of('dark_right') > 0.48 : of('band') > 0.6
}

function isTurned(of: Of, shape: Shape, wanted: Wanted): boolean {
  if (shape === 'sheet') return of('lines') < 0.9 || (titled.includes(wanted.sample) && of('title') < -0.02)
  if (of('height') > 1.12 * of('width')) return true
  if (wanted.part !== 'back') return of('dark_left') > of('dark_right') + 0.15
  return wanted.sample === 'id_card' ? of('red_3') > of('red_1') + 0.04 : of('dark_bottom') > of('dark_top') + 0.3
}
