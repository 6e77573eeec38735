// The picture as the measures want it: luma at working size, and a small coloured copy of it.

/** Long edge at which photos are measured, in pixels. Letters of an A4 page are 10 px high there. */
export const workingLongEdge = 800
/** One pixel of the small copy stands for a square of this many working pixels. */
export const coarseStep = 4

export interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

export interface Grid {
  width: number
  height: number
  /** Luma 0..255, row by row. */
  luma: Uint8Array
  coarse: Coarse
}

/** The small copy: luma, and how red and how yellow a place is (opponent colours), all in 0..255 units. */
export interface Coarse {
  width: number
  height: number
  luma: Float32Array
  red: Float32Array
  yellow: Float32Array
}

export function gridOf(pixels: Pixels): Grid {
  const { width, height, data } = pixels
  const luma = new Uint8Array(width * height)
  const across = Math.max(1, Math.floor(width / coarseStep))
  const down = Math.max(1, Math.floor(height / coarseStep))
  const red = new Float32Array(across * down)
  const green = new Float32Array(across * down)
  const blue = new Float32Array(across * down)
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(down - 1, Math.floor(y / coarseStep)) * across
    let at = y * width
    let from = at * 4
    for (let x = 0; x < width; x += 1, at += 1, from += 4) {
      const r = data[from] ?? 0
      const g = data[from + 1] ?? 0
      const b = data[from + 2] ?? 0
      luma[at] = (77 * r + 150 * g + 29 * b) >> 8
      const place = row + Math.min(across - 1, x >> 2)
      red[place] = (red[place] ?? 0) + r
      green[place] = (green[place] ?? 0) + g
      blue[place] = (blue[place] ?? 0) + b
    }
  }
  return { width, height, luma, coarse: coarseOf(across, down, width, height, red, green, blue) }
}

function coarseOf(across: number, down: number, width: number, height: number, red: Float32Array, green: Float32Array, blue: Float32Array): Coarse {
  const made: Coarse = { width: across, height: down, luma: new Float32Array(across * down), red: new Float32Array(across * down), yellow: new Float32Array(across * down) }
  for (let y = 0; y < down; y += 1) {
    const rows = y === down - 1 ? height - y * coarseStep : coarseStep
    for (let x = 0; x < across; x += 1) {
      const columns = x === across - 1 ? width - x * coarseStep : coarseStep
      const place = y * across + x
      const share = 1 / (rows * columns)
      const r = (red[place] ?? 0) * share
      const g = (green[place] ?? 0) * share
      const b = (blue[place] ?? 0) * share
      made.luma[place] = 0.3 * r + 0.59 * g + 0.11 * b
      made.red[place] = r - g
      made.yellow[place] = (r + g) / 2 - b
    }
  }
  return made
}

/** The value that `share` (0..1) of them do not exceed; sorts a copy. 0 of nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0
  const sorted = Float32Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
