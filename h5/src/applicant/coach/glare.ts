// Blown highlights: a spot of pure white with the paper's own light all around. A page that is bright because it lies
// in a bright light, or was scanned, gets darker slowly or not at all, and is no glare.
import { coarseStep, quantile, type Grid } from './grid'
import { isInside, onPaper, type Region } from './region'

export interface Glare {
  /** The largest blown spot's share of the paper, 0..1. */
  spot: number
  /** The blown share of the paper altogether, 0..1. */
  blown: number
  /** How much darker the paper is a tenth of its length away from that spot, 0..255; 0 for a tiny one. */
  drop: number
}

const white = 250
/** A spot smaller than this share of the paper hides nothing, whatever is around it. */
const worthAsking = 0.005

export function glareOf(grid: Grid, region: Region, margin: number): Glare {
  const { coarse } = grid
  const where = new Uint8Array(coarse.luma.length) // 0 not on the paper, 1 on it, 2 blown
  let inside = 0
  let blown = 0
  for (let y = 0; y < coarse.height; y += 1) {
    for (let x = 0; x < coarse.width; x += 1) {
      if (!isInside(onPaper(region, (x + 0.5) * coarseStep, (y + 0.5) * coarseStep), margin)) continue
      const place = y * coarse.width + x
      const isBlown = (coarse.luma[place] ?? 0) >= white
      where[place] = isBlown ? 2 : 1
      inside += 1
      if (isBlown) blown += 1
    }
  }
  if (blown === 0) return { spot: 0, blown: 0, drop: 0 }
  const spot = largestPiece(where, coarse.width)
  if (spot.size < worthAsking * inside) return { spot: spot.size / inside, blown: blown / inside, drop: 0 }
  return { spot: spot.size / inside, blown: blown / inside, drop: dropAround(grid, where, spot.mask, (0.1 * Math.max(region.width, region.height)) / coarseStep) }
}

function largestPiece(where: Uint8Array, width: number): { size: number; mask: Uint8Array } {
  const label = new Int32Array(where.length)
  const waiting: number[] = []
  let best = { label: 0, size: 0 }
  let next = 0
  for (let start = 0; start < where.length; start += 1) {
    if (where[start] !== 2 || label[start] !== 0) continue
    next += 1
    label[start] = next
    waiting.push(start)
    let size = 0
    while (waiting.length > 0) {
      const place = waiting.pop() ?? 0
      size += 1
      const x = place % width
      for (const other of [x > 0 ? place - 1 : -1, x < width - 1 ? place + 1 : -1, place - width, place + width]) {
        if (where[other] === 2 && label[other] === 0) {
          label[other] = next
          waiting.push(other)
        }
      }
    }
    if (size > best.size) best = { label: next, size }
  }
  return { size: best.size, mask: Uint8Array.from(label, (each) => (each === best.label ? 1 : 0)) }
}

/** The light lost between the spot and the paper some way off; ink is darker than paper, so the brighter half is asked. */
function dropAround(grid: Grid, where: Uint8Array, spot: Uint8Array, reach: number): number {
  const { width, height, luma } = grid.coarse
  const far = distancesFrom(spot, width, height)
  const lights: number[] = []
  for (let place = 0; place < where.length; place += 1) {
    const away = far[place] ?? 0
    if (where[place] !== 0 && away > 0.75 * reach && away < 1.25 * reach) lights.push(luma[place] ?? 0)
  }
  return lights.length < 8 ? 0 : 255 - quantile(lights, 0.75)
}

/** Steps from the mask, along, down or slanting (two passes). */
function distancesFrom(mask: Uint8Array, width: number, height: number): Float32Array {
  const far = Float32Array.from(mask, (each) => (each === 1 ? 0 : 1e6))
  const at = (place: number): number => far[place] ?? 1e6
  for (let y = 1; y < height; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const place = y * width + x
      const straight = Math.min(at(place - 1), at(place - width)) + 1
      far[place] = Math.min(at(place), straight, Math.min(at(place - width - 1), at(place - width + 1)) + 1.4)
    }
  }
  for (let y = height - 2; y >= 0; y -= 1) {
    for (let x = width - 2; x > 0; x -= 1) {
      const place = y * width + x
      const straight = Math.min(at(place + 1), at(place + width)) + 1
      far[place] = Math.min(at(place), straight, Math.min(at(place + width + 1), at(place + width - 1)) + 1.4)
    }
  }
  return far
}
