// The pre-check's five answers: kept on this phone alone until the last, when the server is asked; it keeps none.
import { reactive } from 'vue'

import { answer, client } from '@api/client'
import type { Precheck } from '@api/views'

export type PrecheckKey = 'birth_month' | 'category' | 'retirement_type' | 'wants_only_child_reward' | 'has_housing_fund'
export type PrecheckAnswers = Record<PrecheckKey, string>

const storageKey = 'tuixiu:precheck'
const nothing: PrecheckAnswers = { birth_month: '', category: '', retirement_type: '', wants_only_child_reward: '', has_housing_fund: '' }

const answers = reactive<PrecheckAnswers>({ ...nothing, ...remembered() })

export function precheckAnswers(): Readonly<PrecheckAnswers> {
  return answers
}

export function givePrecheckAnswer(key: PrecheckKey, value: string): void {
  answers[key] = value
  keep(JSON.stringify(answers))
}

/** Begins anew: the next person at this phone finds nothing. */
export function forgetPrecheck(): void {
  Object.assign(answers, nothing)
  keep(null)
}

/** Which items apply, when, what to bring. Raises ApiProblem. */
export async function askPrecheck(): Promise<Precheck> {
  return answer(client.GET('/api/guide/precheck', { params: { query: { ...answers } } }))
}

/** The same as a print from the server. */
export function precheckPrint(): string {
  return `/api/guide/precheck.pdf?${new URLSearchParams({ ...answers }).toString()}`
}

// Through the sign-in by WeChat the page is loaded anew in the same window: its own storage comes back with it.
function remembered(): Partial<PrecheckAnswers> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}')
    return typeof kept === 'object' && kept !== null ? texts(kept) : {}
  } catch {
    return {} // storage switched off, or not ours
  }
}

function texts(kept: object): Partial<PrecheckAnswers> {
  return Object.fromEntries(Object.entries(kept).filter(([key, value]) => key in nothing && typeof value === 'string'))
}

function keep(text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(storageKey)
    else sessionStorage.setItem(storageKey, text)
  } catch {
    // The answers still hold until the page is closed.
  }
}
