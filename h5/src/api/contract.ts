// The agreed shapes of the API, until they are generated from the server's own document.

export type Month = string
export type Moment = string

export interface Session {
  kind: 'applicant' | 'staff'
  csrf_token: string
  person?: { id: string; follows: boolean }
  staff?: { id: string; name: string; role: StaffRole; department: string | null; department_label: string | null }
  idle_minutes?: number
}
export type StaffRole = 'clerk' | 'supervisor' | 'officer' | 'oversight' | 'administrator'

export interface GuideItem { code: string; name: string; department_label: string; limit_text: string; filing_note: string }
export interface SelfFilingGuide { title: string; where: string; bring: string[]; steps: string[]; limit: string; phone: string; note: string }
export interface Notice { version: string; title: string; paragraphs: string[] }
export interface Consent extends Notice { key: string; department_label: string }
export interface Guide {
  service_name: string
  intro: string
  minutes_needed: number
  items: GuideItem[]
  prepare: string[]
  phone: string
  phone_hours: string
  window_address: string
  self_filing: Record<string, SelfFilingGuide>
  housing_fund_guide: { steps: string[] }
  notice: Notice
  consents: Consent[]
  commitment: { version: string; paragraphs: string[] }
}
export interface Place { code: string; label: string }
export interface Areas { county: Place; towns: Place[] }

export interface NextStep { title: string; detail: string; action_label: string; path: string }
export interface CaseSummary { id: string; number: string | null; state: string; state_label: string; next_step: NextStep; updated_at: Moment }
export interface Message { at: Moment; title: string; text: string; case_id: string | null }
export interface Home { case: CaseSummary | null; closed_cases: CaseSummary[]; messages: Message[] }

export type QuestionType =
  | 'text' | 'name' | 'id_number' | 'month' | 'date' | 'choice' | 'yes_no' | 'months' | 'bank_account' | 'phone' | 'area' | 'address' | 'postcode'
export interface Choice { value: string; label: string; help: string | null }
export interface Question {
  key: string
  type: QuestionType
  label: string
  help: string | null
  why: string | null
  where: string | null
  example: string | null
  choices: Choice[] | null
  required: boolean
  sensitive: boolean
  unit: string | null
  repeats: string | null
  value: AnswerValue
  display: string | null
  warning: string | null
}
export type AnswerValue = string | number | boolean | AreaValue | null
export interface AreaValue {
  province: string
  city: string
  county: string
  town: string
  village: string
  codes: Record<string, string>
}
export interface Page {
  key: string
  group: string
  title: string
  status: 'done' | 'open' | 'todo' | 'locked'
  editable: boolean
  return_reason: string | null
  questions: Question[]
}
export interface Group { key: string; title: string; status: 'done' | 'open' | 'todo' }
export interface Eligibility {
  status: 'eligible' | 'too_early' | 'contribution_short' | 'needs_confirmation'
  title: string
  detail: string
  on: Month | null
  months: number | null
  choices: string[]
}
export interface CaseItem {
  code: string
  name: string
  department_label: string
  filing: 'combined' | 'self' | 'handover'
  filing_label: string
  limit_text: string
  guide: SelfFilingGuide | null
}
export interface Photo {
  id: string
  state: 'awaiting' | 'ready'
  width: number
  height: number
  bytes: number
  uploaded_at: Moment
  image_path: string
  thumbnail_path: string
}
export interface SlotPart { key: string; label: string; photo: Photo | null }
export interface Slot {
  key: string
  label: string
  why: string | null
  where_to_get: string | null
  item_label: string | null
  sample: string | null
  kinds: { key: string; label: string }[] | null
  kind: string | null
  parts: SlotPart[]
  more_pages: boolean
  status: 'done' | 'open' | 'absent' | 'returned' | 'generated'
  editable: boolean
  absence: { reason: string } | null
  return_reason: string | null
}
export interface Task { key: string; status: 'done' | 'open' | 'todo'; missing: string[]; path: string }
export interface CheckAnswers {
  groups: { title: string; rows: { page_key: string; label: string; display: string }[] }[]
  combined: string[]
  by_yourself: string[]
}
export interface CorrectionLine { subject: string; label: string; reason: string; path: string; mended: boolean }
export interface Correction { sent_at: Moment; clerk_name: string; note: string | null; lines: CorrectionLine[] }
export interface Waiting { lines: { label: string; office: string; phone: string; what_to_do: string }[] }
export interface ProgressStep { at: Moment | null; title: string; text: string; status: 'done' | 'now' | 'todo' }
export interface ProgressResult { id: string; name: string; content_type: string; bytes: number; path: string }
export interface ProgressItem {
  id: string
  version: number
  code: string
  name: string
  department_label: string
  filing: 'combined' | 'self' | 'handover'
  state: string
  state_label: string
  holder: string | null
  due_on: string | null
  due_provisional: boolean
  working_days_left: number | null
  clock: 'green' | 'amber' | 'red' | null
  outcome: 'granted' | 'denied' | 'done_elsewhere' | null
  outcome_label: string | null
  reason: string | null
  decided_at: Moment | null
  must_do: { title: string; detail: string; action: 'report_done' | null } | null
  guide: SelfFilingGuide | null
  results: ProgressResult[]
}
export interface Progress { case_number: string; submitted_at: Moment; headline: string; closing_reason: string | null; steps: ProgressStep[]; items: ProgressItem[] }
export interface Case {
  id: string
  number: string | null
  version: number
  state: string
  state_label: string
  may: string[]
  groups: Group[]
  pages: Page[]
  open_page: string | null
  eligibility: Eligibility | null
  items: CaseItem[]
  slots: Slot[]
  tasks: Task[]
  signature: { signed_at: Moment } | null
  check_answers: CheckAnswers
  correction: Correction | null
  waiting: Waiting | null
  progress: Progress | null
  due: { review_by: string | null }
}
export interface UploadTicket { photo_id: string; url: string; fields: Record<string, string>; expires_at: Moment }
export interface PhotoAnnouncement {
  slot_key: string
  part_key: string
  kind?: string
  content_type: string
  bytes: number
  sha256: string
  file_name?: string
}

type Call<Response, Body = never, Path = never> = {
  parameters: { query?: never; header?: never; cookie?: never } & ([Path] extends [never] ? { path?: never } : { path: Path })
  responses: { 200: { content: { 'application/json': Response } } }
} & ([Body] extends [never] ? { requestBody?: never } : { requestBody: { content: { 'application/json': Body } } })
interface OfCase { case_id: string }

export interface paths {
  '/api/identity/session': { get: Call<Session>; delete: Call<undefined> }
  '/api/guide': { get: Call<Guide> }
  '/api/guide/areas': { get: Call<Areas> }
  '/api/filing/home': { get: Call<Home> }
  '/api/filing/cases': { post: Call<Case, { consents: Record<string, string>; notice_version: string }> }
  '/api/filing/cases/{case_id}': { get: Call<Case, never, OfCase> }
  '/api/filing/cases/{case_id}/answers/{page_key}': { put: Call<Case, { answers: Record<string, AnswerValue> }, OfCase & { page_key: string }> }
  '/api/filing/cases/{case_id}/photos': { post: Call<UploadTicket, PhotoAnnouncement, OfCase> }
  '/api/filing/cases/{case_id}/photos/{photo_id}': { delete: Call<Slot, never, OfCase & { photo_id: string }> }
  '/api/filing/cases/{case_id}/photos/{photo_id}/completion': { post: Call<Slot, never, OfCase & { photo_id: string }> }
  '/api/filing/cases/{case_id}/absences': { post: Call<Slot, { slot_key: string; reason: string }, OfCase> }
  '/api/filing/cases/{case_id}/absences/{slot_key}': { delete: Call<Slot, never, OfCase & { slot_key: string }> }
  '/api/filing/cases/{case_id}/signature': { put: Call<Case, { png_base64: string; strokes: number }, OfCase> }
  '/api/filing/cases/{case_id}/submission': { post: Call<Case, { commitment_version: string }, OfCase> }
  '/api/filing/cases/{case_id}/withdrawal': { post: Call<Case, { reason: string }, OfCase> }
  '/api/filing/cases/{case_id}/items/{item_id}/report': { post: Call<Progress, never, OfCase & { item_id: string }> }
}
