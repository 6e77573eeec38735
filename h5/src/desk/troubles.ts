/** What went wrong, in the words a page shows: one title, then lines that may point at a place on the page. */
import { ApiProblem } from '@api/problem'

export interface TroubleLine {
  text: string
  /** The id of the element that the line is about. */
  target?: string
}

export interface Trouble {
  title: string
  lines: TroubleLine[]
}

export function trouble(title: string, lines: TroubleLine[] = []): Trouble {
  return { title, lines }
}

/** The refusal in the server's words; a desk has a network, not a phone's signal. A fault of our own is thrown on. */
export function troubleOf(thrown: unknown): Trouble {
  if (!(thrown instanceof ApiProblem)) throw thrown
  if (thrown.isOffline) return trouble('现在连不上服务器，请检查网络后再试。您写的内容还在。')
  const faults = thrown.errors.map((each) => each.detail).filter((detail) => detail !== '')
  const missing = [...thrown.factList('missing'), ...thrown.factList('open')]
  const lines = new Set([...faults, ...missing].filter((text) => text !== thrown.detail))
  return trouble(
    thrown.detail,
    [...lines].map((text) => ({ text })),
  )
}
