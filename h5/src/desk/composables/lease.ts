/** The claim on a case: how long it still holds, renewed while the page is open, and said plainly when it lapsed. */
import { newKey } from '@api/client'
import { ApiProblem } from '@api/problem'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'

import * as review from '../calls/review'
import { troubleOf, type Trouble } from '../troubles'
import type { Holder } from '../types'
import { useNow } from './now'

const RENEW_EVERY_MS = 4 * 60_000
const RETRY_MS = 20_000

export interface Lease {
  isMine: ComputedRef<boolean>
  secondsLeft: ComputedRef<number>
  /** It was mine and is no longer. */
  hasLapsed: Ref<boolean>
  isBusy: Ref<boolean>
  problem: ShallowRef<Trouble | null>
  claim: () => Promise<boolean>
  release: () => Promise<boolean>
}

export function useLease(caseId: string, viewHolder: () => Holder | null): Lease {
  const now = useNow()
  const renewed = shallowRef<Holder | null>(null)
  const hasLapsed = ref(false)
  const isBusy = ref(false)
  const problem = shallowRef<Trouble | null>(null)
  let claimKey = newKey()
  let lastRenewedAt = now.value
  let nextTryAt = 0

  const holder = computed(() => renewed.value ?? viewHolder())
  const secondsLeft = computed(() => (holder.value ? (Date.parse(holder.value.expires_at) - now.value) / 1000 : 0))
  const isMine = computed(() => !hasLapsed.value && (holder.value?.is_me ?? false) && secondsLeft.value > 0)

  watch(viewHolder, (fresh) => {
    const later = fresh?.is_me && renewed.value && Date.parse(renewed.value.expires_at) > Date.parse(fresh.expires_at)
    if (!later) renewed.value = null
  })

  async function renew(): Promise<void> {
    nextTryAt = now.value + RETRY_MS
    try {
      renewed.value = await review.renewClaim(caseId)
      lastRenewedAt = now.value
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      if (thrown.status === 404 || thrown.status === 409) hasLapsed.value = true
    }
  }

  watch(now, () => {
    if (hasLapsed.value || !holder.value?.is_me) return
    if (secondsLeft.value <= 0) hasLapsed.value = true
    else if (now.value - lastRenewedAt >= RENEW_EVERY_MS && now.value >= nextTryAt) void renew()
  })

  async function attempt(act: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    problem.value = null
    try {
      await act()
      return true
    } catch (thrown) {
      problem.value = troubleOf(thrown)
      // Somebody else holds it, or it has moved on: the page shows the case as it is now.
      if (thrown instanceof ApiProblem && thrown.status === 409) {
        hasLapsed.value = false
        renewed.value = null
      }
      return false
    } finally {
      isBusy.value = false
    }
  }

  return {
    isMine,
    secondsLeft,
    hasLapsed,
    isBusy,
    problem,
    claim: () =>
      attempt(async () => {
        renewed.value = await review.claimCase(caseId, claimKey)
        claimKey = newKey()
        lastRenewedAt = now.value
        hasLapsed.value = false
      }),
    release: () =>
      attempt(async () => {
        await review.releaseClaim(caseId)
        renewed.value = null
      }),
  }
}
