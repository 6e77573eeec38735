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
  /** Above 0 the page's title is on top, below 0 at its foot; in shares of its height. */
  title: number
  /** The deepest dark crease or narrow shadow right across the paper, 0..1. */
  crease: number
}

const profileSize = 240
/** The paper in so many strips, down and across, for its light. */
const strips = 80

/** Lines, title and creases of a page, from where its ink and its light are. */
export function pageLayoutOf(grid: Grid, region: Region): PageLayout {
  const rows = new Float32Array(profileSize)
  const columns = new Float32Array(profileSize)
  const steps = 360
  const lightByRow = new Uint16Array(strips * 256)
  const lightByColumn = new Uint16Array(strips * 256)
  const { luma, width, height } = grid
  for (let j = 0; j < steps; j += 1) {
    const v = 0.03 + (0.94 * j) / steps
    const row = Math.floor((j / steps) * profileSize)
    for (let i = 0; i < steps; i += 1) {
      const u = 0.03 + (0.94 * i) / steps
      const x = Math.round(region.origin.x + region.along.x * u + region.down.x * v)
      const y = Math.round(region.origin.y + region.along.y * u + region.down.y * v)
      if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) continue
      const at = y * width + x
      const here = luma[at] ?? 0
      const ground = Math.max(luma[at - 2] ?? 0, luma[at + 2] ?? 0, luma[at - 2 * width] ?? 0, luma[at + 2 * width] ?? 0)
      const ink = Math.max(0, ground - here) / Math.max(30, ground)
      const column = Math.floor((i / steps) * profileSize)
      rows[row] = (rows[row] ?? 0) + ink
      columns[column] = (columns[column] ?? 0) + ink
      const byRow = Math.floor((j / steps) * strips) * 256 + here
      const byColumn = Math.floor((i / steps) * strips) * 256 + here
      lightByRow[byRow] = (lightByRow[byRow] ?? 0) + 1
      lightByColumn[byColumn] = (lightByColumn[byColumn] ?? 0) + 1
    }
  }
  return {
    lines: unrest(rows) / Math.max(0.001, unrest(columns)),
    title: titleOf(rows),
    crease: Math.max(creaseOf(lightByRow), creaseOf(lightByColumn)),
  }
}

/** How much a profile goes up and down from one place to the next few. */
function unrest(profile: Float32Array): number {
  let sum = 0
  for (let i = 3; i < profile.length; i += 1) sum += Math.abs((profile[i] ?? 0) - (profile[i - 3] ?? 0))
  return sum
}

/** The tallest line of letters near the top against the one near the foot: a title is taller than what is under it. */
function titleOf(rows: Float32Array): number {
  const floor = 0.12 * quantile(rows, 0.97)
  const tallestIn = (from: number, to: number): number => {
    let tallest = 0
    let run = 0
    for (let i = from; i <= to; i += 1) {
      if (i < to && (rows[i] ?? 0) > floor) {
        run += 1
      } else {
        // A run as tall as this is a seal, a picture or a table, no line of letters.
        if (run < 0.11 * profileSize) tallest = Math.max(tallest, run)
        run = 0
      }
    }
    return tallest / profileSize
  }
  return tallestIn(0, Math.floor(0.24 * profileSize)) - tallestIn(Math.floor(0.76 * profileSize), profileSize)
}

/** A narrow dip of the paper's light, bright again on both sides. Letters leave the brighter fifth of a strip alone. */
function creaseOf(lights: Uint16Array): number {
  const profile = Array.from({ length: strips }, (_, strip) => brighterFifth(lights.subarray(strip * 256, strip * 256 + 256)))
  let deepest = 0
  const reach = 9
  for (let i = 6; i < profile.length - 6; i += 1) {
    const before = Math.max(...profile.slice(Math.max(0, i - reach), i))
    const after = Math.max(...profile.slice(i + 1, i + 1 + reach))
    const around = Math.min(before, after)
    deepest = Math.max(deepest, around > 0 ? 1 - (profile[i] ?? 0) / around : 0)
  }
  return deepest
}

/** The luma that four fifths of a strip do not exceed, from how often each occurs in it; 0 of nothing. */
function brighterFifth(counts: Uint16Array): number {
  const all = counts.reduce((sum, each) => sum + each, 0)
  let below = 0
  for (let luma = 0; luma < 256; luma += 1) {
    below += counts[luma] ?? 0
    if (below > 0.8 * all) return luma
  }
  return 0
}
