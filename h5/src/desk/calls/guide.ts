/** The open guide: what the joint items are called. */
import { send } from './send'

export interface ItemName {
  code: string
  name: string
  department_label: string
}

export async function listItemNames(): Promise<ItemName[]> {
  return (await send<{ items: ItemName[] }>('get', '/api/guide')).data.items
}
