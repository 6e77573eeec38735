// One tab at a time sends a photo: by the browser's locks, which end with the tab however it ends, or where there are
// none by a lease in the database, which ends by the clock.
import { newKey } from '@api/client'

import { endLease, lease } from './kept'

const atOnce = 2
const leaseMilliseconds = 12_000
const renewMilliseconds = 4_000
const lookAgainMilliseconds = 3_000

const tab = newKey()
let working = 0
const queueing: (() => void)[] = []

/** Does `work` when it is this tab's turn; `elsewhere` is called when another tab has it first. */
export async function inTurn(id: string, elsewhere: () => void, work: () => Promise<void>): Promise<void> {
  // Typed as always there; over plain http and in older browsers it is not.
  const locks = (navigator as { locks?: LockManager }).locks
  if (locks === undefined) {
    await byLease(id, elsewhere, work)
    return
  }
  const name = `tuixiu-photo-${id}`
  const done = await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work()
    return lock !== null
  })
  if (done) return
  elsewhere()
  await locks.request(name, work)
}

async function byLease(id: string, elsewhere: () => void, work: () => Promise<void>): Promise<void> {
  while (!(await lease(id, tab, Date.now(), leaseMilliseconds))) {
    elsewhere()
    await new Promise((resolve) => window.setTimeout(resolve, lookAgainMilliseconds))
  }
  const renewing = window.setInterval(() => void lease(id, tab, Date.now(), leaseMilliseconds), renewMilliseconds)
  try {
    await work()
  } finally {
    window.clearInterval(renewing)
    await endLease(id)
  }
}

/** A weak signal is better shared by few; the others wait their turn. */
export async function inFewAtOnce(act: () => Promise<void>): Promise<void> {
  if (working >= atOnce) await new Promise<void>((resolve) => { queueing.push(resolve) })
  working += 1
  try {
    await act()
  } finally {
    working -= 1
    queueing.shift()?.()
  }
}
