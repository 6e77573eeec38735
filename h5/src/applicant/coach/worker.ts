// The coach's worker: a photo comes in, what was found goes out. Null when this worker cannot decode it.
import { lookAt, type Inspection } from './look'
import { decodeInWorker } from './pixels'
import type { Wanted } from './wanted'

export interface Question { id: number; file: Blob; wanted: Wanted }
export interface Answer { id: number; found: Inspection | null; milliseconds: number }

const answer = (said: Answer): void => { (self as unknown as { postMessage: (message: Answer) => void }).postMessage(said) }

self.onmessage = (event: MessageEvent<Question>) => {
  const { id, file, wanted } = event.data
  const began = performance.now()
  decodeInWorker(file).then(
    (decoded) => { answer({ id, found: lookAt(decoded, wanted), milliseconds: performance.now() - began }) },
    () => { answer({ id, found: null, milliseconds: performance.now() - began }) },
  )
}
