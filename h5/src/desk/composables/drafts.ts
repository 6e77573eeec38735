/**
 * Words written but not yet sent, kept in this browser tab through a reload or an idle sign-out.
 * Only opinions and notes of staff come here, never what an applicant sent.
 */
import { ref, watch, type Ref } from 'vue'

const PREFIX = 'desk-draft:'

/** A text that survives the page, by the person and the place it was written in. */
export function useDraft(staffId: string, place: string, initial = ''): Ref<string> {
  const key = `${PREFIX}${staffId}:${place}`
  const text = ref(sessionStorage.getItem(key) ?? initial)
  watch(text, (now) => {
    if (now === initial || now === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, now)
  })
  return text
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key)
}
