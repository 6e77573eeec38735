// How the area question walks down: what is picked so far, what is offered next, and what is written by hand.
import { computed, ref, type ComputedRef, type Ref } from 'vue'

import { everyProvince, placesIn, type PlaceNode } from '@api/places'
import { asProblem } from '@api/problem'
import type { Areas, AreaValue } from '@api/views'

export const levels = ['province', 'city', 'county', 'town'] as const
export type Level = (typeof levels)[number]

interface AreaWalk {
  /** What was picked from the lists, province first. */
  picked: Ref<PlaceNode[]>
  /** Names written by hand, for the levels below what was picked. */
  written: Ref<Partial<Record<Level, string>>>
  isWriting: Ref<boolean>
  isLoading: Ref<boolean>
  hasFailed: Ref<boolean>
  /** What may be picked next; empty when all is picked, or nothing is known to lie there. */
  offered: ComputedRef<PlaceNode[]>
  /** The levels that are written by hand. */
  open: ComputedRef<Level[]>
  pick: (place: PlaceNode) => Promise<void>
  backTo: (length: number) => void
  write: () => void
  retry: () => Promise<void>
  restore: (value: AreaValue) => void
  pickTown: (town: PlaceNode) => void
  answer: (village: string) => AreaValue
}

/** With the district's own province and city at the head of their lists, where most people look. */
export function useAreaWalk(areas: () => Areas | null): AreaWalk {
  const picked = ref<PlaceNode[]>([])
  const written = ref<Partial<Record<Level, string>>>({})
  const isWriting = ref(false)
  const isLoading = ref(false)
  const hasFailed = ref(false)

  const offered = computed(() => {
    if (isWriting.value || picked.value.length === levels.length) return []
    const last = picked.value[picked.value.length - 1]
    return nearFirst(last === undefined ? everyProvince() : (last.children ?? []), areas())
  })
  const open = computed(() => (isWriting.value ? levels.slice(picked.value.length) : []))

  async function pick(place: PlaceNode): Promise<void> {
    picked.value = [...picked.value, place]
    if (picked.value.length === 1) await load()
    else goDown()
  }

  /** One place alone is no choice: it is taken. Where nothing is known to lie there, she writes. */
  function goDown(): void {
    while (picked.value.length < levels.length && offered.value.length === 1) picked.value = [...picked.value, ...offered.value]
    if (picked.value.length < levels.length && offered.value.length === 0) isWriting.value = true
  }

  async function load(): Promise<void> {
    const [province] = picked.value
    if (province === undefined) return
    isLoading.value = true
    hasFailed.value = false
    try {
      const children = await placesIn(province.code)
      if (picked.value[0]?.code !== province.code) return // she went back meanwhile
      picked.value = [{ ...province, children }]
      isWriting.value = false
      goDown()
    } catch (thrown) {
      asProblem(thrown)
      hasFailed.value = true
      isWriting.value = true
    } finally {
      isLoading.value = false
    }
  }

  function backTo(length: number): void {
    picked.value = picked.value.slice(0, length)
    written.value = {}
    isWriting.value = false
    hasFailed.value = false
  }

  function write(): void {
    isWriting.value = true
  }

  /** As it was answered: what has a code was picked, the rest was written. */
  function restore(value: AreaValue): void {
    const known = levels.findIndex((level) => !isPickedBefore(value, level))
    const count = known === -1 ? levels.length : known
    picked.value = levels.slice(0, count).map((level) => ({ code: value.codes[level] ?? '', label: value[level] }))
    written.value = Object.fromEntries(levels.slice(count).map((level) => [level, value[level]]))
    isWriting.value = count < levels.length
  }

  function pickTown(town: PlaceNode): void {
    const here = areas()
    if (here === null) return
    const { code, label, province, city } = here.county
    const [inProvince, inCity] = [`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`] // GB/T 2260
    picked.value = [{ code: inProvince, label: province }, { code: inCity, label: city }, { code, label }, town]
    isWriting.value = false
  }

  function answer(village: string): AreaValue {
    const names = levels.map((level, index) => picked.value[index]?.label ?? written.value[level]?.trim() ?? '')
    const codes = levels.flatMap((level, index) => (picked.value[index]?.code ? [[level, picked.value[index].code]] : []))
    return { province: names[0] ?? '', city: names[1] ?? '', county: names[2] ?? '', town: names[3] ?? '', village: village.trim(), codes: Object.fromEntries(codes) as Record<string, string> }
  }

  return { picked, written, isWriting, isLoading, hasFailed, offered, open, pick, backTo, write, retry: load, restore, pickTown, answer }
}

/** A place without a code lies above one that has one (北京市's own city), or it was written by hand. */
function isPickedBefore(value: AreaValue, level: Level): boolean {
  return levels.slice(levels.indexOf(level)).some((below) => Boolean(value.codes[below]))
}

function nearFirst(places: PlaceNode[], areas: Areas | null): PlaceNode[] {
  if (areas === null) return places
  const { code } = areas.county
  const near = new Set([`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code])
  return [...places.filter((place) => near.has(place.code)), ...places.filter((place) => !near.has(place.code))]
}
