// Steps of one page, in its address: 返回 and the phone's own back key go one step back, and what was typed stays.
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type RouteLocationRaw } from 'vue-router'

export interface Steps {
  step: ComputedRef<number>
  back: ComputedRef<RouteLocationRaw>
  goTo: (step: number) => Promise<void>
}

/** `reached` is the last step whose answers are there: after a reload nobody stands on a later one. */
export function useSteps(reached: () => number, before: RouteLocationRaw): Steps {
  const route = useRoute()
  const router = useRouter()
  const step = computed(() => {
    const asked = Number(route.query['step'] ?? 1)
    return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, reached()) : 1
  })
  const back = computed<RouteLocationRaw>(() => (step.value > 1 ? { query: { step: step.value - 1 } } : before))
  const goTo = async (to: number): Promise<void> => {
    await router.push({ query: { step: to } })
    window.scrollTo({ top: 0 })
  }
  return { step, back, goTo }
}
