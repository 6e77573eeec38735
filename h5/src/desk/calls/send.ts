/**
 * How the desk asks the server: one function over the shared client, which adds the version seen, the key of an
 * action, and what polling needs. Every refusal arrives as an ApiProblem. Knows routes' shapes, not pages.
 */
import { answerWithResponse, client, idempotent, ifMatch } from '@api/client'
import { ApiProblem } from '@api/problem'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export interface SendOptions {
  query?: Record<string, string | undefined>
  body?: unknown
  /** The version the person saw: sent as If-Match. */
  version?: number
  /** One key for all tries of one action: sent as Idempotency-Key. */
  key?: string
  /** The ETag of what is already on the page: sent as If-None-Match. */
  etag?: string | null
}

export interface Sent<T> {
  status: number
  data: T
  etag: string | null
}

/** The client's own untyped face: the generated document types the applicant's and the desk's routes alike. */
interface UntypedClient {
  request(
    method: Method,
    path: string,
    init: { params: { query: Record<string, string> }; headers: Record<string, string>; body?: unknown },
  ): Promise<{ data?: unknown; error?: unknown; response: Response }>
}

const untyped = client as unknown as UntypedClient

let onSignedOut: () => void = () => undefined
let clockOffsetMs = 0

/** Says what happens when the server no longer knows who is asking. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** Now by the server's clock, in milliseconds, so that a desk's wrong clock does not shorten a lease. */
export function serverNow(): number {
  return Date.now() + clockOffsetMs
}

export async function send<T>(method: Method, path: string, options: SendOptions = {}): Promise<Sent<T>> {
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.query ?? {})) if (value) query[name] = value
  const headers: Record<string, string> = {
    ...(options.version === undefined ? {} : ifMatch(options.version)),
    ...(options.key === undefined ? {} : idempotent(options.key)),
    ...(options.etag ? { 'If-None-Match': options.etag } : {}),
  }
  const init = { params: { query }, headers, ...(options.body === undefined ? {} : { body: options.body }) }
  try {
    const { data, response } = await answerWithResponse<T>(
      untyped.request(method, path, init) as Promise<{ data?: T; error?: unknown; response: Response }>,
    )
    const sentAt = Date.parse(response.headers.get('Date') ?? '')
    if (!Number.isNaN(sentAt)) clockOffsetMs = sentAt - Date.now()
    return { status: response.status, data, etag: response.headers.get('ETag') }
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.isNotSignedIn) onSignedOut()
    throw thrown
  }
}

/** What came, or null when the server says that nothing changed since `etag`. */
export async function sendUnlessSame<T>(path: string, options: SendOptions): Promise<Sent<T> | null> {
  try {
    return await send<T>('get', path, options)
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.status === 304) return null
    throw thrown
  }
}
