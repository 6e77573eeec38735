/** Photos under review: fetched ahead, looked at, turned, drawn on, and what was read on them. */
import { client, ifMatch } from '@api/client'
import { fetchPicture } from '@api/pictures'

import type { MarkToSend, Readings, ReviewView } from '../types'
import { ask, BY_ITSELF } from './send'

const of = (caseId: string, photoId: string): { path: { case_id: string; photo_id: string } } => ({
  path: { case_id: caseId, photo_id: photoId },
})

export function readReadings(caseId: string): Promise<Readings> {
  return ask(client.GET('/api/review/cases/{case_id}/readings', { params: { path: { case_id: caseId } }, headers: BY_ITSELF }))
}

/** A photo before it is shown; the audit trail says so. */
export const fetchAhead = (imagePath: string): Promise<Blob | null> => fetchPicture(`${imagePath}?ahead=true`)

/** A photo that was fetched ahead is shown now. */
export async function lookAtPhoto(caseId: string, photoId: string): Promise<void> {
  await ask(client.POST('/api/review/cases/{case_id}/photos/{photo_id}/looks', { params: of(caseId, photoId) }))
}

export async function putTurn(caseId: string, photoId: string, degrees: 0 | 90 | 180 | 270): Promise<void> {
  await ask(client.PUT('/api/review/cases/{case_id}/photos/{photo_id}/turn', { params: of(caseId, photoId), body: { degrees } }))
}

export function putMarks(caseId: string, version: number, photoId: string, marks: MarkToSend[]): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/photos/{photo_id}/marks', {
      params: of(caseId, photoId),
      headers: ifMatch(version),
      body: { marks },
    }),
  )
}
