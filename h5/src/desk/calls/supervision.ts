/** The supervision column: read-only and masked. */
import type { Audit, DepartmentPage, Overview } from '../types'
import { send, sendUnlessSame, type Sent } from './send'

export async function readOverview(): Promise<Overview> {
  return (await send<Overview>('get', '/api/supervision/overview')).data
}

export interface SupervisedItemsQuery {
  clock?: string
  department?: string
  cursor?: string
}

export async function listSupervisedItems(
  query: SupervisedItemsQuery,
  etag: string | null = null,
): Promise<Sent<DepartmentPage> | null> {
  return sendUnlessSame<DepartmentPage>('/api/supervision/items', { query: { ...query }, etag })
}

export async function readAudit(caseId: string): Promise<Audit> {
  return (await send<Audit>('get', `/api/supervision/cases/${caseId}/audit`)).data
}
