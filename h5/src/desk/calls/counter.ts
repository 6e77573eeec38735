/** The counter: who came, what is begun and not handed in, and the prints. */
import { client, idempotent } from '@api/client'

import type { ConsentTexts, CounterLists, CounterPlace, FoundCase, GivenAtCounter, WalkIn } from '../types'
import { ask } from './send'

const of = (id: string): { path: { case_id: string } } => ({ path: { case_id: id } })

export function readConsents(): Promise<ConsentTexts> {
  return ask(client.GET('/api/guide'))
}

export function readLists(): Promise<CounterLists> {
  return ask(client.GET('/api/counter/cases'))
}

export async function lookUp(who: WalkIn): Promise<FoundCase | null> {
  return (await ask(client.POST('/api/counter/lookups', { body: who }))).found
}

export function startCase(who: WalkIn, given: GivenAtCounter, key: string): Promise<CounterPlace> {
  return ask(client.POST('/api/counter/cases', { body: { ...who, ...given }, headers: idempotent(key) }))
}

export function goOn(id: string, given: GivenAtCounter): Promise<CounterPlace> {
  return ask(client.POST('/api/counter/cases/{case_id}/sitting', { params: of(id), body: given }))
}

export function resume(id: string): Promise<CounterPlace> {
  return ask(client.PUT('/api/counter/cases/{case_id}/sitting', { params: of(id) }))
}

export async function abandon(id: string, reason: string): Promise<void> {
  await ask(client.POST('/api/counter/cases/{case_id}/abandonment', { params: of(id), body: { reason } }))
}

export function printConsents(name: string): Promise<Blob> {
  return ask(client.POST('/api/counter/consents.pdf', { body: { name }, parseAs: 'blob' }) as Promise<{ data: Blob; response: Response }>)
}

export function printReceipt(id: string): Promise<Blob> {
  return ask(
    client.POST('/api/counter/cases/{case_id}/receipt.pdf', { params: of(id), parseAs: 'blob' }) as Promise<{ data: Blob; response: Response }>,
  )
}
