/** The guide: what the joint items are called, and the administrator's page that publishes its versions. */
import { client, idempotent, ifMatch } from '@api/client'

import type { ItemName, Publication } from '../types'
import { ask } from './send'

export async function listItemNames(): Promise<ItemName[]> {
  return (await ask(client.GET('/api/guide'))).items
}

export function readPublication(): Promise<Publication> {
  return ask(client.GET('/api/guide/publication'))
}

/** Makes what config says the version after the one that was seen. One key for all tries of one publication. */
export function publishGuide(seenNumber: number, note: string, key: string): Promise<Publication> {
  return ask(
    client.POST('/api/guide/publication', {
      headers: { ...ifMatch(seenNumber), ...idempotent(key) },
      body: { note },
    }),
  )
}

export const PREVIEW_PRINT = '/api/guide/publication/preview.pdf'

export function printOf(number: number): string {
  return `/api/guide/publication/versions/${String(number)}.pdf`
}
