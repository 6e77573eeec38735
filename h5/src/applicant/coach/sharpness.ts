// How sharp the letters are: how much of a place's contrast is covered in one step. A sharp edge takes it in one pixel,
// a blurred one in many, whatever the light. Both directions are asked: a moved camera blurs only one.
import { quantile, type Grid } from './grid'
import { isInside, onPaper, type Region } from './region'

export interface Sharpness {
  /** Width of an edge (its standard deviation) in working pixels, the worse of the two directions. */
  edge: number
  /** The contrast of the places with most of it, 0..255. */
  contrast: number
  /** The sensor's grain, standard deviation in luma. */
  grain: number
  /** The light of the paper between its letters, 0..255. */
  light: number
  /** Brightest 2 % of the paper, 0..255. */
  brightest: number
}

const tile = 20

export function sharpnessOf(grid: Grid, region: Region, margin: number): Sharpness {
  const contrasts: number[] = []
  const across: number[] = []
  const down: number[] = []
  const grains: number[] = []
  const lights: number[] = []
  for (let top = 1; top + tile < grid.height; top += tile) {
    for (let left = 1; left + tile < grid.width; left += tile) {
      if (!isInside(onPaper(region, left + tile / 2, top + tile / 2), margin)) continue
      const found = tileOf(grid, left, top)
      contrasts.push(found.contrast)
      across.push(found.across)
      down.push(found.down)
      grains.push(found.grain)
      lights.push(found.light)
    }
  }
  const grain = quantile(grains, 0.25)
  const floor = quantile(contrasts, 0.75)
  const sharpest = (steps: number[]): number => {
    const ratios: number[] = []
    steps.forEach((step, index) => {
      const contrast = (contrasts[index] ?? 0) - 3 * grain
      if ((contrasts[index] ?? 0) >= floor && contrast > 6) ratios.push(Math.max(0, step - 2.2 * grain) / contrast)
    })
    return quantile(ratios, 0.8)
  }
  const step = Math.min(sharpest(across), sharpest(down))
  return { edge: step > 0.02 ? 0.8 / step : 40, contrast: floor, grain, light: quantile(lights, 0.6), brightest: quantile(lights, 0.98) }
}

interface Tile { contrast: number; across: number; down: number; grain: number; light: number }

/** One square: range, largest step across and down (each over two pixels, averaged over two rows), grain, light. */
function tileOf(grid: Grid, left: number, top: number): Tile {
  const { luma, width } = grid
  let low = 255
  let high = 0
  let across = 0
  let down = 0
  let rough = 0
  let sum = 0
  for (let y = top; y < top + tile; y += 1) {
    let at = y * width + left
    for (let x = 0; x < tile; x += 1, at += 1) {
      const here = luma[at] ?? 0
      const right = luma[at + 1] ?? 0
      const below = luma[at + width] ?? 0
      const diagonal = luma[at + width + 1] ?? 0
      if (here < low) low = here
      if (here > high) high = here
      sum += here
      const sideways = Math.abs((luma[at - 1] ?? 0) + (luma[at + width - 1] ?? 0) - right - diagonal) / 2
      if (sideways > across) across = sideways
      const upward = Math.abs((luma[at - width] ?? 0) + (luma[at - width + 1] ?? 0) - below - diagonal) / 2
      if (upward > down) down = upward
      // What neither a slope nor an edge along or down explains is grain.
      rough += Math.abs(here - right - below + diagonal)
    }
  }
  const size = tile * tile
  return { contrast: high - low, across, down, grain: rough / size / 1.6, light: sum / size }
}
