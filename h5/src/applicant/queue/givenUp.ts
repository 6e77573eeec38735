// Photos of an earlier visit that cannot be sent any more: why, in a sentence that stays until she has read it.
import { reactive } from 'vue'

import { caseState, refreshCase } from '../composables/case'
import { drop, type KeptPhoto } from './kept'

export interface GivenUp {
  id: string
  sentence: string
}

const told = reactive<GivenUp[]>([])

/** What became of them, the oldest first. */
export function photosGivenUp(): readonly GivenUp[] {
  return told
}

export function tellGivenUp(id: string, sentence: string): void {
  if (told.every((each) => each.id !== id)) told.push({ id, sentence })
}

/** She has read it. */
export function noteGivenUpRead(): void {
  told.splice(0).forEach((each) => void drop(each.id))
}

/** Somebody else is here. */
export function forgetGivenUp(): void {
  told.splice(0)
}

/** Null while it is wanted. A phone of the counter's code sees no case: the server says what the code still takes. */
export async function whyNotWanted(photo: KeptPhoto): Promise<string | null> {
  if (photo.owner.startsWith('shoot:')) return null
  const state = caseState(photo.caseId)
  if (state.view === null) await refreshCase(photo.caseId)
  if (state.view === null) return state.problem?.status === 404 ? '这一件已经没有了，上次选的照片没有传，已经从手机上删掉。' : null
  const slot = state.view.slots.find((each) => each.key === photo.slotKey)
  if (slot === undefined) return '前面的回答改过，有一样材料不用交了。上次为它选的照片没有传，已经从手机上删掉。'
  if (slot.editable) return null
  const why = state.view.may.includes('upload') ? '这一样现在不用再拍' : '这一件已经交给窗口'
  return `${why}。上次选的“${slot.label}”照片没有传，已经从手机上删掉。`
}
