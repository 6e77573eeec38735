/** The review column: queue, claims, judgements, checks, decisions, looks. */
import type { ChecksToSend, ClaimView, JudgementToSend, QueuePage, ReviewView } from '../types'
import { send, sendUnlessSame, type Sent } from './send'

export interface QueueQuery {
  queue: string
  q?: string
  item?: string
  cursor?: string
}

export async function listCases(query: QueueQuery, etag: string | null = null): Promise<Sent<QueuePage> | null> {
  return sendUnlessSame<QueuePage>('/api/review/cases', { query: { ...query }, etag })
}

/** Claims the next case by deadline; null when nothing waits. */
export async function claimNext(key: string): Promise<string | null> {
  const sent = await send<{ case_id: string } | undefined>('post', '/api/review/claims', { body: {}, key })
  return sent.status === 204 || !sent.data ? null : sent.data.case_id
}

const caseAt = (id: string, rest = ''): string => `/api/review/cases/${id}${rest}`

export async function claimCase(id: string, key: string): Promise<ClaimView> {
  return (await send<ClaimView>('post', caseAt(id, '/claim'), { body: {}, key })).data
}

export async function renewClaim(id: string): Promise<ClaimView> {
  return (await send<ClaimView>('put', caseAt(id, '/claim'))).data
}

export async function releaseClaim(id: string): Promise<void> {
  await send('delete', caseAt(id, '/claim'))
}

export async function readCase(id: string): Promise<ReviewView> {
  return (await send<ReviewView>('get', caseAt(id))).data
}

export async function putJudgements(id: string, version: number, judgements: JudgementToSend[]): Promise<ReviewView> {
  return (await send<ReviewView>('put', caseAt(id, '/judgements'), { body: { judgements }, version })).data
}

export async function putChecks(id: string, version: number, checks: ChecksToSend): Promise<ReviewView> {
  return (await send<ReviewView>('put', caseAt(id, '/checks'), { body: checks, version })).data
}

/** What ends or moves a review, by the last word of its address, with what is written in it. */
export interface Decisions {
  acceptance: { opinion: string }
  return: { note?: string }
  refusal: { reason: string }
  hold: Record<string, never>
  resolution: { note: string }
  approval: { opinion: string }
  'sending-back': { reason: string }
}
export type Decision = keyof Decisions

export async function decideCase<D extends Decision>(
  id: string,
  version: number,
  decision: D,
  body: Decisions[D],
  key: string,
): Promise<ReviewView> {
  return (await send<ReviewView>('post', caseAt(id, `/${decision}`), { body, version, key })).data
}

/** Reads one whole value; the look and its reason are written to the audit trail. */
export async function lookAtCase(id: string, field: string, reason: string): Promise<string> {
  return (await send<{ value: string }>('post', caseAt(id, '/looks'), { body: { field, reason } })).data.value
}
