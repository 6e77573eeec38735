/**
 * What a clerk did on a case and the server has not yet kept. Sent one request after another, each with the version the
 * last one left, so that versions never clash; nothing leaves the box before the server has said that it is kept.
 */
import { ApiProblem } from '@api/problem'
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'

import { putMarks } from '../calls/photos'
import * as review from '../calls/review'
import { troubleOf, type Trouble } from '../troubles'
import type { CheckToSend, JudgementToSend, MarkToSend, ReviewView, SettlementToSend } from '../types'

const RETRY_MS = 5000

export type SavingState = 'saved' | 'saving' | 'offline' | 'stopped'

export interface Outbox {
  judgements: Map<string, JudgementToSend>
  checks: Map<string, CheckToSend>
  age: Ref<number | null>
  settlements: Map<string, SettlementToSend>
  /** All the marks on a photo, by photo. */
  drawings: Map<string, MarkToSend[]>
  count: ComputedRef<number>
  state: Ref<SavingState>
  problem: ShallowRef<Trouble | null>
  judge: (judgements: JudgementToSend[]) => void
  check: (key: string, check: CheckToSend) => void
  confirmAge: (months: number) => void
  settle: (ruleKey: string, settlement: SettlementToSend) => void
  draw: (photoId: string, marks: MarkToSend[]) => void
  /** Sends what waits; resolves when the box is empty or something stopped it. */
  send: () => Promise<boolean>
  /** Lets a stopped box go on. */
  resume: () => Promise<boolean>
  clear: () => void
}

export interface OutboxWorld {
  view: () => ReviewView | null
  /** The server kept something: this is the case now. */
  keep: (fresh: ReviewView) => void
  /** Somebody else changed the case. True when the box may simply go on with the new version. */
  whenStale: (problem: ApiProblem) => Promise<boolean>
  /** What was drawn before the page went and not sent, by photo. */
  drawn: Iterable<[string, MarkToSend[]]>
}

export function useOutbox(world: OutboxWorld): Outbox {
  const judgements = shallowReactive(new Map<string, JudgementToSend>())
  const checks = shallowReactive(new Map<string, CheckToSend>())
  const age = ref<number | null>(null)
  const settlements = shallowReactive(new Map<string, SettlementToSend>())
  const drawings = shallowReactive(new Map<string, MarkToSend[]>(world.drawn))
  const state = ref<SavingState>('saved')
  const problem = shallowRef<Trouble | null>(null)
  const count = computed(() => judgements.size + checks.size + settlements.size + drawings.size + (age.value === null ? 0 : 1))
  let running: Promise<boolean> | null = null
  let retry = 0

  async function sendJudgements(view: ReviewView): Promise<void> {
    const batch = new Map(judgements)
    const fresh = await review.putJudgements(view.id, view.version, [...batch.values()])
    for (const [subject, sent] of batch) if (judgements.get(subject) === sent) judgements.delete(subject)
    world.keep(fresh)
  }

  async function sendChecks(view: ReviewView): Promise<void> {
    const batch = new Map(checks)
    const months = age.value
    const fresh = await review.putChecks(view.id, view.version, {
      checks: Object.fromEntries(batch),
      ...(months === null ? {} : { confirmed_age_months: months }),
    })
    for (const [key, sent] of batch) if (checks.get(key) === sent) checks.delete(key)
    if (age.value === months) age.value = null
    world.keep(fresh)
  }

  /** One check of the policy after the other: each has an address of its own. */
  async function sendSettlement(view: ReviewView): Promise<void> {
    for (const [key, sent] of settlements) {
      const fresh = await review.putSettlement(view.id, view.version, key, sent)
      if (settlements.get(key) === sent) settlements.delete(key)
      world.keep(fresh)
      return
    }
  }

  /** One photo after the other; before the verdicts, for what is drawn may be a verdict that a later one corrects. */
  async function sendDrawing(view: ReviewView): Promise<void> {
    for (const [photoId, sent] of drawings) {
      const fresh = await putMarks(view.id, view.version, photoId, sent)
      if (drawings.get(photoId) === sent) drawings.delete(photoId)
      world.keep(fresh)
      return
    }
  }

  /** True when the box may go on. */
  async function answerRefusal(thrown: unknown): Promise<boolean> {
    if (!(thrown instanceof ApiProblem)) throw thrown
    if (thrown.isStale && (await world.whenStale(thrown))) return true
    const passes = thrown.isOffline || thrown.status >= 500 || thrown.status === 429
    state.value = passes ? 'offline' : 'stopped'
    problem.value = passes || thrown.isStale ? null : troubleOf(thrown)
    if (passes) {
      window.clearTimeout(retry)
      retry = window.setTimeout(() => void resume(), RETRY_MS)
    }
    return false
  }

  async function empty(): Promise<boolean> {
    let view = world.view()
    while (view && count.value > 0) {
      state.value = 'saving'
      try {
        if (drawings.size > 0) await sendDrawing(view)
        else if (judgements.size > 0) await sendJudgements(view)
        else if (checks.size > 0 || age.value !== null) await sendChecks(view)
        else await sendSettlement(view)
      } catch (thrown) {
        if (!(await answerRefusal(thrown))) return false
      }
      view = world.view()
    }
    state.value = 'saved'
    problem.value = null
    return true
  }

  function send(): Promise<boolean> {
    if (state.value === 'stopped') return Promise.resolve(count.value === 0)
    running ??= empty().finally(() => {
      running = null
    })
    return running
  }

  function resume(): Promise<boolean> {
    if (state.value === 'stopped') state.value = 'saving'
    problem.value = null
    return send()
  }

  function clear(): void {
    judgements.clear()
    checks.clear()
    age.value = null
    settlements.clear()
    drawings.clear()
    state.value = 'saved'
    problem.value = null
  }

  onScopeDispose(() => {
    window.clearTimeout(retry)
  })

  return {
    judgements,
    checks,
    age,
    settlements,
    drawings,
    count,
    state,
    problem,
    judge(given) {
      for (const each of given) judgements.set(each.subject, each)
      void send()
    },
    check(key, given) {
      checks.set(key, given)
      void send()
    },
    confirmAge(months) {
      age.value = months
      void send()
    },
    settle(ruleKey, given) {
      settlements.set(ruleKey, given)
      void send()
    },
    draw(photoId, marks) {
      drawings.set(photoId, marks)
      void send()
    },
    send,
    resume,
    clear,
  }
}
