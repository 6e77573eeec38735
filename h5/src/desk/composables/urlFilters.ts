/** A list's filters, kept in the address so that a page can be sent to a colleague or come back to. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useUrlFilter(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' && value !== '' ? value : fallback
    },
    set: (value) => {
      const kept = Object.entries(route.query).filter(([each]) => each !== name)
      const isPlain = value === '' || value === fallback
      void router.replace({ query: { ...Object.fromEntries(kept), ...(isPlain ? {} : { [name]: value }) } })
    },
  })
}

/** A filter of a few known values; anything else in the address reads as the fallback. */
export function useUrlChoice<T extends string>(
  name: string,
  values: readonly T[],
  fallback: T,
): WritableComputedRef<T> {
  const text = useUrlFilter(name, fallback)
  return computed({
    get: () => values.find((value) => value === text.value) ?? fallback,
    set: (value) => {
      text.value = value
    },
  })
}
