// The typed client, and the only door to the network for JSON: csrf header, If-Match, Idempotency-Key,
// problem+json to ApiProblem. Photos go through upload.ts. Knows nothing of pages.
import createClient, { type Middleware } from 'openapi-fetch'

import type { paths } from './schema'
import { offlineProblem, problemFrom } from './problem'

let csrfToken = ''

/** Remembers the token of GET /api/identity/session; every unsafe request carries it from then on. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token
}

let shootCode: string | null = null

/** A phone that opened the counter's link has no session: its code goes along with every request. */
export function rememberShootCode(code: string | null): void {
  shootCode = code
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

const carryCsrfToken: Middleware = {
  onRequest({ request }) {
    if (shootCode !== null) request.headers.set('X-Shoot-Code', shootCode)
    else if (!safeMethods.has(request.method)) request.headers.set('X-CSRF-Token', csrfToken)
    return request
  },
}

/** Typed by the server's OpenAPI document: `client.GET('/api/…', { params: { path: { … } } })`. Hand its promise to `answer`. */
export const client = createClient<paths>({
  baseUrl: '/',
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
})
client.use(carryCsrfToken)

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/**
 * Waits for an answer of `client` and returns its body.
 * Raises ApiProblem for every refusal, and for a server that was not reached (`isOffline`).
 */
export async function answer<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await answerWithResponse(asked)).data
}

/** As `answer`, with the response beside the body, for those that need its status or its ETag. */
export async function answerWithResponse<T>(asked: Promise<Answered<T>>): Promise<{ data: T; response: Response }> {
  let answered: Answered<T>
  try {
    answered = await asked
  } catch {
    throw offlineProblem() // fetch rejects only when no answer came
  }
  if (!answered.response.ok) throw problemFrom(answered.error, answered.response.status)
  return { data: answered.data as T, response: answered.response }
}

/** The header that says which version the person saw. */
export function ifMatch(version: number | string): { 'If-Match': string } {
  return { 'If-Match': `"${String(version)}"` }
}

/** The header that makes a repeated request happen once. Keep one key for all tries of one action. */
export function idempotent(key: string): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': key }
}

/** A fresh key for one action (UUID v4; `randomUUID` is missing from older phones and plain http). */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
