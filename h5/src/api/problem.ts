// The one typed refusal that pages meet, whatever went wrong. Knows nothing of pages or of routes.

/** One fault of one field: where it is (a JSON pointer into what was sent) and what to do about it. */
export interface FieldProblem {
  pointer: string
  detail: string
}

/** Codes this side adds to the server's own. */
export type LocalCode = 'offline' | 'unreadable-answer'

/** A refused request (RFC 9457), or a server that could not be reached (`code` is `offline`, `status` is 0). */
export class ApiProblem extends Error {
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly status: number
  readonly errors: readonly FieldProblem[]
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: string, status: number, title: string, detail: string, facts: Record<string, unknown> = {}, errors: FieldProblem[] = []) {
    super(`${code} (${String(status)})`)
    this.name = 'ApiProblem'
    this.code = code
    this.title = title
    this.detail = detail
    this.status = status
    this.facts = facts
    this.errors = errors
  }

  get isOffline(): boolean {
    return this.code === 'offline'
  }

  get isStale(): boolean {
    return this.status === 412
  }

  get isNotSignedIn(): boolean {
    return this.status === 401 && this.code === 'not-signed-in'
  }

  /** A fact the server sent as text, or null. */
  fact(name: string): string | null {
    const value = this.facts[name]
    return typeof value === 'string' ? value : null
  }

  /** A fact the server sent as a list of texts; empty when it sent none. */
  factList(name: string): string[] {
    const value = this.facts[name]
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
  }
}

/** The server was not reached at all. */
export function offlineProblem(): ApiProblem {
  return new ApiProblem('offline', 0, '网络断开', '现在连不上网络，请检查手机信号后再试。')
}

/** Reads a problem+json body (or anything else an intermediary may have answered) into an ApiProblem. */
export function problemFrom(body: unknown, status: number): ApiProblem {
  if (status === 502 || status === 503 || status === 504) {
    const known = isRecord(body) && typeof body['detail'] === 'string' ? body['detail'] : null
    return new ApiProblem(codeOf(body) ?? 'unavailable', status, '系统正忙', known ?? '系统正忙，请过一会儿再试，您填的内容都还在。')
  }
  if (!isRecord(body)) {
    return new ApiProblem('unreadable-answer', status, '没有办成', '系统没有回应清楚，请过一会儿再试，您填的内容都还在。')
  }
  return new ApiProblem(
    codeOf(body) ?? 'unreadable-answer',
    status,
    textOf(body, 'title') ?? '没有办成',
    textOf(body, 'detail') ?? textOf(body, 'title') ?? '这一步没有办成，请过一会儿再试。',
    body,
    fieldProblems(body['errors']),
  )
}

/** The problem in whatever was thrown; a fault of our own code is thrown on. */
export function asProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown
  throw thrown
}

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return []
  return errors.filter(isRecord).map((each) => ({ pointer: textOf(each, 'pointer') ?? '', detail: textOf(each, 'detail') ?? '' }))
}

function codeOf(body: unknown): string | null {
  return isRecord(body) ? textOf(body, 'code') : null
}

function textOf(body: Record<string, unknown>, key: string): string | null {
  const value = body[key]
  return typeof value === 'string' && value !== '' ? value : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
