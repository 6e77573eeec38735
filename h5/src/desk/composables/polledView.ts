/** One thing read from the server, and read again every so often while the page is seen. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { troubleOf, type Trouble } from '../troubles'

export interface PolledView<T> {
  view: ShallowRef<T | null>
  isLoading: Ref<boolean>
  problem: ShallowRef<Trouble | null>
  load: () => Promise<void>
}

export function usePolledView<T>(ask: () => Promise<T>, everyMs: number): PolledView<T> {
  const view = shallowRef<T | null>(null)
  const isLoading = ref(false)
  const problem = shallowRef<Trouble | null>(null)

  async function load(): Promise<void> {
    if (isLoading.value) return
    isLoading.value = true
    try {
      view.value = await ask()
      problem.value = null
    } catch (thrown) {
      // What is shown stays; only a page with nothing to show says why.
      const said = troubleOf(thrown)
      if (view.value === null) problem.value = said
    } finally {
      isLoading.value = false
    }
  }

  void load()
  const timer = window.setInterval(() => {
    if (!document.hidden) void load()
  }, everyMs)
  onScopeDispose(() => {
    window.clearInterval(timer)
  })
  return { view, isLoading, problem, load }
}
