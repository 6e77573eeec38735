/** Going through the photos of a case by key: pass, fail with a numbered reason, and on to the next that is not judged. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'

import { photoEntries, type PhotoEntry } from '../photos'
import { slotSubject, type Mark } from '../subjects'
import type { JudgementToSend, ReviewSlot, Verdict } from '../types'

export interface PhotoReviewWorld {
  slots: () => ReviewSlot[]
  marks: () => Map<string, Mark>
  canJudge: () => boolean
  judge: (judgements: JudgementToSend[]) => void
}

export interface PhotoReview {
  entries: ComputedRef<PhotoEntry[]>
  shownKey: Ref<string | null>
  slot: ComputedRef<ReviewSlot | null>
  verdicts: ComputedRef<Map<string, Verdict>>
  hint: Ref<string>
  pass: () => void
  fail: (code: string) => void
  failByNumber: (index: number) => void
  /** The first photo of a material that is not judged; false when there is none. */
  toUnjudged: () => boolean
  /** Brings a photo to the stage by its id. */
  showPhoto: (photoId: string) => void
}

export function usePhotoReview(world: PhotoReviewWorld): PhotoReview {
  const shownKey = ref<string | null>(null)
  const hint = ref('')
  const seen = new Set<string>()

  const entries = computed(() =>
    photoEntries(world.slots()).filter((entry) => entry.photo || needsJudging(entry.slotKey)),
  )
  const shown = computed(() => entries.value.find((entry) => entry.key === shownKey.value) ?? null)
  const slot = computed(() => world.slots().find((each) => each.key === shown.value?.slotKey) ?? null)
  const verdicts = computed(() => {
    const drawn = new Map<string, Verdict>()
    for (const each of world.slots()) {
      const mark = world.marks().get(slotSubject(each.key))
      if (mark) drawn.set(each.key, mark.verdict)
    }
    return drawn
  })

  function needsJudging(slotKey: string): boolean {
    const found = world.slots().find((each) => each.key === slotKey)
    return found?.absence === null && (found.needs_judgement || found.judgement !== null)
  }

  watch(
    entries,
    (now) => {
      if (!now.some((entry) => entry.key === shownKey.value)) shownKey.value = now[0]?.key ?? null
    },
    { immediate: true },
  )
  watch(
    shownKey,
    (key) => {
      hint.value = ''
      if (key) seen.add(key)
    },
    { immediate: true },
  )

  function toNextUnjudged(from: string): void {
    const at = entries.value.findIndex((entry) => entry.slotKey === from)
    const order = [...entries.value.slice(at), ...entries.value.slice(0, at)]
    const next = order.find(
      (entry) => entry.slotKey !== from && needsJudging(entry.slotKey) && !world.marks().has(slotSubject(entry.slotKey)),
    )
    if (next) shownKey.value = next.key
  }

  function toUnjudged(): boolean {
    const next = entries.value.find((entry) => needsJudging(entry.slotKey) && !world.marks().has(slotSubject(entry.slotKey)))
    if (next) shownKey.value = next.key
    return next !== undefined
  }

  function judge(given: Omit<JudgementToSend, 'subject'>): void {
    const key = slot.value?.key
    if (!key || !world.canJudge() || !needsJudging(key)) return
    hint.value = ''
    world.judge([{ subject: slotSubject(key), ...given }])
    toNextUnjudged(key)
  }

  /** A material passes only when each of its photos was on the screen. */
  function pass(): void {
    const key = slot.value?.key
    const unseen = entries.value.find((entry) => entry.slotKey === key && !seen.has(entry.key))
    if (world.canJudge() && unseen) {
      shownKey.value = unseen.key
      window.setTimeout(() => {
        hint.value = `${unseen.partLabel || '这一张'}还没看过，看清后再按一次 P`
      })
      return
    }
    judge({ verdict: 'pass' })
  }

  function fail(code: string): void {
    judge({ verdict: 'fail', reason_code: code })
  }

  function failByNumber(index: number): void {
    const reason = slot.value?.reasons[index]
    if (reason) fail(reason.code)
  }

  function showPhoto(photoId: string): void {
    const found = entries.value.find((entry) => entry.photo?.id === photoId)
    if (found) shownKey.value = found.key
  }

  return { entries, shownKey, slot, verdicts, hint, pass, fail, failByNumber, toUnjudged, showPhoto }
}
