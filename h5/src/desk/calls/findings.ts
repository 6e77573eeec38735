/** What the machine noticed on photos, the clerk's 对 or 不对, and how often it was right. */
import { client } from '@api/client'

import type { Accuracy, StaffFindings } from '../types'
import { ask, BY_ITSELF } from './send'

const of = (id: string): { path: { case_id: string } } => ({ path: { case_id: id } })

export function readFindings(caseId: string, byItself = false): Promise<StaffFindings> {
  const headers = byItself ? BY_ITSELF : {}
  return ask(client.GET('/api/review/cases/{case_id}/findings', { params: of(caseId), headers }))
}

export function putVerdict(caseId: string, key: string, right: boolean): Promise<StaffFindings> {
  const params = { path: { case_id: caseId, finding_key: key } }
  return ask(client.PUT('/api/review/cases/{case_id}/findings/{finding_key}/verdict', { params, body: { right } }))
}

export function readAccuracy(): Promise<Accuracy> {
  return ask(client.GET('/api/findings/accuracy'))
}
