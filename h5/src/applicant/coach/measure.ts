// All measures of one photo: a pure function of its pixels. What they mean is in judge.ts.
import { blocksOf } from './blocks'
import { glareOf } from './glare'
import { gridOf, type Pixels } from './grid'
import { cardLayoutOf, pageLayoutOf } from './layout'
import { outlineOf } from './outline'
import { regionOf } from './region'
import { sharpnessOf } from './sharpness'

/** Named numbers, as they go to the server with the photo. */
export type Scores = Record<string, number>

/** `sentLongEdge`: the long edge in pixels of what will be sent. */
export function measure(pixels: Pixels, sentLongEdge: number): Scores {
  const grid = gridOf(pixels)
  const outline = outlineOf(grid.coarse)
  const region = regionOf(grid, outline)
  const sharp = sharpnessOf(grid, region, 0.05)
  const glare = glareOf(grid, region, 0.03)
  const card = cardLayoutOf(grid.coarse, region)
  const page = pageLayoutOf(grid, region)
  const blocks = blocksOf(grid, region)
  const perPixel = sentLongEdge / Math.max(grid.width, grid.height)
  return {
    sharpness: sharp.edge,
    contrast: sharp.contrast,
    grain: sharp.grain,
    brightness: sharp.light,
    brightest: sharp.brightest,
    glare: glare.spot,
    blown: glare.blown,
    glare_drop: glare.drop,
    outlined: outline === null ? 0 : 1,
    share: outline?.share ?? 1,
    fill: outline?.fill ?? 1,
    cut_top: outline?.cut[0] ?? 0,
    cut_right: outline?.cut[1] ?? 0,
    cut_bottom: outline?.cut[2] ?? 0,
    cut_left: outline?.cut[3] ?? 0,
    width: region.width * perPixel,
    height: region.height * perPixel,
    working: 1 / perPixel,
    dark_left: card.dark.left,
    dark_right: card.dark.right,
    dark_top: card.dark.top,
    dark_bottom: card.dark.bottom,
    red_1: card.red[0],
    red_2: card.red[1],
    red_3: card.red[2],
    red_4: card.red[3],
    band: card.band,
    lines: page.lines,
    title: page.title,
    crease: page.crease,
    blocks: blocks.evenness,
    flat: blocks.flatness,
  }
}
