// Where the paper lies: what is not the table is the paper. The table is what the frame's rim shows and the middle
// does not; where both show the same there is no telling, and nothing is said.
import { quantile, type Coarse } from './grid'

export interface Point { x: number; y: number }

export interface Outline {
  /** Corners clockwise, in the small copy's pixels; `long` and `short` are its sides there. */
  corners: [Point, Point, Point, Point]
  long: number
  short: number
  /** The paper's share of the frame, 0..1. */
  share: number
  /** How much of its rectangle the paper fills, 0..1. */
  fill: number
  /** The share of each side of the frame (top, right, bottom, left) along which paper leaves it, 0..1. */
  cut: [number, number, number, number]
  /** 1 where the paper is, in the small copy. */
  mask: Uint8Array
}

interface Cluster { luma: number; red: number; yellow: number; reach: number; count: number; isPaper: boolean }

/** The paper's outline, or null where the picture is all paper or all table. */
export function outlineOf(coarse: Coarse): Outline | null {
  const rim = rimOf(coarse)
  const clusters = clustersOf(coarse, rim)
  const colours = coloursOf(coarse, clusters)
  tellPaperFromTable(coarse, colours, clusters, rim.length)
  const papers = clusters.filter((each) => each.isPaper)
  if (papers.reduce((sum, each) => sum + each.count, 0) > 0.6 * rim.length) return smallOnTable(coarse, colours, clusters, rim)
  return found(coarse, colours, clusters, rim)
}

function found(coarse: Coarse, colours: Int8Array, clusters: readonly Cluster[], rim: number[]): Outline | null {
  const table = floodFromRim(coarse, colours, clusters, rim)
  const mask = largestRest(coarse, opened(table, coarse.width, coarse.height))
  return mask === null ? null : measured(coarse, mask)
}

/** Nearly all of the rim is also in the middle: a page that fills the frame, or a small paper on a table, which is
 * brighter than that and lies well inside. */
function smallOnTable(coarse: Coarse, colours: Int8Array, clusters: readonly Cluster[], rim: number[]): Outline | null {
  const outline = found(coarse, colours, clusters.map((each) => ({ ...each, isPaper: false })), rim)
  if (outline === null || outline.fill < 0.75 || outline.share > 0.2 || outline.cut.some((side) => side > 0)) return null
  const rimLight = quantile(rim.map((place) => coarse.luma[place] ?? 0), 0.5)
  return paperLuma(coarse, outline.mask, 0.5) > rimLight + 25 ? outline : null
}

function rimOf(coarse: Coarse): number[] {
  const places: number[] = []
  const thick = 2
  for (let y = 0; y < coarse.height; y += 1) {
    for (let x = 0; x < coarse.width; x += 1) {
      if (x < thick || y < thick || x >= coarse.width - thick || y >= coarse.height - thick) places.push(y * coarse.width + x)
    }
  }
  return places
}

/** The square of how unlike a place is. Colour is worth more than light: light falls off over a table, its colour does not. */
function unlikeness(coarse: Coarse, place: number, to: Cluster): number {
  const luma = ((coarse.luma[place] ?? 0) - to.luma) * 0.8
  const red = ((coarse.red[place] ?? 0) - to.red) * 1.4
  const yellow = ((coarse.yellow[place] ?? 0) - to.yellow) * 1.4
  return luma * luma + red * red + yellow * yellow
}

function clustersOf(coarse: Coarse, rim: number[]): Cluster[] {
  const byLuma = [...rim].sort((a, b) => (coarse.luma[a] ?? 0) - (coarse.luma[b] ?? 0))
  const wanted = 5
  let clusters: Cluster[] = []
  for (let i = 0; i < wanted; i += 1) {
    const place = byLuma[Math.floor(((i + 0.5) / wanted) * byLuma.length)] ?? 0
    clusters.push({ luma: coarse.luma[place] ?? 0, red: coarse.red[place] ?? 0, yellow: coarse.yellow[place] ?? 0, reach: 0, count: 0, isPaper: false })
  }
  for (let round = 0; round < 6; round += 1) {
    const sums = clusters.map(() => ({ luma: 0, red: 0, yellow: 0, spread: 0, count: 0 }))
    for (const place of rim) {
      const index = nearest(coarse, place, clusters)
      const [sum, cluster] = [sums[index], clusters[index]]
      if (sum === undefined || cluster === undefined) continue
      sum.luma += coarse.luma[place] ?? 0
      sum.red += coarse.red[place] ?? 0
      sum.yellow += coarse.yellow[place] ?? 0
      sum.spread += unlikeness(coarse, place, cluster)
      sum.count += 1
    }
    clusters = sums.filter((sum) => sum.count > 0).map((sum) => ({
      luma: sum.luma / sum.count,
      red: sum.red / sum.count,
      yellow: sum.yellow / sum.count,
      reach: Math.min(40, Math.max(14, 2.6 * Math.sqrt(sum.spread / sum.count))),
      count: sum.count,
      isPaper: false,
    }))
  }
  return clusters
}

function nearest(coarse: Coarse, place: number, clusters: readonly Cluster[]): number {
  let index = 0
  let least = Infinity
  for (let i = 0; i < clusters.length; i += 1) {
    const cluster = clusters[i]
    if (cluster === undefined) continue
    const here = unlikeness(coarse, place, cluster)
    if (here < least) {
      least = here
      index = i
    }
  }
  return index
}

/** Of which of the rim's colours each place is; -1 where it is of none. Asked once: it is most of the work. */
function coloursOf(coarse: Coarse, clusters: readonly Cluster[]): Int8Array {
  const colours = new Int8Array(coarse.width * coarse.height)
  for (let place = 0; place < colours.length; place += 1) {
    const index = nearest(coarse, place, clusters)
    const cluster = clusters[index]
    colours[place] = cluster !== undefined && unlikeness(coarse, place, cluster) < cluster.reach * cluster.reach ? index : -1
  }
  return colours
}

/** A colour of the rim that also fills the middle is the paper's own: there the paper leaves the frame. */
function tellPaperFromTable(coarse: Coarse, colours: Int8Array, clusters: Cluster[], rimSize: number): void {
  const inMiddle = clusters.map(() => 0)
  let middle = 0
  for (let y = Math.floor(coarse.height * 0.3); y < coarse.height * 0.7; y += 1) {
    for (let x = Math.floor(coarse.width * 0.3); x < coarse.width * 0.7; x += 1) {
      middle += 1
      const index = colours[y * coarse.width + x] ?? -1
      if (index >= 0) inMiddle[index] = (inMiddle[index] ?? 0) + 1
    }
  }
  clusters.forEach((cluster, index) => {
    const middleShare = (inMiddle[index] ?? 0) / Math.max(1, middle)
    cluster.isPaper = middleShare > 0.18 && middleShare > 0.5 * (cluster.count / rimSize)
  })
}

/** 1 where the table is: reached from the rim over places of the table's colours. */
function floodFromRim(coarse: Coarse, colours: Int8Array, clusters: readonly Cluster[], rim: number[]): Uint8Array {
  const isTable = new Uint8Array(coarse.width * coarse.height)
  const isTableColour = clusters.map((cluster) => !cluster.isPaper)
  const waiting: number[] = []
  const take = (place: number): void => {
    if (isTable[place] === 0 && isTableColour[colours[place] ?? -1] === true) {
      isTable[place] = 1
      waiting.push(place)
    }
  }
  rim.forEach(take)
  while (waiting.length > 0) {
    const place = waiting.pop() ?? 0
    const x = place % coarse.width
    if (x > 0) take(place - 1)
    if (x < coarse.width - 1) take(place + 1)
    if (place >= coarse.width) take(place - coarse.width)
    if (place < isTable.length - coarse.width) take(place + coarse.width)
  }
  return isTable
}

/** What is not table, without threads and specks: eaten by two and grown back. */
function opened(table: Uint8Array, width: number, height: number): Uint8Array {
  let rest: Uint8Array = table.map((each) => 1 - each)
  for (let i = 0; i < 2; i += 1) rest = eroded(rest, width, height)
  for (let i = 0; i < 2; i += 1) rest = grown(rest, width, height)
  return rest
}

function eroded(mask: Uint8Array, width: number, height: number): Uint8Array {
  return shaped(mask, width, height, (sum, all) => sum === all)
}

function grown(mask: Uint8Array, width: number, height: number): Uint8Array {
  return shaped(mask, width, height, (sum) => sum > 0)
}

/** Outside the frame counts as nothing at all: a paper that leaves the frame is not eaten from there. */
function shaped(mask: Uint8Array, width: number, height: number, keep: (sum: number, all: number) => boolean): Uint8Array {
  const made = new Uint8Array(mask.length)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const place = y * width + x
      let sum = mask[place] ?? 0
      let all = 1
      if (x > 0) { sum += mask[place - 1] ?? 0; all += 1 }
      if (x < width - 1) { sum += mask[place + 1] ?? 0; all += 1 }
      if (y > 0) { sum += mask[place - width] ?? 0; all += 1 }
      if (y < height - 1) { sum += mask[place + width] ?? 0; all += 1 }
      made[place] = keep(sum, all) ? 1 : 0
    }
  }
  return made
}

/** The largest piece, its holes filled later by its rectangle; null when it is a crumb. */
function largestRest(coarse: Coarse, rest: Uint8Array): Uint8Array | null {
  const label = new Int32Array(rest.length)
  let best = 0
  let bestSize = 0
  let next = 0
  const waiting: number[] = []
  for (let start = 0; start < rest.length; start += 1) {
    if (rest[start] === 0 || label[start] !== 0) continue
    next += 1
    let size = 0
    waiting.push(start)
    label[start] = next
    while (waiting.length > 0) {
      const place = waiting.pop() ?? 0
      size += 1
      const x = place % coarse.width
      const near = [x > 0 ? place - 1 : -1, x < coarse.width - 1 ? place + 1 : -1, place - coarse.width, place + coarse.width]
      for (const other of near) {
        if (other >= 0 && other < rest.length && rest[other] === 1 && label[other] === 0) {
          label[other] = next
          waiting.push(other)
        }
      }
    }
    if (size > bestSize) {
      bestSize = size
      best = next
    }
  }
  if (bestSize < rest.length * 0.004) return null
  return Uint8Array.from(label, (each) => (each === best ? 1 : 0))
}

function measured(coarse: Coarse, mask: Uint8Array): Outline | null {
  const hull = hullOf(coarse, mask)
  if (hull.length < 3) return null
  const rectangle = smallestRectangle(hull)
  const area = areaOf(hull)
  const box = rectangle.long * rectangle.short
  return {
    ...rectangle,
    share: area / (coarse.width * coarse.height),
    fill: box > 0 ? area / box : 0,
    cut: cutOf(coarse, mask),
    mask,
  }
}

function cutOf(coarse: Coarse, mask: Uint8Array): [number, number, number, number] {
  const { width, height } = coarse
  let top = 0
  let bottom = 0
  for (let x = 0; x < width; x += 1) {
    top += mask[x] ?? 0
    bottom += mask[(height - 1) * width + x] ?? 0
  }
  let left = 0
  let right = 0
  for (let y = 0; y < height; y += 1) {
    left += mask[y * width] ?? 0
    right += mask[y * width + width - 1] ?? 0
  }
  return [top / width, right / height, bottom / width, left / height]
}

/** Convex hull of the mask (Andrew's chain) over each row's ends. */
function hullOf(coarse: Coarse, mask: Uint8Array): Point[] {
  const points: Point[] = []
  for (let y = 0; y < coarse.height; y += 1) {
    const row = y * coarse.width
    let first = -1
    let last = -1
    for (let x = 0; x < coarse.width; x += 1) {
      if (mask[row + x] === 1) {
        if (first < 0) first = x
        last = x
      }
    }
    if (first >= 0) points.push({ x: first, y }, { x: last + 1, y }, { x: first, y: y + 1 }, { x: last + 1, y: y + 1 })
  }
  points.sort((a, b) => a.x - b.x || a.y - b.y)
  const half = (ordered: Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of ordered) {
      while (chain.length >= 2 && turnOf(chain[chain.length - 2], chain[chain.length - 1], point) <= 0) chain.pop()
      chain.push(point)
    }
    chain.pop()
    return chain
  }
  return [...half(points), ...half([...points].reverse())]
}

function turnOf(a: Point | undefined, b: Point | undefined, c: Point): number {
  if (a === undefined || b === undefined) return 1
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

function areaOf(hull: readonly Point[]): number {
  let sum = 0
  hull.forEach((point, index) => {
    const next = hull[(index + 1) % hull.length] ?? point
    sum += point.x * next.y - next.x * point.y
  })
  return Math.abs(sum) / 2
}

/** The smallest rectangle around the hull: one of its sides lies along a side of the hull. */
function smallestRectangle(hull: readonly Point[]): Pick<Outline, 'corners' | 'long' | 'short'> {
  let best = { area: Infinity, angle: 0, left: 0, right: 0, top: 0, bottom: 0 }
  hull.forEach((point, index) => {
    const next = hull[(index + 1) % hull.length] ?? point
    const angle = Math.atan2(next.y - point.y, next.x - point.x)
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const xs = hull.map((each) => each.x * cos + each.y * sin)
    const ys = hull.map((each) => each.y * cos - each.x * sin)
    const found = { angle, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
    const area = (found.right - found.left) * (found.bottom - found.top)
    if (area < best.area) best = { area, ...found }
  })
  // Turned so that “along” is the direction closest to the frame's horizontal.
  const turns = Math.round(best.angle / (Math.PI / 2))
  const back = (x: number, y: number): Point => ({
    x: x * Math.cos(best.angle) - y * Math.sin(best.angle),
    y: x * Math.sin(best.angle) + y * Math.cos(best.angle),
  })
  const round = [back(best.left, best.top), back(best.right, best.top), back(best.right, best.bottom), back(best.left, best.bottom)]
  const start = ((-turns % 4) + 4) % 4
  const corner = (index: number): Point => round[(start + index) % 4] ?? { x: 0, y: 0 }
  const [width, height] = [best.right - best.left, best.bottom - best.top]
  return { corners: [corner(0), corner(1), corner(2), corner(3)], long: Math.max(width, height), short: Math.min(width, height) }
}

/** The colour the paper has most of, for telling it from a hand: medians over its mask. */
export function paperLuma(coarse: Coarse, mask: Uint8Array, share: number): number {
  const values: number[] = []
  mask.forEach((each, place) => {
    if (each === 1) values.push(coarse.luma[place] ?? 0)
  })
  return quantile(values, share)
}
