/** One routed item on an officer's desk: its view, and what the officer does to it. */
import { newKey } from '@api/client'
import { ApiProblem } from '@api/problem'
import { ref, shallowRef } from 'vue'

import * as departments from '../calls/departments'
import { trouble, troubleOf, type Trouble } from '../troubles'
import type { ItemDecision, ItemView } from '../types'
import { clockTimeText } from '../words'

export function useDepartmentItem(itemId: string) {
  const view = shallowRef<ItemView | null>(null)
  const isLoading = ref(true)
  const isBusy = ref(false)
  const problem = shallowRef<Trouble | null>(null)
  /** One attempt's key stays the same until it was answered, so that a repeat does not act twice. */
  let key = newKey()

  async function load(): Promise<void> {
    isLoading.value = view.value === null
    try {
      view.value = await departments.readItem(itemId)
      problem.value = null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      isLoading.value = false
    }
  }

  /** A colleague was first: shows the item as it is now and says who changed it and when. */
  async function sayWhoWasFirst(stale: ApiProblem): Promise<void> {
    await load()
    const at = stale.fact('changed_at')
    problem.value = trouble(
      `${stale.fact('changed_by') ?? '同事'}${at ? ` 在 ${clockTimeText(at)}` : ''} 先改了这个事项，页面已换成最新的`,
      [{ text: `现在：${view.value?.state_label ?? ''}。您写的内容还在，核对后再办一次就行。` }],
    )
  }

  async function attempt(act: (now: ItemView, key: string) => Promise<ItemView>): Promise<boolean> {
    if (!view.value || isBusy.value) return false
    isBusy.value = true
    problem.value = null
    try {
      view.value = await act(view.value, key)
      key = newKey()
      return true
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.isStale) await sayWhoWasFirst(thrown)
      else problem.value = troubleOf(thrown)
      if (!(thrown instanceof ApiProblem) || !thrown.isOffline) key = newKey()
      return false
    } finally {
      isBusy.value = false
    }
  }

  return {
    view,
    isLoading,
    isBusy,
    problem,
    load,
    accept: () => attempt((now, once) => departments.acceptItem(now.id, now.version, once)),
    decide: (decision: ItemDecision) =>
      attempt((now, once) => departments.decideItem(now.id, now.version, decision, once)),
    remove: (resultId: string) => attempt((now) => departments.removeResult(now.id, resultId)),
    show: (fresh: ItemView) => {
      view.value = fresh
    },
  }
}
