// How the photos that are still on their way are named to a person, in the order of the materials.
import type { RouteLocationRaw } from 'vue-router'

import type { Case } from '@api/views'

import type { Trouble } from '../components/ErrorSummary.vue'
import { unfinishedOf, type Upload } from '../composables/uploads'

export interface UnfinishedPhoto {
  /** For the link to it. */
  id: string
  /** The slot's own heading, on the pages that show it. */
  slotId: string
  name: string
  state: string
  place: RouteLocationRaw
}

/** Reactive by what it reads: the case and the queue. */
export function unfinishedPhotos(view: Case): UnfinishedPhoto[] {
  const waiting = unfinishedOf(view.id)
  return view.slots.flatMap((slot) =>
    waiting
      .filter((each) => each.slotKey === slot.key)
      .map((each) => ({
        id: `unfinished-${each.slotKey}-${each.partKey}`,
        slotId: `slot-${slot.key}`,
        name: `${slot.label}${partName(slot.parts.find((part) => part.key === each.partKey)?.label ?? '')}`,
        state: stateOf(each.upload),
        place: { name: view.state === 'returned' ? 'correction' : 'materials', params: { id: view.id }, query: { slot: each.slotKey } },
      })),
  )
}

/** What stops a submission: one line that names them all, leading to the first; empty when nothing does. */
export function unfinishedTroubles(view: Case): Trouble[] {
  const photos = unfinishedPhotos(view)
  const first = photos[0]
  if (first === undefined) return []
  return [{ text: `还有 ${String(photos.length)} 张照片没有传完：${photos.map((each) => each.name).join('、')}`, target: first.id }]
}

/** “反面（有国徽的一面）” is 反面 among others; “第 2 页” stands off the name before it. */
function partName(label: string): string {
  const short = label.replace(/（.*）/, '')
  return short.startsWith('第') ? ` ${short}` : short
}

function stateOf(upload: Upload): string {
  switch (upload.stage) {
    case 'asking':
      return '请您先看一看，再决定用不用'
    case 'failed':
      return upload.mayRetry ? '没有传上去，请再传一次' : '这张不能用，请换一张'
    case 'waiting':
      return '等着再传'
    case 'sending':
      return `正在上传 ${String(upload.percent)}%`
    case 'looking':
      return '正在看清不清楚'
    case 'checking':
      return '正在检查'
    default:
      return '正在准备'
  }
}
