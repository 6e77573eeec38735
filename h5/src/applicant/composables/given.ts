// What is done to the materials of a case besides giving photos.
import { answer, client } from '@api/client'

import { refreshCase, takeSlot } from './case'

/** Removes a photo the server has. Raises ApiProblem. */
export async function removePhoto(caseId: string, photoId: string): Promise<void> {
  const slot = await answer(client.DELETE('/api/filing/cases/{case_id}/photos/{photo_id}', { params: { path: { case_id: caseId, photo_id: photoId } } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}

/** “我没有这个材料”, with the person's reason. Raises ApiProblem. */
export async function declareAbsent(caseId: string, slotKey: string, reason: string): Promise<void> {
  const slot = await answer(client.POST('/api/filing/cases/{case_id}/absences', { params: { path: { case_id: caseId } }, body: { slot_key: slotKey, reason } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}

/** She has it after all. Raises ApiProblem. */
export async function withdrawAbsence(caseId: string, slotKey: string): Promise<void> {
  const slot = await answer(client.DELETE('/api/filing/cases/{case_id}/absences/{slot_key}', { params: { path: { case_id: caseId, slot_key: slotKey } } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}
