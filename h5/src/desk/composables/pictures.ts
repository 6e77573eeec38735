/**
 * Where a photo's picture comes from: fetched ahead into memory, or straight from the server. What was fetched ahead is
 * written down as a look only when it is shown. Keeps a few, so that memory stays bounded.
 */
import { onScopeDispose, shallowReactive } from 'vue'

import { fetchAhead, lookAtPhoto } from '../calls/photos'
import type { Photo } from '../types'

const KEPT = 6

export interface Pictures {
  /** The address to show a photo by, now. */
  sourceOf: (photo: Photo) => string
  /** Fetches those that come next; one after the other, and none twice. */
  fetchNext: (photos: Photo[]) => void
}

/** `caseId` is null where nothing is fetched ahead: officers look at what they open. */
export function usePictures(caseId: string | null): Pictures {
  const held = shallowReactive(new Map<string, string>())
  const shown = new Set<string>()
  let wanted: Photo[] = []
  let isFetching = false
  let isGone = false

  function letGo(keep: Set<string>): void {
    for (const [id, url] of held) {
      if (held.size <= KEPT) return
      if (keep.has(id)) continue
      URL.revokeObjectURL(url)
      held.delete(id)
    }
  }

  async function work(): Promise<void> {
    if (isFetching) return
    isFetching = true
    for (let next = wanted.shift(); next && !isGone; next = wanted.shift()) {
      if (held.has(next.id) || shown.has(next.id)) continue
      const picture = await fetchAhead(next.image_path)
      if (picture && !isGone) held.set(next.id, URL.createObjectURL(picture))
    }
    isFetching = false
  }

  onScopeDispose(() => {
    isGone = true
    for (const url of held.values()) URL.revokeObjectURL(url)
  })

  return {
    sourceOf(photo) {
      const url = held.get(photo.id)
      if (url && caseId && !shown.has(photo.id)) void lookAtPhoto(caseId, photo.id).catch(() => undefined)
      shown.add(photo.id)
      return url ?? photo.image_path
    },
    fetchNext(photos) {
      if (!caseId) return
      wanted = photos.filter((photo) => !held.has(photo.id))
      letGo(new Set(photos.map((photo) => photo.id)))
      void work()
    },
  }
}
