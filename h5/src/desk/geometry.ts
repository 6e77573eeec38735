/**
 * Places on a photo: fractions of the kept picture, before it is turned (0 left or top, 1 right or bottom), to and from
 * pixels of a screen. Pure.
 */
export interface Point {
  x: number
  y: number
}

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface Size {
  width: number
  height: number
}

export type Degrees = 0 | 90 | 180 | 270

export const isSideways = (degrees: number): boolean => degrees % 180 !== 0

export const turnedSize = ({ width, height }: Size, degrees: number): Size =>
  isSideways(degrees) ? { width: height, height: width } : { width, height }

/** The next quarter clockwise. */
export const nextTurn = (degrees: number): Degrees => ((degrees + 90) % 360) as Degrees

/** A vector turned clockwise by quarters, exactly. */
export function turnedVector({ x, y }: Point, degrees: number): Point {
  switch (((degrees % 360) + 360) % 360) {
    case 90:
      return { x: -y, y: x }
    case 180:
      return { x: -x, y: -y }
    case 270:
      return { x: y, y: -x }
    default:
      return { x, y }
  }
}

const inside = (value: number): number => Math.min(1, Math.max(0, value))

export const insidePicture = ({ x, y }: Point): Point => ({ x: inside(x), y: inside(y) })

export const boxOf = (from: Point, to: Point): Box => ({
  left: Math.min(from.x, to.x),
  top: Math.min(from.y, to.y),
  right: Math.max(from.x, to.x),
  bottom: Math.max(from.y, to.y),
})

/** The transform that lays a kept picture, turned, into a frame of its turned size. */
export function turnedInto({ width, height }: Size, degrees: number): string {
  const [x, y] = degrees === 90 ? [height, 0] : degrees === 180 ? [width, height] : degrees === 270 ? [0, width] : [0, 0]
  return `translate(${String(x)} ${String(y)}) rotate(${String(degrees)})`
}
