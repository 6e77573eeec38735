/** Going through the answers of the form by key: each that is come to is shown on its photo, judged, and on to the next. */
import { nextTick, ref, type Ref } from 'vue'

import { fieldSubject, placeOf, type Mark } from '../subjects'
import type { JudgementToSend, Reason, ReviewField } from '../types'

export interface FieldReviewWorld {
  fields: () => ReviewField[]
  reasons: () => Reason[]
  marks: () => Map<string, Mark>
  canJudge: () => boolean
  judge: (judgements: JudgementToSend[]) => void
  /** The answer that is come to, to be shown on a photo where it was read. */
  show: (questionKey: string) => void
}

export interface FieldReview {
  current: Ref<string | null>
  go: (key: string | null) => void
  step: (by: 1 | -1) => void
  toUnjudged: () => boolean
  pass: () => void
  failByNumber: (index: number) => void
}

export function useFieldReview(world: FieldReviewWorld): FieldReview {
  const current = ref<string | null>(null)
  const isJudgeable = (field: ReviewField): boolean => field.needs_judgement || field.judgement !== null

  function go(key: string | null): void {
    current.value = key
    if (!key) return
    world.show(key)
    void nextTick(() => document.getElementById(placeOf(fieldSubject(key)))?.scrollIntoView({ block: 'nearest' }))
  }

  function toUnjudged(): boolean {
    const all = world.fields()
    const at = all.findIndex((field) => field.key === current.value)
    const order = [...all.slice(at + 1), ...all.slice(0, at + 1)]
    const next = order.find((field) => field.needs_judgement && !world.marks().has(fieldSubject(field.key)))
    go(next?.key ?? null)
    return next !== undefined
  }

  function judge(given: Omit<JudgementToSend, 'subject'>): void {
    const field = world.fields().find((each) => each.key === current.value)
    if (!field || !world.canJudge() || !isJudgeable(field)) return
    world.judge([{ subject: fieldSubject(field.key), ...given }])
    toUnjudged()
  }

  return {
    current,
    go,
    step(by) {
      const all = world.fields().filter(isJudgeable)
      const at = all.findIndex((field) => field.key === current.value)
      const next = all[at === -1 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length]
      if (next) go(next.key)
    },
    toUnjudged,
    pass: () => {
      judge({ verdict: 'pass' })
    },
    failByNumber(index) {
      const reason = world.reasons()[index]
      if (reason) judge({ verdict: 'fail', reason_code: reason.code })
    },
  }
}
