/** The findings of one case at the window: read, judged, and read again while photos are still being read. */
import { onScopeDispose, ref, shallowRef } from 'vue'

import { putVerdict, readFindings } from '../calls/findings'
import { troubleOf, type Trouble } from '../troubles'
import type { StaffFindings } from '../types'

const AGAIN_MS = 5000
const TIMES = 24 // of itself: a reader that is down is not asked for all day

export function useFindings(caseId: string) {
  const view = shallowRef<StaffFindings | null>(null)
  const problem = shallowRef<Trouble | null>(null)
  const busy = ref<string | null>(null)
  let timer: number | undefined
  let asked = 0

  async function load(byItself = false): Promise<void> {
    window.clearTimeout(timer)
    asked = byItself ? asked + 1 : 0
    try {
      view.value = await readFindings(caseId, byItself)
      problem.value = null
    } catch (thrown) {
      if (!byItself) problem.value = troubleOf(thrown)
    }
    if ((view.value?.reading.waiting ?? 0) > 0 && asked < TIMES) timer = window.setTimeout(() => void load(true), AGAIN_MS)
  }

  async function judge(key: string, right: boolean): Promise<void> {
    busy.value = key
    try {
      view.value = await putVerdict(caseId, key, right)
      problem.value = null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      busy.value = null
    }
  }

  onScopeDispose(() => {
    window.clearTimeout(timer)
  })
  return { view, problem, busy, load, judge }
}
