// Blown highlights: a spot of pure white on a paper that is not that white itself. A page scanned or taken in bright
// light is white all over and is no glare.
import { coarseStep, quantile, type Grid } from './grid'
import { isInside, onPaper, type Region } from './region'

export interface Glare {
  /** The largest blown spot's share of the paper, 0..1. */
  spot: number
  /** The blown share of the paper altogether, 0..1. */
  blown: number
}

const white = 246

export function glareOf(grid: Grid, region: Region, margin: number): Glare {
  const { coarse } = grid
  const isBlown = new Uint8Array(coarse.luma.length)
  const lights: number[] = []
  let inside = 0
  let blown = 0
  for (let y = 0; y < coarse.height; y += 1) {
    for (let x = 0; x < coarse.width; x += 1) {
      if (!isInside(onPaper(region, (x + 0.5) * coarseStep, (y + 0.5) * coarseStep), margin)) continue
      const place = y * coarse.width + x
      inside += 1
      const light = coarse.luma[place] ?? 0
      lights.push(light)
      if (light >= white) {
        isBlown[place] = 1
        blown += 1
      }
    }
  }
  if (inside === 0) return { spot: 0, blown: 0 }
  const isWhitePaper = quantile(lights, 0.5) >= white - 4
  return { spot: isWhitePaper ? 0 : largestPiece(isBlown, coarse.width) / inside, blown: blown / inside }
}

function largestPiece(mask: Uint8Array, width: number): number {
  let best = 0
  const waiting: number[] = []
  for (let start = 0; start < mask.length; start += 1) {
    if (mask[start] !== 1) continue
    mask[start] = 2
    waiting.push(start)
    let size = 0
    while (waiting.length > 0) {
      const place = waiting.pop() ?? 0
      size += 1
      const x = place % width
      for (const other of [x > 0 ? place - 1 : -1, x < width - 1 ? place + 1 : -1, place - width, place + width]) {
        if (mask[other] === 1) {
          mask[other] = 2
          waiting.push(other)
        }
      }
    }
    if (size > best) best = size
  }
  return best
}
