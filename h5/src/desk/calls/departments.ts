/** The departments column: one's own items, acceptance, decision, results, looks. */
import type { DepartmentPage, ItemView, Outcome, ResultUpload } from '../types'
import { send, sendUnlessSame, type Sent } from './send'

export interface ItemsQuery {
  state: string
  q?: string
  cursor?: string
}

export async function listItems(query: ItemsQuery, etag: string | null = null): Promise<Sent<DepartmentPage> | null> {
  return sendUnlessSame<DepartmentPage>('/api/departments/items', { query: { ...query }, etag })
}

const itemAt = (id: string, rest = ''): string => `/api/departments/items/${id}${rest}`

export async function readItem(id: string): Promise<ItemView> {
  return (await send<ItemView>('get', itemAt(id))).data
}

export async function acceptItem(id: string, version: number, key: string): Promise<ItemView> {
  return (await send<ItemView>('post', itemAt(id, '/acceptance'), { body: {}, version, key })).data
}

export interface ItemDecision {
  outcome: Outcome
  reason?: string
}

export async function decideItem(id: string, version: number, decision: ItemDecision, key: string): Promise<ItemView> {
  return (await send<ItemView>('post', itemAt(id, '/decision'), { body: decision, version, key })).data
}

export interface ResultAnnouncement {
  name: string
  content_type: string
  bytes: number
  sha256: string
}

export async function announceResult(id: string, result: ResultAnnouncement): Promise<ResultUpload> {
  return (await send<ResultUpload>('post', itemAt(id, '/results'), { body: result })).data
}

export async function completeResult(id: string, resultId: string, key: string): Promise<ItemView> {
  return (await send<ItemView>('post', itemAt(id, `/results/${resultId}/completion`), { body: {}, key })).data
}

export async function removeResult(id: string, resultId: string): Promise<void> {
  await send('delete', itemAt(id, `/results/${resultId}`))
}

/** Reads one whole value; the look and its reason are written to the audit trail. */
export async function lookAtItem(id: string, field: string, reason: string): Promise<string> {
  return (await send<{ value: string }>('post', itemAt(id, '/looks'), { body: { field, reason } })).data.value
}
