/** What the machine read on the photos of a case, by photo and by the answer that says the same. A help: without it all goes on. */
import { computed, onScopeDispose, shallowRef, type ComputedRef } from 'vue'

import { readReadings } from '../calls/photos'
import type { ReadField, Readings } from '../types'

const AGAIN_MS = 6000
const TIMES = 20

/** Where on which photo an answer stands. */
export interface ReadPlace {
  photoId: string
  field: ReadField
}

/** What says only a part of an answer comes last: of an ID number its birth date and sex. */
const farness = ({ field }: ReadPlace): number => (field.key === field.question_key ? 0 : field.key === 'birth_date' || field.key === 'sex' ? 2 : 1)

export interface CaseReadings {
  fieldsOf: (photoId: string) => ReadField[]
  places: ComputedRef<Map<string, ReadPlace[]>>
  load: () => Promise<void>
}

export function useReadings(caseId: string): CaseReadings {
  const view = shallowRef<Readings | null>(null)
  let timer = 0
  let asked = 0

  async function load(): Promise<void> {
    window.clearTimeout(timer)
    try {
      view.value = await readReadings(caseId)
    } catch {
      return
    }
    if (view.value.waiting > 0 && asked++ < TIMES) timer = window.setTimeout(() => void load(), AGAIN_MS)
  }

  onScopeDispose(() => {
    window.clearTimeout(timer)
  })

  return {
    fieldsOf: (photoId) => view.value?.photos.find((photo) => photo.photo_id === photoId)?.fields ?? [],
    places: computed(() => {
      const found = new Map<string, ReadPlace[]>()
      for (const photo of view.value?.photos ?? []) {
        for (const field of photo.fields) {
          if (field.question_key === null) continue
          found.set(field.question_key, [...(found.get(field.question_key) ?? []), { photoId: photo.photo_id, field }])
        }
      }
      for (const [key, all] of found) found.set(key, [...all].sort((one, other) => farness(one) - farness(other)))
      return found
    }),
    load,
  }
}
