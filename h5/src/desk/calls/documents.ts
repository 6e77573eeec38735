/** The official documents of a case, and what the nightly proof of the evidence found broken. */
import { client, idempotent, ifMatch } from '@api/client'

import type { CaseDocument, Incident, IncidentPage } from '../types'
import { ask } from './send'

export async function listDocuments(caseId: string): Promise<CaseDocument[]> {
  const path = { case_id: caseId }
  return (await ask(client.GET('/api/review/cases/{case_id}/documents', { params: { path } }))).documents
}

/** The PDF, unmasked as it is; the look and its reason are written down. */
export async function openDocument(caseId: string, documentId: string, reason: string): Promise<Blob> {
  const content = await ask(
    client.POST('/api/review/cases/{case_id}/documents/{document_id}/looks', {
      params: { path: { case_id: caseId, document_id: documentId } },
      headers: { Accept: 'application/pdf, application/problem+json' },
      body: { reason },
      parseAs: 'blob',
    }),
  )
  return content as unknown as Blob // the document calls it a binary string, which is what a blob holds
}

export function listIncidents(cursor: string | null = null): Promise<IncidentPage> {
  return ask(client.GET('/api/incidents', { params: { query: cursor === null ? {} : { cursor } } }))
}

export function closeIncident(incident: Incident, note: string, key: string): Promise<IncidentPage> {
  return ask(
    client.POST('/api/incidents/{incident_id}/closure', {
      params: { path: { incident_id: incident.id } },
      headers: { ...ifMatch(incident.version), ...idempotent(key) },
      body: { note },
    }),
  )
}
