// The official documents of her case, and what a paper is by its code. Asked anew each time: one may just be made.
import { answer, client } from '@api/client'
import type { CaseDocument, VerifiedDocument } from '@api/views'

/** The newest of every form; of correction notices every one. Raises ApiProblem. */
export async function fetchDocuments(caseId: string): Promise<CaseDocument[]> {
  const path = { case_id: caseId }
  const { documents } = await answer(client.GET('/api/filing/cases/{case_id}/documents', { params: { path } }))
  return documents.filter((each) => each.newest || each.form === 'correction_notice')
}

/** What the paper with this code is. Open to anyone. Raises ApiProblem. */
export function verifyCode(code: string): Promise<VerifiedDocument> {
  return answer(client.GET('/api/verify/{code}', { params: { path: { code } } }))
}
