/**
 * How the desk asks the server: over the shared typed client, noticing on the way that the session ended and what time
 * the server has. Every refusal arrives as an ApiProblem.
 */
import { answerWithResponse } from '@api/client'
import { ApiProblem } from '@api/problem'

/** What the typed client promises. */
type Asked<T> = Parameters<typeof answerWithResponse<T>>[0]

export interface Sent<T> {
  data: T
  etag: string | null
}

/** Marks what a page asks by itself, so that it does not keep the session of somebody who left. */
export const BY_ITSELF = { 'X-Background': '1' }

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

async function sent<T>(asked: Asked<T>): Promise<Sent<T>> {
  try {
    const { data, response } = await answerWithResponse(asked)
    const saidAt = Date.parse(response.headers.get('Date') ?? '')
    if (!Number.isNaN(saidAt)) clockOffsetMs = saidAt - Date.now()
    return { data, etag: response.headers.get('ETag') }
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.isNotSignedIn) onSignedOut()
    throw thrown
  }
}

export async function ask<T>(asked: Asked<T>): Promise<T> {
  return (await sent(asked)).data
}

/** What came, or null when the server says that nothing changed since the ETag it was asked with. */
export async function askUnlessSame<T>(asked: Asked<T>): Promise<Sent<T> | null> {
  try {
    return await sent(asked)
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.status === 304) return null
    throw thrown
  }
}

/** The header that asks for an answer only if it is another than the one that is shown. */
export function unlessSame(etag: string | null): Record<string, string> {
  return etag ? { 'If-None-Match': etag, ...BY_ITSELF } : {}
}

/** A query without its empty filters. */
export function filled<Q extends object>(query: Q): Partial<Q> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => Boolean(value))) as Partial<Q>
}
