// The paper as a rectangle of the working picture: what lies inside, and where on the paper a place is.
import { coarseStep, type Grid } from './grid'
import type { Outline, Point } from './outline'

export interface Region {
  /** Corner of the paper's upper left (as it lies), and its two sides as vectors, in working pixels. */
  origin: Point
  along: Point
  down: Point
  width: number
  height: number
}

/** The paper's rectangle, or the whole frame when no outline was found. */
export function regionOf(grid: Grid, outline: Outline | null): Region {
  if (outline === null) {
    return { origin: { x: 0, y: 0 }, along: { x: grid.width, y: 0 }, down: { x: 0, y: grid.height }, width: grid.width, height: grid.height }
  }
  const [a, b, , d] = outline.corners
  const along = { x: (b.x - a.x) * coarseStep, y: (b.y - a.y) * coarseStep }
  const down = { x: (d.x - a.x) * coarseStep, y: (d.y - a.y) * coarseStep }
  return { origin: { x: a.x * coarseStep, y: a.y * coarseStep }, along, down, width: Math.hypot(along.x, along.y), height: Math.hypot(down.x, down.y) }
}

/** Where on the paper a place of the working picture is: 0..1 along and down, beyond that outside. */
export function onPaper(region: Region, x: number, y: number): Point {
  const dx = x - region.origin.x
  const dy = y - region.origin.y
  return {
    x: (dx * region.along.x + dy * region.along.y) / (region.width * region.width),
    y: (dx * region.down.x + dy * region.down.y) / (region.height * region.height),
  }
}

export function isInside(point: Point, margin: number): boolean {
  return point.x >= margin && point.x <= 1 - margin && point.y >= margin && point.y <= 1 - margin
}
