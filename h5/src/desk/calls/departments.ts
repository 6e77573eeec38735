/** The departments column: one's own items, acceptance, decision, results, looks. */
import { client, idempotent, ifMatch } from '@api/client'

import type { DepartmentPage, ItemDecision, ItemList, ItemView, ResultAnnouncement, ResultTicket } from '../types'
import { ask, askUnlessSame, filled, unlessSame, type Sent } from './send'

export interface ItemsQuery {
  state: ItemList
  q: string
  cursor: string | undefined
}

export function listItems(query: ItemsQuery, etag: string | null): Promise<Sent<DepartmentPage> | null> {
  return askUnlessSame(
    client.GET('/api/departments/items', { params: { query: filled(query) }, headers: unlessSame(etag) }),
  )
}

const of = (id: string): { path: { item_id: string } } => ({ path: { item_id: id } })

export function readItem(id: string): Promise<ItemView> {
  return ask(client.GET('/api/departments/items/{item_id}', { params: of(id) }))
}

export function acceptItem(id: string, version: number, key: string): Promise<ItemView> {
  return ask(
    client.POST('/api/departments/items/{item_id}/acceptance', {
      params: of(id),
      headers: { ...ifMatch(version), ...idempotent(key) },
    }),
  )
}

export function decideItem(id: string, version: number, decision: ItemDecision, key: string): Promise<ItemView> {
  return ask(
    client.POST('/api/departments/items/{item_id}/decision', {
      params: of(id),
      headers: { ...ifMatch(version), ...idempotent(key) },
      body: decision,
    }),
  )
}

export function announceResult(id: string, result: ResultAnnouncement): Promise<ResultTicket> {
  return ask(client.POST('/api/departments/items/{item_id}/results', { params: of(id), body: result }))
}

const ofResult = (id: string, resultId: string): { path: { item_id: string; result_id: string } } => ({
  path: { item_id: id, result_id: resultId },
})

export function completeResult(id: string, resultId: string, key: string): Promise<ItemView> {
  return ask(
    client.POST('/api/departments/items/{item_id}/results/{result_id}/completion', {
      params: ofResult(id, resultId),
      headers: idempotent(key),
    }),
  )
}

export function removeResult(id: string, resultId: string): Promise<ItemView> {
  return ask(
    client.DELETE('/api/departments/items/{item_id}/results/{result_id}', { params: ofResult(id, resultId) }),
  )
}

/** Reads one whole value; the look and its reason are written to the audit trail. */
export async function lookAtItem(id: string, field: string, reason: string): Promise<string> {
  const found = await ask(
    client.POST('/api/departments/items/{item_id}/looks', { params: of(id), body: { field, reason } }),
  )
  return found.values[field] ?? ''
}
