// Authorisations as the server sees them: asking, the link, confirming, ending. The link's code is kept on this phone
// for as long as the page is open, since the server keeps only its digest.
import { answer, client, idempotent, ifMatch, newKey } from '@api/client'
import type { AskedAuthorisation, Authorisation, AuthorisationTerms, Case, Guide, Invitation, Relation } from '@api/views'

import { takeView } from './case'

export interface People {
  relation: Relation
  applicant_name: string
  helper_name: string
}

/** What only the applicant gives. */
export interface ByApplicant {
  guide: Guide
  consents: ReadonlySet<string>
  terms: string
  png: string
  strokes: number
}

let terms: AuthorisationTerms | null = null

/** The text that is signed, before there are names in it. Raises ApiProblem. */
export async function authorisationTerms(): Promise<AuthorisationTerms> {
  terms ??= await answer(client.GET('/api/filing/authorisation-terms'))
  return terms
}

/** A paragraph of the text with both names in it, as the server will say it. */
export function withNames(text: string, people: People, relationLabel: string): string {
  const blanks: Record<string, string> = { applicant_name: people.applicant_name, helper_name: people.helper_name, relation: relationLabel }
  return text.replace(/\{([a-z_]+)\}/g, (blank, name: string) => blanks[name] ?? blank)
}

// ── asking ──────────────────────────────────────────────────────────────────────────────────

/** One key for all tries of one question. */
export function askingKey(): string {
  return newKey()
}

/** “我帮家人办”. Raises ApiProblem. */
export async function askAsHelper(key: string, people: People, phone: string, version: string): Promise<AskedAuthorisation> {
  const body = { ...people, helper: { phone, terms_version: version } }
  return withLink(await answer(client.POST('/api/filing/authorisations/by-helper', { body, headers: idempotent(key) })))
}

/** “请家人帮忙”, signed. Raises ApiProblem. */
export async function askAsApplicant(key: string, people: People, given: ByApplicant): Promise<AskedAuthorisation> {
  const body = { ...people, applicant: applicantPart(given) }
  return withLink(await answer(client.POST('/api/filing/authorisations/by-applicant', { body, headers: idempotent(key) })))
}

/** A new link; the one before it is good no more. Raises ApiProblem. */
export async function sendAgain(id: string, version: number): Promise<AskedAuthorisation> {
  const asked = client.POST('/api/filing/authorisations/{authorisation_id}/link', { params: of(id), headers: ifMatch(version) })
  return withLink(await answer(asked))
}

const links = new Map<string, string>()

/** The link made on this phone for an authorisation, or null. */
export function linkOf(id: string): string | null {
  return links.get(id) ?? sessionItem(`tuixiu:link:${id}`)
}

function withLink(asked: AskedAuthorisation): AskedAuthorisation {
  links.set(asked.id, asked.link)
  try {
    sessionStorage.setItem(`tuixiu:link:${asked.id}`, asked.link)
  } catch {
    // The link still holds until the page is closed; a new one can be made at any time.
  }
  return asked
}

function sessionItem(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null // storage switched off
  }
}

// ── the link ────────────────────────────────────────────────────────────────────────────────

/** What a link asks of this person. Raises ApiProblem. */
export function openInvitation(code: string): Promise<Invitation> {
  return answer(client.POST('/api/filing/invitation', { body: { code } }))
}

export function confirmAsApplicant(code: string, given: ByApplicant): Promise<Authorisation> {
  return answer(client.POST('/api/filing/invitation/applicant-confirmation', { body: { code, applicant: applicantPart(given) } }))
}

export function confirmAsHelper(code: string, phone: string, version: string): Promise<Authorisation> {
  return answer(client.POST('/api/filing/invitation/helper-confirmation', { body: { code, helper: { phone, terms_version: version } } }))
}

export async function declineInvitation(code: string): Promise<void> {
  await answer(client.POST('/api/filing/invitation/refusal', { body: { code } }))
}

// ── both sides ──────────────────────────────────────────────────────────────────────────────

export function readAuthorisation(id: string): Promise<Authorisation> {
  return answer(client.GET('/api/filing/authorisations/{authorisation_id}', { params: of(id) }))
}

export function revoke(id: string, version: number): Promise<Authorisation> {
  return answer(client.POST('/api/filing/authorisations/{authorisation_id}/revocation', { params: of(id), headers: ifMatch(version) }))
}

/** As the helper: the applicant's case, new or running. Raises ApiProblem. */
export async function startFor(id: string): Promise<Case> {
  const view = await answer(client.POST('/api/filing/authorisations/{authorisation_id}/case', { params: of(id) }))
  takeView(view.id, view)
  return view
}

const of = (id: string): { path: { authorisation_id: string } } => ({ path: { authorisation_id: id } })

function applicantPart(given: ByApplicant): {
  consents: Record<string, string>
  notice_version: string
  terms_version: string
  png_base64: string
  strokes: number
} {
  const ticked = given.guide.consents.filter((each) => given.consents.has(each.key))
  return {
    consents: Object.fromEntries(ticked.map((each) => [each.key, each.version])),
    notice_version: given.guide.notice.version,
    terms_version: given.terms,
    png_base64: given.png,
    strokes: given.strokes,
  }
}
