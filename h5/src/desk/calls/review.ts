/** The review column: queue, claims, judgements, checks, decisions, looks. */
import { client, idempotent, ifMatch } from '@api/client'

import type {
  ChecksToSend,
  Holder,
  JudgementToSend,
  Queue,
  QueuePage,
  ReviewView,
  SettlementToSend,
} from '../types'
import { ask, BY_ITSELF, askUnlessSame, filled, unlessSame, type Sent } from './send'

export interface QueueQuery {
  queue: Queue
  q: string
  item: string
  cursor: string | undefined
}

export function listCases(query: QueueQuery, etag: string | null): Promise<Sent<QueuePage> | null> {
  return askUnlessSame(client.GET('/api/review/cases', { params: { query: filled(query) }, headers: unlessSame(etag) }))
}

/** Claims the next case by deadline; null when nothing waits. */
export async function claimNext(key: string): Promise<string | null> {
  return (await ask(client.POST('/api/review/claims', { headers: idempotent(key) }))).case_id
}

const of = (id: string): { path: { case_id: string } } => ({ path: { case_id: id } })

export async function claimCase(id: string, key: string): Promise<Holder | null> {
  return (await ask(client.POST('/api/review/cases/{case_id}/claim', { params: of(id), headers: idempotent(key) }))).holder
}

export async function renewClaim(id: string): Promise<Holder | null> {
  return (await ask(client.PUT('/api/review/cases/{case_id}/claim', { params: of(id), headers: BY_ITSELF }))).holder
}

export async function releaseClaim(id: string): Promise<void> {
  await ask(client.DELETE('/api/review/cases/{case_id}/claim', { params: of(id) }))
}

export function readCase(id: string): Promise<ReviewView> {
  return ask(client.GET('/api/review/cases/{case_id}', { params: of(id) }))
}

export function putJudgements(id: string, version: number, judgements: JudgementToSend[]): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/judgements', {
      params: of(id),
      headers: ifMatch(version),
      body: { judgements },
    }),
  )
}

export function putChecks(id: string, version: number, checks: ChecksToSend): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/checks', { params: of(id), headers: ifMatch(version), body: checks }),
  )
}

export function putSettlement(
  id: string,
  version: number,
  ruleKey: string,
  settlement: SettlementToSend,
): Promise<ReviewView> {
  return ask(
    client.PUT('/api/review/cases/{case_id}/rule-checks/{rule_key}/settlement', {
      params: { path: { case_id: id, rule_key: ruleKey } },
      headers: ifMatch(version),
      body: settlement,
    }),
  )
}

/** What ends or moves a review, with the words that go with it. */
export type Decision =
  | { act: 'accept'; opinion: string }
  | { act: 'return'; note: string }
  | { act: 'ask_return'; reason: string; why_not_before: string }
  | { act: 'refuse'; reason: string }
  | { act: 'hold' }
  | { act: 'resolve'; note: string }
  | { act: 'approve'; opinion: string }
  | { act: 'send_back'; reason: string }

export function decideCase(id: string, version: number, decision: Decision, key: string): Promise<ReviewView> {
  const init = { params: of(id), headers: { ...ifMatch(version), ...idempotent(key) } }
  switch (decision.act) {
    case 'accept':
      return ask(client.POST('/api/review/cases/{case_id}/acceptance', { ...init, body: { opinion: decision.opinion } }))
    case 'return':
      return ask(client.POST('/api/review/cases/{case_id}/return', { ...init, body: { note: decision.note } }))
    case 'ask_return': {
      const { reason, why_not_before } = decision
      return ask(client.POST('/api/review/cases/{case_id}/return-request', { ...init, body: { reason, why_not_before } }))
    }
    case 'refuse':
      return ask(client.POST('/api/review/cases/{case_id}/refusal', { ...init, body: { reason: decision.reason } }))
    case 'hold':
      return ask(client.POST('/api/review/cases/{case_id}/hold', init))
    case 'resolve':
      return ask(client.POST('/api/review/cases/{case_id}/resolution', { ...init, body: { note: decision.note } }))
    case 'approve':
      return ask(client.POST('/api/review/cases/{case_id}/approval', { ...init, body: { opinion: decision.opinion } }))
    case 'send_back':
      return ask(client.POST('/api/review/cases/{case_id}/sending-back', { ...init, body: { reason: decision.reason } }))
  }
}

/** The helper's whole name and phone; the look and its reason are written to the audit trail. */
export async function lookAtHelper(id: string, authorisationId: string, reason: string): Promise<string> {
  const params = { path: { case_id: id, authorisation_id: authorisationId } }
  const asked = client.POST('/api/review/cases/{case_id}/authorisations/{authorisation_id}/looks', { params, body: { reason } })
  const found = await ask(asked)
  return `${found.helper_name} ${found.helper_phone}`
}

/** Reads one whole value; the look and its reason are written to the audit trail. */
export async function lookAtCase(id: string, field: string, reason: string): Promise<string> {
  const found = await ask(
    client.POST('/api/review/cases/{case_id}/looks', { params: of(id), body: { field, reason } }),
  )
  return found.values[field] ?? ''
}
