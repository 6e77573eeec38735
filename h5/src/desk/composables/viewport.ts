/** How a picture lies in its frame: fitted, zoomed towards a point down to its pixels, turned, dragged, led to a place. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'

import { insidePicture, turnedSize, turnedVector, type Box, type Point, type Size } from '../geometry'

/** Pixels of the screen for one of the picture, at most. */
const LARGEST_ZOOM = 4
const STEP = 1.25
/** This much of the picture always stays in sight, in pixels of the page. */
const IN_SIGHT = 80
/** A place that is shown fills this much of the frame, unless that would be more than its pixels twice over. */
const SHARE_OF_FRAME = 0.62
const LARGEST_FOR_A_PLACE = 2

export interface Viewport {
  scale: Ref<number>
  degrees: Ref<number>
  isFitted: Ref<boolean>
  transform: ComputedRef<string>
  /** 100 is one pixel of the picture on one of the screen. */
  percent: ComputedRef<number>
  fit: () => void
  toPixels: () => void
  zoomIn: () => void
  zoomOut: () => void
  /** `x`, `y` from the frame's middle. */
  zoomAt: (factor: number, x: number, y: number) => void
  turnTo: (degrees: number) => void
  move: (dx: number, dy: number) => void
  /** Zooms and moves so that a place of the picture stands in the middle. */
  lead: (place: Box) => void
  /** From the frame's middle to the place on the kept picture, never outside of it. */
  placeAt: (x: number, y: number) => Point
  /** A way across the page, in its pixels, as a way across the kept picture, in fractions of it. */
  wayOf: (dx: number, dy: number) => Point
  /** A new picture, or a frame of another size. */
  settle: (picture: Size, frame: Size, degrees: number, isNew: boolean) => void
}

const pixelRatio = (): number => window.devicePixelRatio || 1

export function useViewport(): Viewport {
  const scale = ref(1)
  const degrees = ref(0)
  const x = ref(0)
  const y = ref(0)
  const isFitted = ref(true)
  let picture: Size = { width: 1, height: 1 }
  let frame: Size = { width: 1, height: 1 }

  const largest = (): number => LARGEST_ZOOM / pixelRatio()

  function fitScale(): number {
    const { width, height } = turnedSize(picture, degrees.value)
    return Math.min(frame.width / width, frame.height / height, largest())
  }

  function fit(): void {
    scale.value = fitScale()
    x.value = 0
    y.value = 0
    isFitted.value = true
  }

  function clamp(): void {
    const { width, height } = turnedSize(picture, degrees.value)
    const reachX = Math.max(0, (width * scale.value + frame.width) / 2 - IN_SIGHT)
    const reachY = Math.max(0, (height * scale.value + frame.height) / 2 - IN_SIGHT)
    x.value = Math.min(reachX, Math.max(-reachX, x.value))
    y.value = Math.min(reachY, Math.max(-reachY, y.value))
  }

  function zoomAt(factor: number, atX: number, atY: number): void {
    const smallest = Math.min(fitScale(), 1 / pixelRatio()) / 2
    const next = Math.min(largest(), Math.max(smallest, scale.value * factor))
    const real = next / scale.value
    scale.value = next
    x.value = atX - (atX - x.value) * real
    y.value = atY - (atY - y.value) * real
    isFitted.value = false
    clamp()
  }

  function placeAt(atX: number, atY: number): Point {
    const from = turnedVector({ x: (atX - x.value) / scale.value, y: (atY - y.value) / scale.value }, -degrees.value)
    return insidePicture({ x: from.x / picture.width + 0.5, y: from.y / picture.height + 0.5 })
  }

  function lead(place: Box): void {
    const size = turnedSize(
      { width: (place.right - place.left) * picture.width, height: (place.bottom - place.top) * picture.height },
      degrees.value,
    )
    const wanted = Math.min((frame.width * SHARE_OF_FRAME) / size.width, (frame.height * SHARE_OF_FRAME) / size.height)
    scale.value = Math.max(fitScale(), Math.min(wanted, LARGEST_FOR_A_PLACE / pixelRatio()))
    const middle = turnedVector(
      {
        x: ((place.left + place.right) / 2 - 0.5) * picture.width,
        y: ((place.top + place.bottom) / 2 - 0.5) * picture.height,
      },
      degrees.value,
    )
    x.value = -middle.x * scale.value
    y.value = -middle.y * scale.value
    isFitted.value = false
    clamp()
  }

  return {
    scale,
    degrees,
    isFitted,
    transform: computed(
      () =>
        `translate(-50%, -50%) translate(${String(x.value)}px, ${String(y.value)}px) rotate(${String(degrees.value)}deg) scale(${String(scale.value)})`,
    ),
    percent: computed(() => Math.round(scale.value * pixelRatio() * 100)),
    fit,
    toPixels: () => {
      zoomAt(1 / pixelRatio() / scale.value, 0, 0)
    },
    zoomIn: () => {
      zoomAt(STEP, 0, 0)
    },
    zoomOut: () => {
      zoomAt(1 / STEP, 0, 0)
    },
    zoomAt,
    turnTo(next) {
      degrees.value = next
      fit()
    },
    move(dx, dy) {
      x.value += dx
      y.value += dy
      isFitted.value = false
      clamp()
    },
    lead,
    placeAt,
    wayOf(dx, dy) {
      const way = turnedVector({ x: dx / scale.value, y: dy / scale.value }, -degrees.value)
      return { x: way.x / picture.width, y: way.y / picture.height }
    },
    settle(nextPicture, nextFrame, nextDegrees, isNew) {
      picture = nextPicture
      frame = nextFrame
      if (isNew) degrees.value = nextDegrees
      if (isNew || isFitted.value) fit()
      else clamp()
    },
  }
}
