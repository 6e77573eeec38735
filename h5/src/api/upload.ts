// Sends a file straight to the object store by a presigned POST, telling how far it is. Knows nothing of cases.
import { ApiProblem, offlineProblem } from './problem'

/**
 * Posts the ticket's fields and the file. `onProgress` gets whole percents, 0 to 100.
 * Raises ApiProblem: `offline`, or `upload-refused` when the store says no (ticket expired, wrong size or type).
 */
export function sendFile(url: string, fields: Readonly<Record<string, string>>, file: Blob, onProgress: (percent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    Object.entries(fields).forEach(([name, value]) => { form.append(name, value) })
    form.append('file', file) // the store ignores what comes after the file
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(Math.min(100, Math.round((event.loaded / event.total) * 100)))
    }
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve()
      else reject(new ApiProblem('upload-refused', request.status, '照片没有传上去', '照片没有传上去，请再传一次。'))
    }
    request.onerror = () => { reject(offlineProblem()) }
    request.ontimeout = request.onerror
    request.timeout = 120_000
    request.send(form)
  })
}
