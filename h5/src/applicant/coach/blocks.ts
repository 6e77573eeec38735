// The squares of a JPEG that was pressed too hard: steps of light that come back at an even distance, across the paper
// and down, larger than a camera's own squares (8 pixels of the photo) ever are at working size. What is written goes
// under in them, though each square's edge is sharp.
import type { Grid } from './grid'
import type { Region } from './region'

export interface Blocks {
  /** How even the steps are, of the less even direction: about 0.2 by chance, above 0.3 for squares. */
  evenness: number
  /** The share of neighbours on the paper that are of one light, 0..1: inside a square nothing changes. */
  flatness: number
}

const shortest = 9
const longest = 30
const periodStep = 0.25
/** A higher step is a letter's edge. */
const stepAtMost = 12
const smoothing = 15

export function blocksOf(grid: Grid, region: Region): Blocks {
  const frame = inner(grid, region)
  if (frame.right - frame.left < 4 * longest || frame.bottom - frame.top < 4 * longest) return { evenness: 0, flatness: 0 }
  const across = new Float32Array(frame.right - frame.left)
  const down = new Float32Array(frame.bottom - frame.top)
  let same = 0
  for (let y = frame.top; y < frame.bottom; y += 1) {
    for (let x = frame.left; x < frame.right; x += 1) {
      const at = y * grid.width + x
      const here = grid.luma[at] ?? 0
      const sideways = Math.abs((grid.luma[at + 1] ?? 0) - here)
      const downwards = Math.abs((grid.luma[at + grid.width] ?? 0) - here)
      if (sideways + downwards <= 1) same += 1
      across[x - frame.left] = (across[x - frame.left] ?? 0) + (sideways > stepAtMost ? 0 : sideways)
      down[y - frame.top] = (down[y - frame.top] ?? 0) + (downwards > stepAtMost ? 0 : downwards)
    }
  }
  return { evenness: evennessOf(unrestOf(across), unrestOf(down)), flatness: same / (across.length * down.length) }
}

/** The paper without its rim, as far as it lies in the frame, upright in the frame: squares do not lean with it. */
function inner(grid: Grid, region: Region): { left: number; right: number; top: number; bottom: number } {
  const middle = { x: region.origin.x + (region.along.x + region.down.x) / 2, y: region.origin.y + (region.along.y + region.down.y) / 2 }
  const [halfWidth, halfHeight] = [0.42 * region.width, 0.42 * region.height]
  return {
    left: Math.max(0, Math.round(middle.x - halfWidth)),
    right: Math.min(grid.width - 1, Math.round(middle.x + halfWidth)),
    top: Math.max(0, Math.round(middle.y - halfHeight)),
    bottom: Math.min(grid.height - 1, Math.round(middle.y + halfHeight)),
  }
}

/** How evenly both profiles come back at the one period at which they do best: their first two waves against all unrest. */
function evennessOf(across: Float32Array, down: Float32Array): number {
  let best = 0
  for (let period = shortest; period <= longest; period += periodStep) {
    const [first, second] = [(2 * Math.PI) / period, (4 * Math.PI) / period]
    const sideways = waveOf(across, first) + waveOf(across, second)
    if (sideways > best) best = Math.max(best, Math.min(sideways, waveOf(down, first) + waveOf(down, second)))
  }
  return best
}

/** The profile without its slow changes, its deviation 1. */
function unrestOf(steps: Float32Array): Float32Array {
  const sums = new Float64Array(steps.length + 1)
  for (let i = 0; i < steps.length; i += 1) sums[i + 1] = (sums[i] ?? 0) + (steps[i] ?? 0)
  const made = steps.map((step, i) => {
    const [from, to] = [Math.max(0, i - smoothing), Math.min(steps.length, i + smoothing + 1)]
    return step - ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from)
  })
  const deviation = Math.sqrt(made.reduce((sum, each) => sum + each * each, 0) / made.length)
  return deviation > 0 ? made.map((each) => each / deviation) : made
}

/** How much of the profile is a wave of this angle a step; the wave is turned on, not computed anew. */
function waveOf(profile: Float32Array, angle: number): number {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  let [x, y, real, imaginary] = [1, 0, 0, 0]
  for (const here of profile) {
    real += here * x
    imaginary += here * y
    const turned = x * cos - y * sin
    y = x * sin + y * cos
    x = turned
  }
  return Math.hypot(real, imaginary) / profile.length
}
