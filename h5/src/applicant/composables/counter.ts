// A clerk fills in at the counter: the pages are the applicant's own, for one case only, wide, and end with the sitting.
import { onBeforeUnmount, onMounted, reactive, watchEffect } from 'vue'
import { useRouter, type RouteLocationNormalizedLoaded } from 'vue-router'

import { answer, client, ifMatch } from '@api/client'
import { asProblem } from '@api/problem'
import type { Case, CounterSeat, ShootLink } from '@api/views'

import { takeView } from './case'
import { dropEveryDraft } from './drafts'
import { askWhoIsHere, session } from './session'
import { clearQueue } from './uploads'

const lookMilliseconds = 60_000
const desk = '/desk/counter'

/** Keeps a counter's tab on its case, and marks the page for its wide layout. */
export function useCounterMode(route: RouteLocationNormalizedLoaded): void {
  const router = useRouter()
  watchEffect(() => {
    const seat = session.counter
    if (seat === null) delete document.documentElement.dataset['counter']
    else document.documentElement.dataset['counter'] = ''
    if (seat !== null && route.name === 'home') void router.replace({ name: 'case', params: { id: seat.case_id } })
  })
}

/** A clerk types: Enter in a field is 继续, as it is in a form. */
export function useEnterGoesOn(): void {
  function pressed(event: KeyboardEvent): void {
    const field = event.target
    if (event.key !== 'Enter' || event.isComposing || !(field instanceof HTMLInputElement) || field.type === 'file') return
    if (field.closest('[data-question]') === null) return
    event.preventDefault()
    field.blur() // what was typed is taken over first
    document.querySelector<HTMLButtonElement>('.frame .action button')?.click()
  }
  onMounted(() => { document.addEventListener('keydown', pressed) })
  onBeforeUnmount(() => { document.removeEventListener('keydown', pressed) })
}

/** Looks now and then whether the sitting still holds; when it does not, nothing of hers stays on the screen. */
export function useSeatWatch(): void {
  let timer = 0
  async function look(): Promise<void> {
    try {
      const known = await answer(client.GET('/api/identity/session', { headers: { 'X-Background': '1' } }))
      if (known.counter !== undefined) return
    } catch (thrown) {
      if (!asProblem(thrown).isNotSignedIn) return // a missed beat is no news
    }
    await leaveForDesk()
  }
  onMounted(() => { timer = window.setInterval(() => void look(), lookMilliseconds) })
  onBeforeUnmount(() => { window.clearInterval(timer) })
}

/** Ends the sitting and goes back to the desk; photos that are not sent yet go with it, nothing of hers stays here. */
export async function endSitting(seat: CounterSeat): Promise<void> {
  try {
    await answer(client.DELETE('/api/counter/cases/{case_id}/sitting', { params: { path: { case_id: seat.case_id } } }))
  } catch (thrown) {
    if (!asProblem(thrown).isNotSignedIn) throw thrown
  }
  await leaveForDesk()
}

async function leaveForDesk(): Promise<void> {
  dropEveryDraft()
  await clearQueue()
  window.location.replace(desk)
}

const links = reactive(new Map<string, ShootLink>())

/** The link that was opened last and not ended; it stays when the clerk turns the page. */
export function linkOf(caseId: string): ShootLink | null {
  return links.get(caseId) ?? null
}

/** A new link for phones. Raises ApiProblem. */
export async function openLink(caseId: string): Promise<void> {
  links.set(caseId, await answer(client.POST('/api/counter/cases/{case_id}/link', { params: { path: { case_id: caseId } } })))
}

/** Ends the link at once. Raises ApiProblem. */
export async function endLink(caseId: string): Promise<void> {
  await answer(client.DELETE('/api/counter/cases/{case_id}/link', { params: { path: { case_id: caseId } } }))
  links.delete(caseId)
}

/** How she signs. Raises ApiProblem. */
export async function chooseSigning(view: Case, kind: 'handwritten' | 'paper'): Promise<void> {
  const path = { case_id: view.id }
  takeView(view.id, await answer(client.PUT('/api/counter/cases/{case_id}/signing', { params: { path }, headers: ifMatch(view.version), body: { kind } })))
  await askWhoIsHere()
}

/** The scanned form bears her signature. Raises ApiProblem. */
export async function confirmPaper(view: Case): Promise<void> {
  const path = { case_id: view.id }
  takeView(view.id, await answer(client.POST('/api/counter/cases/{case_id}/paper-signature', { params: { path }, headers: ifMatch(view.version) })))
}

interface Print { data: Blob; response: Response }

/** The form with an empty line for her signature. Raises ApiProblem. */
export function printForm(caseId: string): Promise<Blob> {
  return answer(client.POST('/api/counter/cases/{case_id}/application-form.pdf', { params: { path: { case_id: caseId } }, parseAs: 'blob' }) as Promise<Print>)
}

/** The receipt, with a new code to take the case into her WeChat. Raises ApiProblem. */
export function printReceipt(caseId: string): Promise<Blob> {
  return answer(client.POST('/api/counter/cases/{case_id}/receipt.pdf', { params: { path: { case_id: caseId } }, parseAs: 'blob' }) as Promise<Print>)
}
