// The ID card photographed first: waits for what was read on it, and turns it into answers for her to confirm.
import { onUnmounted, ref, type Ref } from 'vue'

import { answer, client } from '@api/client'
import { everyProvince, placesIn, type PlaceNode } from '@api/places'
import { asProblem } from '@api/problem'
import type { AreaValue, CardRead } from '@api/views'

import { noteProblem } from './session'

const askedEvery = 1500
const patienceMilliseconds = 20_000

export type CardStage = 'reading' | 'read' | 'unread'

/** Asks until the card was read, but no longer than a person waits gladly. */
export function useCard(caseId: string): { stage: Ref<CardStage>; card: Ref<CardRead | null>; await_: () => void } {
  const stage = ref<CardStage>('reading')
  const card = ref<CardRead | null>(null)
  let timer: number | undefined
  let until = 0

  async function ask(): Promise<void> {
    try {
      const found = await answer(client.GET('/api/filing/cases/{case_id}/card', { params: { path: { case_id: caseId } } }))
      card.value = found
      if (found.state === 'read') stage.value = found.name !== null || found.id_number !== null ? 'read' : 'unread'
      else if (found.state !== 'waiting') stage.value = 'unread'
    } catch (thrown) {
      noteProblem(asProblem(thrown)) // asked again until her patience is over
    }
    if (stage.value !== 'reading') return
    if (Date.now() < until) timer = window.setTimeout(() => void ask(), askedEvery)
    else stage.value = 'unread'
  }

  function await_(): void {
    window.clearTimeout(timer)
    stage.value = 'reading'
    until = Date.now() + patienceMilliseconds
    void ask()
  }

  onUnmounted(() => { window.clearTimeout(timer) })
  return { stage, card, await_ }
}

/** The printed place with the codes of the country's tree, as far as both agree; null when its province is unknown. */
export async function areaOf(card: CardRead): Promise<AreaValue | null> {
  const area = card.area
  if (area === null) return null
  if (area.codes['province'] !== undefined) return { ...area }
  const province = everyProvince().find((place) => place.label === area.province)
  if (province === undefined) return null
  const codes: Record<string, string> = { province: province.code }
  const names = { city: area.city, county: area.county, town: area.town }
  let places: PlaceNode[] = await placesIn(province.code).catch(() => [])
  for (const level of ['city', 'county', 'town'] as const) {
    const found = places.find((place) => place.label === names[level]) ?? (level === 'city' ? holding(places, area.county) : undefined)
    if (found === undefined) break
    names[level] = found.label
    if (found.code !== '') codes[level] = found.code
    places = found.children ?? []
  }
  return { province: area.province, ...names, village: area.village, codes }
}

/** A card that leaves the city out names a county that lies in one. */
function holding(cities: PlaceNode[], county: string): PlaceNode | undefined {
  return cities.find((city) => city.children?.some((place) => place.label === county))
}
