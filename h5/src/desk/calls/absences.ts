/** Beside the review: a second return, papers the applicant does not have, papers she promised (容缺受理). */
import { client, idempotent, ifMatch } from '@api/client'

import type { AbsenceDecision, CallToSend, PromisedVerdict, PromiseExtension, ReviewView } from '../types'
import { ask } from './send'

const of = (id: string, slotKey: string): { path: { case_id: string; slot_key: string } } => ({
  path: { case_id: id, slot_key: slotKey },
})

export function decideAbsence(view: ReviewView, slotKey: string, body: AbsenceDecision): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/absences/{slot_key}/decision', {
      params: of(view.id, slotKey),
      headers: ifMatch(view.version),
      body,
    }),
  )
}

/** A call changes no judgement: whoever holds the case, any clerk may take one down. */
export function keepCall(view: ReviewView, slotKey: string, body: CallToSend, key: string): Promise<ReviewView> {
  return ask(
    client.POST('/api/review/cases/{case_id}/absences/{slot_key}/calls', {
      params: of(view.id, slotKey),
      headers: idempotent(key),
      body,
    }),
  )
}

/** `version` is the promise's own: a photo that came meanwhile is never judged unseen. */
export function judgePromised(
  view: ReviewView,
  slotKey: string,
  version: number,
  body: PromisedVerdict,
  key: string,
): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/promises/{slot_key}/verdict', {
      params: of(view.id, slotKey),
      headers: { ...ifMatch(version), ...idempotent(key) },
      body,
    }),
  )
}

export function extendPromise(
  view: ReviewView,
  slotKey: string,
  version: number,
  body: PromiseExtension,
  key: string,
): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/promises/{slot_key}/extension', {
      params: of(view.id, slotKey),
      headers: { ...ifMatch(version), ...idempotent(key) },
      body,
    }),
  )
}
