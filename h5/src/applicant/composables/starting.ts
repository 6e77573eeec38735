// Starting a case: the notice read and the consents given, kept while the pages turn; then the case is made.
import { reactive, ref, type Ref } from 'vue'
import type { LocationQuery } from 'vue-router'

import { answer, client } from '@api/client'
import { asProblem } from '@api/problem'
import type { BegunCase, Case, Guide } from '@api/views'

import { takeView } from './case'
import { forgetPrecheck } from './precheck'

const given = reactive(new Set<string>())
const begunKeys = ['category', 'retirement_type', 'wants_only_child_reward', 'has_housing_fund'] as const
const begunKey = 'tuixiu:begun'
const begun = ref<Partial<BegunCase> | null>(null)

/** The departments the person has ticked so far. */
export function givenConsents(): Set<string> {
  return given
}

export function giveConsent(key: string, ticked: boolean): void {
  if (ticked) given.add(key)
  else given.delete(key)
}

/** The pre-check's answers that the new case will begin with, null without any. */
export function begunAnswers(): Ref<Partial<BegunCase> | null> {
  begun.value ??= remembered()
  return begun
}

/** Takes the pre-check's answers out of the start page's address: so they come through the sign-in, on any phone. */
export function beginWith(query: LocationQuery): void {
  const found = Object.fromEntries(begunKeys.flatMap((key) => (typeof query[key] === 'string' ? [[key, query[key]]] : [])))
  if (Object.keys(found).length === 0) return
  begun.value = found
  keep(JSON.stringify(found))
}

/** Makes the case (or brings back the open draft) with the versions that were read. Raises ApiProblem. */
export async function startCase(guide: Guide): Promise<Case> {
  const consents = Object.fromEntries(guide.consents.filter((each) => given.has(each.key)).map((each) => [each.key, each.version]))
  const body = { consents, notice_version: guide.notice.version }
  const view = await begunOrNot(body)
  begun.value = null
  keep(null)
  forgetPrecheck()
  takeView(view.id, view)
  return view
}

/** Answers that the questions no longer offer are left behind: she is asked again. */
async function begunOrNot(body: { consents: Record<string, string>; notice_version: string }): Promise<Case> {
  const precheck = begunAnswers().value
  if (precheck === null) return answer(client.POST('/api/filing/cases', { body }))
  try {
    return await answer(client.POST('/api/filing/cases', { body: { ...body, precheck } }))
  } catch (thrown) {
    if (asProblem(thrown).code !== 'answers-invalid') throw thrown
    return answer(client.POST('/api/filing/cases', { body }))
  }
}

function remembered(): Partial<BegunCase> | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(begunKey) ?? 'null')
    return typeof kept === 'object' ? kept : null
  } catch {
    return null // storage switched off, or not ours
  }
}

function keep(text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(begunKey)
    else sessionStorage.setItem(begunKey, text)
  } catch {
    // The answers still hold until the page is closed.
  }
}
