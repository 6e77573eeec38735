/** The guide's publication: what is published, what would change, and publishing the next version. */
import { newKey } from '@api/client'
import { ApiProblem } from '@api/problem'
import { ref, shallowRef } from 'vue'

import * as guide from '../calls/guide'
import { troubleOf, type Trouble } from '../troubles'
import type { Publication } from '../types'

export function useGuidePublication() {
  const publication = shallowRef<Publication | null>(null)
  const isLoading = ref(true)
  const isBusy = ref(false)
  /** About the page. */
  const problem = shallowRef<Trouble | null>(null)
  /** About what was tried in the dialog. */
  const refusal = shallowRef<Trouble | null>(null)
  let key = newKey()

  async function load(): Promise<void> {
    try {
      publication.value = await guide.readPublication()
      problem.value = null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      isLoading.value = false
    }
  }

  /** Publishes under the number that was seen; when somebody was faster the page shows theirs and the note is kept. */
  async function publish(note: string): Promise<boolean> {
    const seen = publication.value
    if (isBusy.value || !seen) return false
    isBusy.value = true
    refusal.value = null
    try {
      publication.value = await guide.publishGuide(seen.number, note, key)
      key = newKey()
      return true
    } catch (thrown) {
      refusal.value = troubleOf(thrown)
      if (thrown instanceof ApiProblem && !thrown.isOffline) {
        key = newKey()
        await load()
      }
      return false
    } finally {
      isBusy.value = false
    }
  }

  return { publication, isLoading, isBusy, problem, refusal, load, publish }
}
