/** The server's time, ticking, for what counts down on a page. */
import { onScopeDispose, ref, type Ref } from 'vue'

import { serverNow } from '../calls/send'

export function useNow(everyMs = 1000): Ref<number> {
  const now = ref(serverNow())
  const timer = window.setInterval(() => {
    now.value = serverNow()
  }, everyMs)
  onScopeDispose(() => {
    window.clearInterval(timer)
  })
  return now
}
