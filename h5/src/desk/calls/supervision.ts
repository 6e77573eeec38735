/** The supervision column: read-only and masked. */
import { client } from '@api/client'

import type { Audit, ItemList, Overview, SupervisedPage } from '../types'
import { ask, askUnlessSame, filled, unlessSame, type Sent } from './send'

export function readOverview(): Promise<Overview> {
  return ask(client.GET('/api/supervision/overview'))
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
