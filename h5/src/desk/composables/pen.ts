/**
 * The pen: boxes and arrows on the photo that is shown, by mouse, finger or keys, each with a reason and a note.
 * What is drawn goes into the outbox as all the marks of its photo; undo puts back what was there before.
 */
import { newKey } from '@api/client'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'

import { insidePicture, type Point } from '../geometry'
import type { MarkToSend, Photo, Reason } from '../types'

export type Shape = MarkToSend['shape']

/** What is being drawn and is no mark yet. */
export interface Stroke {
  shape: Shape
  from: Point
  to: Point
  isByKeys: boolean
}

export interface PenWorld {
  photo: () => Photo | null
  reasons: () => Reason[]
  canDraw: () => boolean
  unsent: (photoId: string) => MarkToSend[] | undefined
  draw: (photoId: string, marks: MarkToSend[]) => void
}

/** Shorter, along x and y together, is a slip of the hand; as the server sees it. */
const LEAST_LENGTH = 0.01
const MOST_REMEMBERED = 50

export interface Pen {
  tool: Ref<Shape | null>
  stroke: ShallowRef<Stroke | null>
  marks: ComputedRef<MarkToSend[]>
  selected: ComputedRef<MarkToSend | null>
  selectedId: Ref<string | null>
  canUndo: ComputedRef<boolean>
  /** Takes a tool up, or puts the same one down. */
  take: (shape: Shape) => void
  begin: (at: Point) => void
  drag: (to: Point) => void
  end: () => void
  /** A stroke for the keys: from there, this far. */
  beginByKeys: (shape: Shape, middle: Point, half: Point) => void
  /** Moves the stroke or the selected mark; `onlyEnd` moves its second end alone. */
  nudge: (way: Point, onlyEnd: boolean) => void
  cancel: () => void
  select: (id: string | null) => void
  selectNext: () => void
  say: (words: { reason_code?: string | null; note?: string | null }) => void
  remove: () => void
  undo: () => void
}

export function usePen(world: PenWorld): Pen {
  const tool = ref<Shape | null>(null)
  const stroke = shallowRef<Stroke | null>(null)
  const selectedId = ref<string | null>(null)
  const before = shallowRef<{ photoId: string; marks: MarkToSend[] }[]>([])

  const marks = computed<MarkToSend[]>(() => {
    const photo = world.photo()
    if (!photo) return []
    const kept = photo.marks.map(({ id, shape, from, to, reason_code, note }) => ({ id, shape, from, to, reason_code, note }) as MarkToSend)
    return world.unsent(photo.id) ?? kept
  })
  const selected = computed(() => marks.value.find((mark) => mark.id === selectedId.value) ?? null)
  const canUndo = computed(() => before.value.some((step) => step.photoId === world.photo()?.id))

  function put(next: MarkToSend[], isRemembered = true): void {
    const photo = world.photo()
    if (!photo || !world.canDraw()) return
    if (isRemembered) before.value = [...before.value, { photoId: photo.id, marks: marks.value }].slice(-MOST_REMEMBERED)
    world.draw(photo.id, next)
  }

  function change(id: string, changed: Partial<MarkToSend>): void {
    put(marks.value.map((mark) => (mark.id === id ? { ...mark, ...changed } : mark)))
  }

  function cancel(): void {
    stroke.value = null
    tool.value = null
    selectedId.value = null
  }

  function end(): void {
    const drawn = stroke.value
    stroke.value = null
    if (!drawn || Math.abs(drawn.to.x - drawn.from.x) + Math.abs(drawn.to.y - drawn.from.y) < LEAST_LENGTH) return
    const mark: MarkToSend = { id: newKey(), shape: drawn.shape, from: drawn.from, to: drawn.to, reason_code: null, note: null }
    put([...marks.value, mark])
    selectedId.value = mark.id
    tool.value = null
  }

  const moved = (at: Point, way: Point): Point => insidePicture({ x: at.x + way.x, y: at.y + way.y })

  watch(() => world.photo()?.id, cancel)

  return {
    tool,
    stroke,
    marks,
    selected,
    selectedId,
    canUndo,
    take(shape) {
      if (!world.canDraw() || !world.photo()) return
      stroke.value = null
      selectedId.value = null
      tool.value = tool.value === shape ? null : shape
    },
    begin(at) {
      if (tool.value) stroke.value = { shape: tool.value, from: at, to: at, isByKeys: false }
    },
    drag(to) {
      if (stroke.value) stroke.value = { ...stroke.value, to }
    },
    end,
    beginByKeys(shape, middle, half) {
      if (!world.canDraw() || !world.photo()) return
      selectedId.value = null
      tool.value = shape
      const back = { x: -half.x, y: -half.y }
      stroke.value = { shape, from: moved(middle, back), to: moved(middle, half), isByKeys: true }
    },
    nudge(way, onlyEnd) {
      const drawn = stroke.value
      if (drawn) stroke.value = { ...drawn, from: onlyEnd ? drawn.from : moved(drawn.from, way), to: moved(drawn.to, way) }
      else if (selected.value) {
        const { id, from, to } = selected.value
        change(id, { from: onlyEnd ? from : moved(from, way), to: moved(to, way) })
      }
    },
    cancel,
    select(id) {
      stroke.value = null
      tool.value = null
      selectedId.value = id
    },
    selectNext() {
      const at = marks.value.findIndex((mark) => mark.id === selectedId.value)
      selectedId.value = marks.value[(at + 1) % Math.max(1, marks.value.length)]?.id ?? null
    },
    say(words) {
      if (selected.value) change(selected.value.id, words)
    },
    remove() {
      if (!selected.value) return
      const gone = selected.value.id
      selectedId.value = null
      put(marks.value.filter((mark) => mark.id !== gone))
    },
    undo() {
      const photoId = world.photo()?.id
      const [step] = before.value.filter((each) => each.photoId === photoId).slice(-1)
      if (!step) return
      before.value = before.value.filter((each) => each !== step)
      put(step.marks, false)
      if (!step.marks.some((mark) => mark.id === selectedId.value)) selectedId.value = null
    },
  }
}
