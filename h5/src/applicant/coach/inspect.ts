// Asks the coach for a look at a photo before it is sent: in a worker, on the page where a phone has no such worker.
// Never in the way: what cannot be decoded, or takes too long, is not judged.
import { lookAt, type Inspection } from './look'
import { decodeOnPage } from './pixels'
import type { Wanted } from './wanted'
import type { Answer, Question } from './worker'

export type { Inspection } from './look'
export type { Wanted } from './wanted'

const patienceMilliseconds = 4000

let worker: Worker | null | undefined
let lastId = 0

/** What the coach found, or null when it has nothing to say of this file. Never rejects. */
export async function inspect(file: Blob, wanted: Wanted): Promise<Inspection | null> {
  if (!looksLikePhoto(file)) return null
  return within(patienceMilliseconds, look(file, wanted))
}

async function look(file: Blob, wanted: Wanted): Promise<Inspection | null> {
  const helper = theWorker()
  if (helper !== null) {
    const found = await askWorker(helper, file, wanted)
    if (found !== 'no worker') return found
    worker = null
  }
  const decoded = await decodeOnPage(file)
  return decoded === null ? null : lookAt(decoded, wanted)
}

function looksLikePhoto(file: Blob): boolean {
  return file.size > 0 && (file.type === '' || file.type.startsWith('image/'))
}

/** The one worker, made when first wanted; null where this phone cannot have it. */
function theWorker(): Worker | null {
  if (worker === undefined) {
    try {
      const able = typeof Worker !== 'undefined' && typeof OffscreenCanvas !== 'undefined' && typeof createImageBitmap !== 'undefined'
      worker = able ? new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) : null
    } catch {
      worker = null // no module workers here
    }
  }
  return worker
}

function askWorker(helper: Worker, file: Blob, wanted: Wanted): Promise<Inspection | null | 'no worker'> {
  lastId += 1
  const id = lastId
  return new Promise((resolve) => {
    const heard = (event: MessageEvent<Answer>): void => {
      if (event.data.id !== id) return
      done(event.data.found)
    }
    const broken = (): void => { done('no worker') }
    const done = (said: Inspection | null | 'no worker'): void => {
      helper.removeEventListener('message', heard)
      helper.removeEventListener('error', broken)
      resolve(said)
    }
    helper.addEventListener('message', heard)
    helper.addEventListener('error', broken)
    const question: Question = { id, file, wanted }
    helper.postMessage(question)
  })
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  const late = new Promise<null>((resolve) => { window.setTimeout(() => { resolve(null) }, milliseconds) })
  return Promise.race([work.catch(() => null), late])
}
