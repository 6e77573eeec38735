// Gives the coach of h5/src/applicant/coach to a script that measures it: the same modules, worker and fallback.
import { inspect, type Inspection, type Wanted } from '../../../../h5/src/applicant/coach/inspect'
import { lookAt } from '../../../../h5/src/applicant/coach/look'
import { decodeOnPage } from '../../../../h5/src/applicant/coach/pixels'

interface Timed { found: Inspection | null; milliseconds: number }

async function timed(work: () => Promise<Inspection | null>): Promise<Timed> {
  const began = performance.now()
  const found = await work()
  return { found, milliseconds: performance.now() - began }
}

const fileAt = async (address: string): Promise<Blob> => (await fetch(address)).blob()

Object.assign(window, {
  /** As the app does it: in the worker. */
  ask: async (address: string, wanted: Wanted): Promise<Timed> => {
    const file = await fileAt(address)
    return timed(() => inspect(file, wanted))
  },
  /** As a phone without such a worker does it. */
  askOnPage: async (address: string, wanted: Wanted): Promise<Timed> => {
    const file = await fileAt(address)
    return timed(async () => {
      const decoded = await decodeOnPage(file)
      return decoded === null ? null : lookAt(decoded, wanted)
    })
  },
})
