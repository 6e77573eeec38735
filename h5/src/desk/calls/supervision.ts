/** The supervision column: read-only and masked. */
import { client } from '@api/client'

import type { Audit, ItemList, Overview, PromisedPaper, RepeatReturn, SupervisedPage } from '../types'
import { ask, askUnlessSame, filled, unlessSame, type Sent } from './send'

export function readOverview(): Promise<Overview> {
  return ask(client.GET('/api/supervision/overview'))
}

/** One page of a list that is short by nature, and where the next begins. */
export interface SupervisedList<Row> {
  rows: Row[]
  next: string | null
}

export async function listRepeatReturns(cursor: string | undefined): Promise<SupervisedList<RepeatReturn>> {
  const found = await ask(client.GET('/api/supervision/repeat-returns', { params: { query: filled({ cursor }) } }))
  return { rows: found.cases, next: found.next_cursor }
}

export async function listPromisedPapers(cursor: string | undefined): Promise<SupervisedList<PromisedPaper>> {
  const found = await ask(client.GET('/api/supervision/promises', { params: { query: filled({ cursor }) } }))
  return { rows: found.promises, next: found.next_cursor }
}

export interface SupervisedItemsQuery {
  state: ItemList
  department: string
  q: string
  cursor: string | undefined
}

export function listSupervisedItems(
  query: SupervisedItemsQuery,
  etag: string | null,
): Promise<Sent<SupervisedPage> | null> {
  return askUnlessSame(
    client.GET('/api/supervision/items', { params: { query: filled(query) }, headers: unlessSame(etag) }),
  )
}

export function readAudit(caseId: string): Promise<Audit> {
  return ask(client.GET('/api/supervision/cases/{case_id}/audit', { params: { path: { case_id: caseId } } }))
}
