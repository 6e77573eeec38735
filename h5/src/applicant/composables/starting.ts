// Starting a case: the notice read and the consents given, kept while the pages turn; then the case is made.
import { reactive } from 'vue'

import { answer, client } from '@api/client'
import type { Case, Guide } from '@api/views'

import { takeView } from './case'

const given = reactive(new Set<string>())

/** The departments the person has ticked so far. */
export function givenConsents(): Set<string> {
  return given
}

export function giveConsent(key: string, ticked: boolean): void {
  if (ticked) given.add(key)
  else given.delete(key)
}

/** Makes the case (or brings back the open draft) with the versions that were read. Raises ApiProblem. */
export async function startCase(guide: Guide): Promise<Case> {
  const consents = Object.fromEntries(guide.consents.filter((each) => given.has(each.key)).map((each) => [each.key, each.version]))
  const view = await answer(client.POST('/api/filing/cases', { body: { consents, notice_version: guide.notice.version } }))
  takeView(view.id, view)
  return view
}
