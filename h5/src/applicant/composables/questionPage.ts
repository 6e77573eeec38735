// What a person has typed on one page of questions: kept on the phone, saved as she goes, refused with reasons.
import { computed, reactive, ref, type ComputedRef } from 'vue'

import type { AnswerValue, Page, Question } from '@api/contract'
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

  state.saving = 'idle'
  const page = computed(() => state.view?.pages.find((each) => each.key === pageKey) ?? null)
  const questions = computed(() => page.value?.questions ?? [])

  const isCovered = (question: Question): boolean => question.sensitive && question.display !== null && !uncovered.has(question.key)
  const valueOf = (question: Question): AnswerValue => (question.key in typed ? (typed[question.key] ?? null) : question.value)

  const troubles = computed<Trouble[]>(() => {
    const listed = questions.value.flatMap((question) => {
      const text = errors.get(question.key)
      return text === undefined ? [] : [{ text, target: `q-${question.key}` }]
    })
    return general.value === null ? listed : [{ text: general.value }, ...listed]
  })

  function type(question: Question, value: AnswerValue): void {
    typed[question.key] = value
    errors.delete(question.key)
    if (errors.size === 0) general.value = null
    keepDraft(caseId, pageKey, { ...typed })
    if (state.saving !== 'saving') state.saving = 'idle'
  }

  /** A covered answer stays with the server: only what is on the screen is sent. */
  function toSend(): Answers {
    return Object.fromEntries(questions.value.filter((question) => !isCovered(question)).map((question) => [question.key, valueOf(question)]))
  }

  function isUntouched(): boolean {
    return Object.keys(typed).length === 0 && page.value?.status === 'done'
  }

  async function saveQuietly(): Promise<void> {
    const sent = toSend()
    if (Object.keys(typed).length === 0 || Object.values(sent).some((value) => value === null || value === '')) return
    try {
      await put(sent)
    } catch (thrown) {
      if (asProblem(thrown).status === 422) state.saving = 'idle'
    }
  }

  async function save(): Promise<boolean> {
    if (isUntouched()) return true
    errors.clear()
    general.value = null
    try {
      await put(toSend())
      return true
    } catch (thrown) {
      tell(asProblem(thrown))
      return false
    }
  }

  async function put(sent: Answers): Promise<void> {
    const before = JSON.stringify(typed)
    await saveAnswers(caseId, pageKey, sent)
    if (JSON.stringify(typed) !== before) {
      keepDraft(caseId, pageKey, { ...typed }) // typed on while it was being saved
      return
    }
    for (const key of Object.keys(typed)) Reflect.deleteProperty(typed, key)
    uncovered.clear()
  }

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
    },
    type,
    saveQuietly,
    save,
  }
}
