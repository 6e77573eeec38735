// A file as it was picked, into memory.
import { ApiProblem } from '@api/problem'

/** `Blob.arrayBuffer` is missing from older phones. Raises ApiProblem. */
export function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => { resolve(reader.result as ArrayBuffer) }
    reader.onerror = () => { reject(new ApiProblem('unreadable-file', 0, '打不开这张照片', '手机打不开这张照片，请换一张，或重新拍。')) }
    reader.readAsArrayBuffer(blob)
  })
}
