/** The joint items by code, asked once; a filter that cannot be filled is simply left out. */
import { ApiProblem } from '@api/problem'
import { ref, type Ref } from 'vue'

import { listItemNames } from '../calls/guide'
import type { ItemName } from '../types'

const names = ref<ItemName[]>([])
let isAsked = false

async function ask(): Promise<void> {
  isAsked = true
  try {
    names.value = await listItemNames()
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem)) throw thrown
    isAsked = false
  }
}

export function useItemNames(): Ref<ItemName[]> {
  if (!isAsked) void ask()
  return names
}
