/** The open guide: what the joint items are called. */
import { client } from '@api/client'

import type { ItemName } from '../types'
import { ask } from './send'

export async function listItemNames(): Promise<ItemName[]> {
  return (await ask(client.GET('/api/guide'))).items
}
