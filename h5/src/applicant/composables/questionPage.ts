// What a person has typed on one page of questions: kept on the phone, saved as she goes, refused with reasons.
import { computed, reactive, ref, watch, type ComputedRef } from 'vue'

import { answerOf, type AnswerValue, type Page, type Question } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'

import type { Trouble } from '../components/ErrorSummary.vue'
import { caseState, saveAnswers } from './case'
import { draftOf, keepDraft, type Answers } from './drafts'

export interface QuestionPageState {
  page: ComputedRef<Page | null>
  troubles: ComputedRef<Trouble[]>
  valueOf: (question: Question) => AnswerValue
  errorOf: (question: Question) => string | null
  isCovered: (question: Question) => boolean
  uncover: (question: Question) => void
  type: (question: Question, value: AnswerValue) => void
  /** Saves quietly once every question has something; what is refused is said only at 继续. */
  saveQuietly: () => Promise<void>
  /** Saves and says whether it may go on. */
  save: () => Promise<boolean>
}

export function useQuestionPage(caseId: string, pageKey: string): QuestionPageState {
  const state = caseState(caseId)
  const typed = reactive<Answers>(draftOf(caseId, pageKey) ?? {})
  const uncovered = reactive(new Set<string>(Object.keys(typed)))
  const errors = reactive(new Map<string, string>())
  const general = ref<string | null>(null)
  let revision = 0 // rises with every change she makes
  let underWay: Promise<void> = Promise.resolve()
  let isOvertaken = false // a quiet save met somebody else's change, and she has not been told at 继续 yet

  state.saving = 'idle'
  const page = computed(() => state.view?.pages.find((each) => each.key === pageKey) ?? null)
  const questions = computed(() => page.value?.questions ?? [])

  const repeatOf = (key: string): Question | undefined => questions.value.find((question) => question.repeats === key)
  /** A repeated answer is covered with the one it repeats. */
  const isCovered = (question: Question): boolean =>
    question.sensitive && question.display !== null && !uncovered.has(question.key) && !(question.repeats !== null && uncovered.has(question.repeats))
  const valueOf = (question: Question): AnswerValue => (question.key in typed ? (typed[question.key] ?? null) : answerOf(question))

  const troubles = computed<Trouble[]>(() => {
    const listed = questions.value.flatMap((question) => {
      const text = errors.get(question.key)
      return text === undefined ? [] : [{ text, target: `q-${question.key}` }]
    })
    return general.value === null ? listed : [{ text: general.value }, ...listed]
  })

  function type(question: Question, value: AnswerValue): void {
    typed[question.key] = value
    uncovered.add(question.key)
    revision += 1
    errors.delete(question.key)
    if (errors.size === 0) general.value = null
    keepDraft(caseId, pageKey, toSend())
    if (state.saving !== 'saving') state.saving = 'idle'
  }

  /** A covered answer stays with the server: only what is on the screen is sent. */
  function toSend(): Answers {
    return Object.fromEntries(questions.value.filter((question) => !isCovered(question)).map((question) => [question.key, valueOf(question)]))
  }

  function isUntouched(): boolean {
    return Object.keys(typed).length === 0 && page.value?.status === 'done'
  }

  function saveQuietly(): Promise<void> {
    const isFilled = Object.values(toSend()).every((value) => value !== null && value !== '')
    if (isFilled && Object.keys(typed).length > 0) underWay = tryQuietly()
    return underWay
  }

  async function tryQuietly(): Promise<void> {
    try {
      await put()
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (problem.status === 422) state.saving = 'idle'
      isOvertaken = problem.isStale
    }
  }

  async function save(): Promise<boolean> {
    errors.clear()
    general.value = null
    await underWay
    if (isOvertaken) {
      isOvertaken = false
      return false // the newest is on the screen, with what she typed: she looks before it is sent
    }
    if (isUntouched()) return true
    try {
      await put()
      return true
    } catch (thrown) {
      tell(asProblem(thrown))
      return false
    }
  }

  async function put(): Promise<void> {
    const sentAt = revision
    await saveAnswers(caseId, pageKey, toSend())
    if (revision !== sentAt) keepDraft(caseId, pageKey, toSend()) // typed on while it was being saved
  }

  // Whoever sent them, this page or the network coming back: what the server has is no longer ours.
  watch(() => state.saving, (saving) => {
    if (saving !== 'saved' || draftOf(caseId, pageKey) !== null) return
    for (const key of Object.keys(typed)) Reflect.deleteProperty(typed, key)
    uncovered.clear()
  })

  function tell(problem: ApiProblem): void {
    for (const fault of problem.errors) {
      const key = fault.pointer.split('/').pop() ?? ''
      if (!questions.value.some((question) => question.key === key)) continue
      errors.set(key, fault.detail)
      uncovered.add(key)
    }
    if (errors.size === 0 && !problem.isOffline && !problem.isStale) general.value = problem.detail
  }

  return {
    page,
    troubles,
    valueOf,
    errorOf: (question) => errors.get(question.key) ?? null,
    isCovered,
    uncover: (question) => {
      uncovered.add(question.key)
      const repeat = repeatOf(question.key)
      if (repeat !== undefined) uncovered.add(repeat.key)
    },
    type,
    saveQuietly,
    save,
  }
}
