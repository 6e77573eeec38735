// 请核对: what the machine noticed on her photos. Asked for again, gently, only while photos are still being read.
import { onMounted, onUnmounted, reactive, watch } from 'vue'

import { answer, client } from '@api/client'
import { asProblem } from '@api/problem'
import type { Case, Finding } from '@api/views'

import { caseState } from './case'
import { noteProblem } from './session'

interface Noticed {
  findings: Finding[]
  /** Photos that are still to be read. */
  waiting: number
  /** The finding whose answer is being kept. */
  busy: string | null
}

const soonMilliseconds = 2500
const laterMilliseconds = 8000
const soonTimes = 10
const mostTimes = 40 // some five minutes: then a later visit asks again

const known = new Map<string, Noticed>()

function noticedOf(caseId: string): Noticed {
  const before = known.get(caseId)
  if (before !== undefined) return before
  const fresh = reactive<Noticed>({ findings: [], waiting: 0, busy: null })
  known.set(caseId, fresh)
  return fresh
}

/** What was noticed in a case, kept fresh while the page that uses it is open. */
export function useFindings(caseId: string): { noticed: Noticed; dismiss: (key: string) => Promise<void> } {
  const noticed = noticedOf(caseId)
  const state = caseState(caseId)
  let timer: number | undefined
  let times = 0

  async function ask(): Promise<void> {
    window.clearTimeout(timer)
    try {
      take(await answer(client.GET('/api/filing/cases/{case_id}/findings', { params: { path: { case_id: caseId } } })))
    } catch (thrown) {
      noteProblem(asProblem(thrown)) // a help that did not come: the page is whole without it
    }
    times += 1
    if (noticed.waiting > 0 && times < mostTimes) timer = window.setTimeout(() => void ask(), times < soonTimes ? soonMilliseconds : laterMilliseconds)
  }

  function take(view: { reading: { waiting: number }; findings: Finding[] }): void {
    noticed.waiting = view.reading.waiting
    noticed.findings = view.findings.filter((each) => !each.dismissed)
  }

  async function dismiss(key: string): Promise<void> {
    noticed.busy = key
    try {
      take(await answer(client.PUT('/api/filing/cases/{case_id}/findings/{finding_key}/dismissal', { params: { path: { case_id: caseId, finding_key: key } } })))
    } catch (thrown) {
      noteProblem(asProblem(thrown))
      await ask()
    } finally {
      noticed.busy = null
    }
  }

  onMounted(() => {
    watch(() => whatItHangsOn(state.view), (now) => {
      times = 0
      if (now !== '') void ask()
    }, { immediate: true })
  })
  onUnmounted(() => { window.clearTimeout(timer) })
  return { noticed, dismiss }
}

/** Another photo or another answer: what was noticed may be otherwise now. */
function whatItHangsOn(view: Case | null): string {
  if (view === null) return ''
  const photos = view.slots.flatMap((slot) => slot.parts.map((part) => part.photo?.id ?? ''))
  return [view.version, ...photos].join()
}
