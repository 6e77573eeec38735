// Which way up, and which side: by what every such paper has. An identity card has a portrait on the right of its
// front and a red emblem on the upper left of its back; a page has its lines across it and its title on top.
import { quantile, type Coarse, type Grid } from './grid'
import { coarseStep } from './grid'
import type { Region } from './region'

const across = 64
const down = 40

export interface CardLayout {
  /** How dark the darkest broad place in each half is against the card, 0..1: left, right, top, bottom. */
  dark: { left: number; right: number; top: number; bottom: number }
  /** The share of red places in each corner, 0..1: upper left, upper right, lower right, lower left. */
  red: [number, number, number, number]
  /** How dark the darkest band across the whole card is, 0..1, as it lies. */
  band: number
}

/** The paper laid flat into a small picture of 64 × 40 (or 40 × 64 when it stands). */
function flat(coarse: Coarse, region: Region): { width: number; height: number; luma: Float32Array; red: Float32Array } {
  const stands = region.height > region.width
  const [width, height] = stands ? [down, across] : [across, down]
  const luma = new Float32Array(width * height)
  const red = new Float32Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const u = (x + 0.5) / width
      const v = (y + 0.5) / height
      const px = Math.round((region.origin.x + region.along.x * u + region.down.x * v) / coarseStep)
      const py = Math.round((region.origin.y + region.along.y * u + region.down.y * v) / coarseStep)
      const inFrame = px >= 0 && py >= 0 && px < coarse.width && py < coarse.height
      const place = py * coarse.width + px
      luma[y * width + x] = inFrame ? (coarse.luma[place] ?? 0) : 0
      red[y * width + x] = inFrame ? (coarse.red[place] ?? 0) : 0
    }
  }
  return { width, height, luma, red }
}

export function cardLayoutOf(coarse: Coarse, region: Region): CardLayout {
  const { width, height, luma, red } = flat(coarse, region)
  const ground = Math.max(1, quantile(luma, 0.7))
  const mean = (left: number, top: number, wide: number, high: number): number => {
    let sum = 0
    for (let y = top; y < top + high; y += 1) for (let x = left; x < left + wide; x += 1) sum += luma[y * width + x] ?? 0
    return sum / (wide * high)
  }
  const darkest = (x0: number, y0: number, x1: number, y1: number): number => {
    const size = 4
    let best = 1
    for (let y = Math.ceil(y0); y + size <= y1; y += 1) for (let x = Math.ceil(x0); x + size <= x1; x += 1) best = Math.min(best, mean(x, y, size, size) / ground)
    return Math.max(0, 1 - best)
  }
  const inset = 2
  const halves = {
    left: darkest(inset, inset, width * 0.42, height - inset),
    right: darkest(width * 0.58, inset, width - inset, height - inset),
    top: darkest(inset, inset, width - inset, height * 0.42),
    bottom: darkest(inset, height * 0.58, width - inset, height - inset),
  }
  const redIn = (x0: number, y0: number, x1: number, y1: number): number => {
    let count = 0
    let all = 0
    for (let y = Math.floor(y0); y < y1; y += 1) {
      for (let x = Math.floor(x0); x < x1; x += 1) {
        all += 1
        if ((red[y * width + x] ?? 0) > 0.28 * (luma[y * width + x] ?? 255)) count += 1
      }
    }
    return all === 0 ? 0 : count / all
  }
  const [w, h] = [width * 0.42, height * 0.5]
  const corners: CardLayout['red'] = [redIn(1, 1, w, h), redIn(width - w, 1, width - 1, h), redIn(width - w, height - h, width - 1, height - 1), redIn(1, height - h, w, height - 1)]
  let band = 0
  const stands = height > width
  const rows = stands ? width : height
  for (let row = inset; row + 3 <= rows - inset; row += 1) {
    const strip: number[] = []
    for (let at = inset; at < (stands ? height : width) - inset; at += 1) strip.push(stands ? mean(row, at, 3, 1) : mean(at, row, 1, 3))
    band = Math.max(band, 1 - quantile(strip, 0.85) / ground)
  }
  return { dark: halves, red: corners, band }
}

export interface PageLayout {
  /** How much more the ink varies from row to row than from column to column: above 1 the lines lie across. */
  lines: number
  /** Above 0 the page's title is on top, below 0 at its foot. */
  title: number
}

/** Lines and title of a page of text, from where its ink is. */
export function pageLayoutOf(grid: Grid, region: Region): PageLayout {
  const size = 240
  const rows = new Float32Array(size)
  const columns = new Float32Array(size)
  const counts = { rows: new Float32Array(size), columns: new Float32Array(size) }
  const widths = new Float32Array(size)
  const { luma, width, height } = grid
  const steps = 360
  const extent: { first: Int32Array; last: Int32Array } = { first: new Int32Array(size).fill(-1), last: new Int32Array(size).fill(-1) }
  for (let j = 0; j < steps; j += 1) {
    const v = 0.03 + (0.94 * j) / steps
    const row = Math.floor((j / steps) * size)
    for (let i = 0; i < steps; i += 1) {
      const u = 0.03 + (0.94 * i) / steps
      const x = Math.round(region.origin.x + region.along.x * u + region.down.x * v)
      const y = Math.round(region.origin.y + region.along.y * u + region.down.y * v)
      if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) continue
      const at = y * width + x
      const ground = Math.max(luma[at - 2] ?? 0, luma[at + 2] ?? 0, luma[at - 2 * width] ?? 0, luma[at + 2 * width] ?? 0)
      const ink = Math.max(0, ground - (luma[at] ?? 0)) / Math.max(30, ground)
      const column = Math.floor((i / steps) * size)
      rows[row] = (rows[row] ?? 0) + ink
      columns[column] = (columns[column] ?? 0) + ink
      counts.rows[row] = (counts.rows[row] ?? 0) + 1
      counts.columns[column] = (counts.columns[column] ?? 0) + 1
      if (ink > 0.25) {
        if ((extent.first[row] ?? -1) < 0) extent.first[row] = i
        extent.last[row] = i
        widths[row] = (widths[row] ?? 0) + 1
      }
    }
  }
  return { lines: unrest(rows) / Math.max(0.001, unrest(columns)), title: 0 }
}

/** How much a profile goes up and down from one place to the next few. */
function unrest(profile: Float32Array): number {
  let sum = 0
  for (let i = 3; i < profile.length; i += 1) sum += Math.abs((profile[i] ?? 0) - (profile[i - 3] ?? 0))
  return sum
}
