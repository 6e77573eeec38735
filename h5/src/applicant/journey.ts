// Where a person goes next, read from the server's view of the case. Decides order only, never a rule.
import type { RouteLocationRaw } from 'vue-router'

import type { Case, Eligibility, Page } from '@api/views'

export function questionPlace(view: Case, pageKey: string, from?: string): RouteLocationRaw {
  return { name: 'question', params: { id: view.id, pageKey }, ...(from ? { query: { from } } : {}) }
}

export function casePlace(view: Case, name: string): RouteLocationRaw {
  return { name, params: { id: view.id } }
}

/** The place a person comes back to: the open question, else what is still to do, else how it stands. */
export function openPlace(view: Case): RouteLocationRaw {
  if (view.state === 'draft') {
    if (view.open_page !== null) return questionPlace(view, view.open_page)
    return casePlace(view, materialsMissing(view).length > 0 ? 'materials' : 'check')
  }
  return casePlace(view, view.state === 'returned' ? 'correction' : 'progress')
}

/** After a page is saved: back to where she came from when mending, else the next page, else the materials. */
export function placeAfter(view: Case, pageKey: string, from: string | null): RouteLocationRaw {
  if (from === 'correction' || from === 'materials') return casePlace(view, from)
  if (from === 'check') return view.open_page === null ? casePlace(view, 'check') : questionPlace(view, view.open_page, 'check')
  const next = neighbour(view.pages, pageKey, 1)
  if (next !== null) return questionPlace(view, next.key)
  return view.open_page === null ? casePlace(view, 'materials') : questionPlace(view, view.open_page)
}

/** 返回 from a question: the page before it, or home from the first. */
export function placeBefore(view: Case | null, pageKey: string, from: string | null): RouteLocationRaw {
  if (view === null) return { name: 'home' }
  if (from === 'check' || from === 'correction' || from === 'materials') return casePlace(view, from)
  const before = neighbour(view.pages, pageKey, -1)
  return before === null ? { name: 'home' } : questionPlace(view, before.key)
}

/** What the server says is still missing from the materials, in its words. */
export function materialsMissing(view: Case): string[] {
  return view.tasks.find((task) => task.key === 'photos')?.missing ?? []
}

/** Whether the answer about eligibility changed in a way worth a page of its own. */
export function isNewAnswer(before: Eligibility | null, after: Eligibility | null): boolean {
  return after !== null && fingerprint(before) !== fingerprint(after)
}

function fingerprint(answer: Eligibility | null): string {
  return answer === null ? '' : [answer.status, answer.on, answer.months].join('|')
}

function neighbour(pages: Page[], pageKey: string, step: 1 | -1): Page | null {
  const usable = pages.filter((page) => page.status !== 'locked' || page.key === pageKey)
  const position = usable.findIndex((page) => page.key === pageKey)
  return position < 0 ? null : (usable[position + step] ?? null)
}
