// One case as the server sees it, shared by its pages; every change goes through here and brings the new view back.
import { reactive } from 'vue'

import { answer, client, idempotent, ifMatch, newKey } from '@api/client'
import type { Case, Slot } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'

import { draftOf, dropDraft, keepDraft, type Answers } from './drafts'
import { noteReached, noteUnreachable, whenBackOnline } from './network'
import { noteProblem } from './session'

export type Saving = 'idle' | 'saving' | 'saved' | 'kept-on-phone' | 'refused'

export interface CaseState {
  view: Case | null
  problem: ApiProblem | null
  saving: Saving
  /** Set when someone else changed the case first: who and when, for the person to read. */
  overtaken: ApiProblem | null
}

const states = new Map<string, CaseState>()

/** The shared state of a case. Holds no view until `loadCase` has brought one. */
export function caseState(id: string): CaseState {
  const known = states.get(id)
  if (known !== undefined) return known
  const fresh = reactive<CaseState>({ view: null, problem: null, saving: 'idle', overtaken: null })
  states.set(id, fresh)
  return fresh
}

/** Fetches the newest view, then sends answers that an earlier visit left on the phone. */
export async function loadCase(id: string): Promise<void> {
  await refreshCase(id)
  await sendDrafts(id)
}

const otherWays = new Map<string, () => Promise<void>>()

/** A page that may not see the case brings what it may see by a way of its own. */
export function refreshOtherwise(id: string, way: (() => Promise<void>) | null): void {
  if (way === null) otherWays.delete(id)
  else otherWays.set(id, way)
}

/** Fetches the newest view. The problem, if any, is left in the state. */
export async function refreshCase(id: string): Promise<void> {
  const otherWay = otherWays.get(id)
  if (otherWay !== undefined) return otherWay()
  const state = caseState(id)
  try {
    takeView(id, await answer(client.GET('/api/filing/cases/{case_id}', { params: { path: { case_id: id } } })))
  } catch (thrown) {
    state.problem = reached(asProblem(thrown))
  }
}

/** Puts a view the server just answered in place of the old one. */
export function takeView(id: string, view: Case): void {
  noteReached()
  const state = caseState(id)
  state.view = view
  state.problem = null
}

/** Puts a slot the server just answered in place of the old one. */
export function takeSlot(id: string, slot: Slot): void {
  const view = caseState(id).view
  if (view === null) return
  view.slots = view.slots.map((each) => (each.key === slot.key ? slot : each))
}

/**
 * Saves a page's answers; they stay on the phone until the server has accepted them.
 * Raises ApiProblem: 422 with pointers, 412 after the newest view is loaded, or `offline`.
 */
export async function saveAnswers(id: string, pageKey: string, answers: Answers): Promise<void> {
  const state = caseState(id)
  keepDraft(id, pageKey, answers)
  state.saving = 'saving'
  try {
    await change(id, (version) =>
      client.PUT('/api/filing/cases/{case_id}/answers/{page_key}', {
        params: { path: { case_id: id, page_key: pageKey } },
        headers: ifMatch(version),
        body: { answers },
      }),
    )
    dropDraft(id, pageKey)
    state.saving = 'saved'
    state.overtaken = null
  } catch (thrown) {
    const problem = asProblem(thrown)
    state.saving = problem.isOffline ? 'kept-on-phone' : 'refused'
    throw problem
  }
}

/** Signs with the drawn picture (base64 of a PNG). Raises ApiProblem. */
export function sign(id: string, pngBase64: string, strokes: number): Promise<void> {
  return change(id, (version) =>
    client.PUT('/api/filing/cases/{case_id}/signature', {
      params: { path: { case_id: id } },
      headers: ifMatch(version),
      body: { png_base64: pngBase64, strokes },
    }),
  )
}

const submissionKeys = new Map<string, string>()

/** Submits; tried again after a lost answer it counts once. Raises ApiProblem. */
export async function submit(id: string, commitmentVersion: string): Promise<void> {
  const key = submissionKeys.get(id) ?? newKey()
  submissionKeys.set(id, key)
  try {
    await change(id, (version) =>
      client.POST('/api/filing/cases/{case_id}/submission', {
        params: { path: { case_id: id } },
        headers: { ...ifMatch(version), ...idempotent(key) },
        body: { commitment_version: commitmentVersion },
      }),
    )
    submissionKeys.delete(id)
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (!problem.isOffline) submissionKeys.delete(id) // a plain refusal: the next try is a new one
    throw problem
  }
}

/** Withdraws the case. Raises ApiProblem. */
export function withdraw(id: string, reason: string): Promise<void> {
  return change(id, (version) =>
    client.POST('/api/filing/cases/{case_id}/withdrawal', {
      params: { path: { case_id: id } },
      headers: ifMatch(version),
      body: { reason },
    }),
  )
}

/** Says that an item handed over to its own office is done. Raises ApiProblem. */
export async function reportDone(id: string, itemId: string, itemVersion: number): Promise<void> {
  try {
    await answer(
      client.POST('/api/filing/cases/{case_id}/items/{item_id}/report', {
        params: { path: { case_id: id, item_id: itemId } },
        headers: ifMatch(itemVersion),
      }),
    )
  } catch (thrown) {
    throw reached(asProblem(thrown))
  } finally {
    await refreshCase(id)
  }
}

type Asked = Parameters<typeof answer<Case>>[0]

const queues = new Map<string, Promise<unknown>>()

/** Changes of one case go one after the other, so that this phone never overtakes itself. */
function change(id: string, ask: (version: number) => Asked): Promise<void> {
  const before = queues.get(id) ?? Promise.resolve()
  const turn = before.then(() => changeNow(id, ask), () => changeNow(id, ask))
  queues.set(id, turn)
  return turn
}

/** One change at the version the person saw. Overtaken by another change: the newest view is loaded before it raises. */
async function changeNow(id: string, ask: (version: number) => Asked): Promise<void> {
  const state = caseState(id)
  if (state.view === null) await refreshCase(id)
  if (state.view === null) throw state.problem ?? new Error('no view and no problem')
  try {
    takeView(id, await answer(ask(state.view.version)))
  } catch (thrown) {
    const problem = reached(asProblem(thrown))
    if (problem.isStale) {
      state.overtaken = problem
      await refreshCase(id)
    }
    throw problem
  }
}

function reached(problem: ApiProblem): ApiProblem {
  if (problem.isOffline) noteUnreachable()
  else noteReached()
  return noteProblem(problem)
}

/** Sends what is still on the phone, page by page; what is refused stays there for the person to see on its page. */
async function sendDrafts(id: string): Promise<void> {
  for (const page of caseState(id).view?.pages ?? []) {
    const draft = draftOf(id, page.key)
    if (draft === null) continue
    if (!page.editable) {
      dropDraft(id, page.key)
      continue
    }
    try {
      await saveAnswers(id, page.key, draft)
    } catch (thrown) {
      // The draft is kept, and its page shows it again with what is wrong.
      if (!asProblem(thrown).isOffline) caseState(id).saving = 'idle'
    }
  }
}

whenBackOnline(() => {
  states.forEach((state, id) => {
    if (state.view === null || state.saving === 'kept-on-phone') void loadCase(id)
  })
})
