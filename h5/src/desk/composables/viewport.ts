/** How a picture lies in its frame: fitted, zoomed towards a point down to its pixels, turned, dragged. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'

const LARGEST_SCALE = 4
const STEP = 1.25
/** This much of the picture always stays in sight, in pixels of the screen. */
const IN_SIGHT = 80

export interface Size {
  width: number
  height: number
}

export interface Viewport {
  scale: Ref<number>
  turns: Ref<number>
  isFitted: Ref<boolean>
  transform: ComputedRef<string>
  percent: ComputedRef<number>
  fit: () => void
  toPixels: () => void
  zoomIn: () => void
  zoomOut: () => void
  /** `x`, `y` from the frame's middle. */
  zoomAt: (factor: number, x: number, y: number) => void
  turn: () => void
  move: (dx: number, dy: number) => void
  /** A new picture, or a frame of another size. */
  settle: (picture: Size, frame: Size, isNew: boolean) => void
}

export function useViewport(): Viewport {
  const scale = ref(1)
  const turns = ref(0)
  const x = ref(0)
  const y = ref(0)
  const isFitted = ref(true)
  let picture: Size = { width: 1, height: 1 }
  let frame: Size = { width: 1, height: 1 }

  function turned(): Size {
    return turns.value % 2 === 0 ? picture : { width: picture.height, height: picture.width }
  }

  function fitScale(): number {
    const { width, height } = turned()
    return Math.min(frame.width / width, frame.height / height, LARGEST_SCALE)
  }

  function fit(): void {
    scale.value = fitScale()
    x.value = 0
    y.value = 0
    isFitted.value = true
  }

  function clamp(): void {
    const { width, height } = turned()
    const reachX = Math.max(0, (width * scale.value + frame.width) / 2 - IN_SIGHT)
    const reachY = Math.max(0, (height * scale.value + frame.height) / 2 - IN_SIGHT)
    x.value = Math.min(reachX, Math.max(-reachX, x.value))
    y.value = Math.min(reachY, Math.max(-reachY, y.value))
  }

  function zoomAt(factor: number, atX: number, atY: number): void {
    const smallest = Math.min(fitScale(), 1) / 2
    const next = Math.min(LARGEST_SCALE, Math.max(smallest, scale.value * factor))
    const real = next / scale.value
    scale.value = next
    x.value = atX - (atX - x.value) * real
    y.value = atY - (atY - y.value) * real
    isFitted.value = false
    clamp()
  }

  return {
    scale,
    turns,
    isFitted,
    transform: computed(
      () =>
        `translate(-50%, -50%) translate(${String(x.value)}px, ${String(y.value)}px) rotate(${String(turns.value * 90)}deg) scale(${String(scale.value)})`,
    ),
    percent: computed(() => Math.round(scale.value * 100)),
    fit,
    toPixels: () => {
      zoomAt(1 / scale.value, 0, 0)
    },
    zoomIn: () => {
      zoomAt(STEP, 0, 0)
    },
    zoomOut: () => {
      zoomAt(1 / STEP, 0, 0)
    },
    zoomAt,
    turn() {
      turns.value = (turns.value + 1) % 4
      fit()
    },
    move(dx, dy) {
      x.value += dx
      y.value += dy
      isFitted.value = false
      clamp()
    },
    settle(nextPicture, nextFrame, isNew) {
      picture = nextPicture
      frame = nextFrame
      if (isNew) turns.value = 0
      if (isNew || isFitted.value) fit()
      else clamp()
    },
  }
}
