/**
 * One case on a reviewer's desk: its view, what I have judged, what another changed meanwhile, and its decisions.
 * The server's view is the truth; what waits in the outbox is drawn over it until it is kept.
 */
import { newKey } from '@api/client'
import { ApiProblem } from '@api/problem'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import * as review from '../calls/review'
import { changesBetween, placeOf, subjectsOf, type Mark } from '../subjects'
import { trouble, troubleOf, type Trouble } from '../troubles'
import type { JudgementToSend, MarkToSend, ReviewView } from '../types'
import { useOutbox } from './outbox'

const OWN_RETRIES = 3

/** Another person's change that mine ran into. */
export interface Conflict {
  by: string
  at: string | null
  changes: string[]
}

/** `drawn`: the page's memory of marks that were not sent, as JSON, that outlives a reload. */
export function useReviewCase(caseId: string, myName: () => string, drawn: Ref<string>) {
  const view = shallowRef<ReviewView | null>(null)
  const isLoading = ref(true)
  const problem = shallowRef<Trouble | null>(null)
  const conflict = shallowRef<Conflict | null>(null)
  const isDeciding = ref(false)
  let ownRetries = 0

  /** One attempt's key stays the same until it was answered, so that a repeat does not act twice. */
  let decisionKey = newKey()

  const outbox = useOutbox({
    view: () => view.value,
    keep: (fresh) => {
      ownRetries = 0
      view.value = fresh
    },
    whenStale: takeInConflict,
    drawn: drawn.value ? (JSON.parse(drawn.value) as [string, MarkToSend[]][]) : [],
  })
  watch(
    () => [...outbox.drawings],
    (now) => {
      drawn.value = now.length > 0 ? JSON.stringify(now) : ''
    },
  )

  async function load(): Promise<void> {
    isLoading.value = view.value === null
    try {
      view.value = await review.readCase(caseId)
      problem.value = null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      isLoading.value = false
    }
  }

  /** Reads the case as it is now and says what changed. My own change from elsewhere is no conflict. */
  async function takeInConflict(stale: ApiProblem): Promise<boolean> {
    const before = view.value
    const fresh = await review.readCase(caseId)
    view.value = fresh
    const changes = before ? changesBetween(before, fresh) : []
    const isMine = stale.fact('changed_by') === myName() && before?.state === fresh.state
    if (isMine && ownRetries++ < OWN_RETRIES) return true
    conflict.value = { by: stale.fact('changed_by') ?? '同事', at: stale.fact('changed_at'), changes }
    return false
  }

  /** After a conflict: my judgements are sent again on top of what is there now. */
  async function keepMine(): Promise<void> {
    conflict.value = null
    await outbox.resume()
  }

  /** After a conflict: my unsent judgements are given up. */
  function dropMine(): void {
    conflict.value = null
    outbox.clear()
  }

  const subjects = computed(() => (view.value ? subjectsOf(view.value) : []))

  const marks = computed(() => {
    const drawn = new Map<string, Mark>()
    for (const { subject, judgement } of subjects.value) {
      const mine = outbox.judgements.get(subject)
      if (mine) {
        const { verdict, reason_code: reasonCode = null, note = null } = mine
        drawn.set(subject, { verdict, reasonCode, note, by: null, at: null, isSaved: false })
      } else if (judgement) {
        const { verdict, reason_code: reasonCode, note, by, at } = judgement
        drawn.set(subject, { verdict, reasonCode, note, by, at, isSaved: true })
      }
    }
    return drawn
  })

  const failing = computed(() => subjects.value.filter((each) => marks.value.get(each.subject)?.verdict === 'fail'))
  const unjudged = computed(() =>
    subjects.value.filter((each) => each.needsJudgement && !marks.value.has(each.subject)),
  )

  function judge(judgements: JudgementToSend[]): void {
    if (!conflict.value) problem.value = null
    outbox.judge(judgements)
  }

  /** Turns the server's “what is missing” into links to the places where it can be done. */
  function withPlaces(raised: Trouble, fallback?: string): Trouble {
    const places = new Map<string, string>()
    for (const each of subjects.value) places.set(each.label, placeOf(each.subject)).set(each.subject, placeOf(each.subject))
    places.set('退休年龄确认', 'age-years')
    for (const check of view.value?.rule_checks ?? []) places.set(check.label, `rule-${check.key}`)
    return trouble(
      raised.title,
      raised.lines.map(({ text }) => {
        const target = places.get(text) ?? fallback
        const label = subjects.value.find((each) => each.subject === text)?.label ?? text
        return target ? { text: label, target } : { text: label }
      }),
    )
  }

  /** Sends what waits, then the decision. True when it was made. */
  async function decide(decision: review.Decision): Promise<boolean> {
    if (isDeciding.value) return false
    isDeciding.value = true
    problem.value = null
    try {
      if (!(await outbox.send()) || !view.value) {
        if (!conflict.value && !outbox.problem.value) problem.value = trouble('有判断还没有存上，先等它存好再办。')
        return false
      }
      view.value = await review.decideCase(caseId, view.value.version, decision, decisionKey)
      decisionKey = newKey()
      return true
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.isStale) {
        ownRetries = OWN_RETRIES
        await takeInConflict(thrown)
        decisionKey = newKey()
      } else {
        const isAboutChecks = thrown instanceof ApiProblem && thrown.code === 'checks-open'
        problem.value = withPlaces(troubleOf(thrown), isAboutChecks ? 'checks-title' : undefined)
        if (!(thrown instanceof ApiProblem) || !thrown.isOffline) decisionKey = newKey()
      }
      return false
    } finally {
      isDeciding.value = false
    }
  }

  /** Sends what waits, then one change of its own. Null when it was made, else what stood in the way. */
  async function change(send: (now: ReviewView) => Promise<ReviewView>): Promise<Trouble | null> {
    if (!(await outbox.send()) || !view.value) return trouble('有判断还没有存上，先等它存好再办。')
    try {
      view.value = await send(view.value)
      return null
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.isStale) await load()
      return troubleOf(thrown)
    }
  }

  return {
    view,
    isLoading,
    problem,
    conflict,
    isDeciding,
    outbox,
    subjects,
    marks,
    failing,
    unjudged,
    load,
    judge,
    decide,
    change,
    keepMine,
    dropMine,
  }
}

export type ReviewCase = ReturnType<typeof useReviewCase>
