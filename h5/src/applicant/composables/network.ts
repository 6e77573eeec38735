// Whether the phone reaches the network: what the browser says, corrected by requests that fail or succeed.
import { ref, type Ref } from 'vue'

import { isReachable } from '@api/reach'

const probeAfterMilliseconds = 4000

const offline = ref(!navigator.onLine)
const waiting = new Set<() => void>()
let probing = false

window.addEventListener('offline', () => {
  offline.value = true
})
window.addEventListener('online', () => void lookAgain())

export function useOffline(): Ref<boolean> {
  return offline
}

/** A request just failed to reach the server: look again by the clock, for the browser may not notice by itself. */
export function noteUnreachable(): void {
  offline.value = true
  if (probing) return
  probing = true
  window.setTimeout(() => {
    probing = false
    void lookAgain()
  }, probeAfterMilliseconds)
}

/** A request just reached the server. */
export function noteReached(): void {
  offline.value = false
}

/** Calls `again` each time the network is back; returns how to stop that. */
export function whenBackOnline(again: () => void): () => void {
  waiting.add(again)
  return () => waiting.delete(again)
}

async function lookAgain(): Promise<void> {
  if (!(await isReachable())) {
    noteUnreachable()
    return
  }
  noteReached()
  waiting.forEach((again) => { again() })
}
