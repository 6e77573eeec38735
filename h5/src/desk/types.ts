/**
 * The shapes the desk reads from the server, by the names the server gives them.
 * What a person may do is never worked out here: the server sends it in `may`.
 */

export type Role = 'clerk' | 'supervisor' | 'officer' | 'oversight' | 'administrator'
export type ClockColour = 'green' | 'amber' | 'red'
export type Verdict = 'pass' | 'fail'

export interface StaffSession {
  id: string
  name: string
  role: Role
  department: string | null
  department_label: string | null
}

export interface Session {
  kind: 'applicant' | 'staff'
  csrf_token: string
  staff?: StaffSession | null
  idle_minutes?: number | null
}

export interface Holder {
  name: string
  is_me: boolean
  expires_at: string
}

export interface Clock {
  due_on?: string | null
  due_provisional?: boolean
  working_days_left: number | null
  clock: ClockColour | null
}

// ── review ────────────────────────────────────────────────────────────────

export type Queue = 'waiting' | 'mine' | 'held' | 'to_approve' | 'waiting_on_applicant' | 'all'

export interface QueueItem {
  code: string
  short_name: string
  filing: string
}

export interface QueueCase {
  id: string
  number: string
  version: number
  state: string
  state_label: string
  name_masked: string
  town: string | null
  items: QueueItem[]
  submitted_at: string | null
  review_due_on: string | null
  working_days_left: number | null
  clock: ClockColour | null
  /** Counts from 1: the first submission. */
  correction_round: number
  holder: Holder | null
}

export interface QueuePage {
  cases: QueueCase[]
  next_cursor: string | null
  counts: Partial<Record<Queue, number>>
}

export interface ClaimView {
  holder: Holder
}

export interface Reason {
  code: string
  label: string
}

export interface Judgement {
  verdict: Verdict
  reason_code: string | null
  note: string | null
  by: string
  at: string
}

export interface ReviewField {
  group: string
  key: string
  label: string
  display: string | null
  sensitive: boolean
  judgement: Judgement | null
  needs_judgement: boolean
}

export interface Photo {
  id: string
  image_path: string
  thumbnail_path: string
  width: number
  height: number
}

export interface SlotPart {
  key: string
  label: string
  photo: Photo | null
}

export interface Absence {
  reason: string
}

export interface ReviewSlot {
  key: string
  label: string
  kind_label: string | null
  absence: Absence | null
  parts: SlotPart[]
  judgement: Judgement | null
  needs_judgement: boolean
  reasons: Reason[]
}

export interface Check {
  key: string
  label: string
  found: boolean | null
  note: string | null
  by: string | null
  at: string | null
  office: string
  what_to_do: string
}

export interface RetirementAge {
  statutory_text: string
  statutory_age_months: number | null
  law: string | null
  confirmed_age_months: number | null
}

export interface Eligibility {
  status: string
  title: string
  detail: string
}

export interface Opinion {
  text: string
  by: string
  at: string
}

export interface CaseItem {
  id: string | null
  code: string
  name: string
  department_label: string
  filing: string
  filing_label: string
  limit_text: string | null
  /** Null until the case is routed. */
  state: string | null
  outcome?: Outcome | null
  officer_name?: string | null
  due_on?: string | null
  due_provisional?: boolean
  working_days_left?: number | null
  clock?: ClockColour | null
}

export interface CaseEvent {
  at: string
  actor: string
  action_label: string
  note: string | null
}

export type PushState = 'queued' | 'sent' | 'delivered' | 'failed'

export interface Push {
  event_label: string
  state: PushState
  state_label: string
  reason: string | null
  at: string
}

export interface CorrectionLine {
  subject: string
  label: string
  reason: string
}

export interface Correction {
  round: number
  sent_at: string
  by: string
  lines: CorrectionLine[]
}

export interface ReviewView {
  id: string
  number: string
  version: number
  state: string
  state_label: string
  /** Counts from 1: the first submission. */
  correction_round: number
  submitted_at: string | null
  review_due_on: string | null
  working_days_left: number | null
  clock: ClockColour | null
  holder: Holder | null
  may: string[]
  fields: ReviewField[]
  slots: ReviewSlot[]
  field_reasons: Reason[]
  checks: Check[]
  age: RetirementAge
  eligibility: Eligibility | null
  opinions: { clerk: Opinion | null; supervisor: Opinion | null }
  items: CaseItem[]
  events: CaseEvent[]
  pushes: Push[]
  corrections: Correction[]
  judged: { done: number; total: number }
  default_opinions: { clerk: string; supervisor: string }
}

/** What is sent when a clerk judges one field or one slot. */
export interface JudgementToSend {
  subject: string
  verdict: Verdict
  reason_code?: string
  note?: string
}

export interface CheckToSend {
  found: boolean
  note?: string
}

export interface ChecksToSend {
  checks: Record<string, CheckToSend>
  confirmed_age_months?: number
}

// ── departments ───────────────────────────────────────────────────────────

export type ItemTab = 'open' | 'routed' | 'accepted' | 'decided'
export type Outcome = 'granted' | 'denied' | 'done_elsewhere'

export interface DepartmentRow {
  id: string
  version: number
  case_id: string
  case_number: string
  name_masked: string
  code: string
  name: string
  state: string
  state_label: string
  due_on: string | null
  due_provisional: boolean
  working_days_left: number | null
  clock: ClockColour | null
  holder_name: string | null
  department_label?: string
}

export interface DepartmentPage {
  items: DepartmentRow[]
  next_cursor: string | null
  counts: Partial<Record<ItemTab, number>>
}

export interface ItemField {
  label: string
  key: string
  display: string | null
  sensitive: boolean
}

export interface ItemSlot {
  key: string
  label: string
  kind_label: string | null
  absence: Absence | null
  parts: SlotPart[]
}

export interface ResultFile {
  id: string
  name: string
  content_type: string
  bytes: number
  path: string
}

export interface ItemView {
  id: string
  version: number
  case_number: string
  name_masked?: string | null
  code: string
  name: string
  state: string
  state_label: string
  due_on: string | null
  due_provisional: boolean
  working_days_left: number | null
  clock: ClockColour | null
  may: string[]
  outcomes: { value: Outcome; label: string }[]
  fields: ItemField[]
  slots: ItemSlot[]
  results: ResultFile[]
  outcome: Outcome | null
  outcome_label?: string | null
  reason: string | null
  events: CaseEvent[]
  case_items: { name: string; state_label: string }[]
}

export interface ResultUpload {
  result_id: string
  url: string
  fields: Record<string, string>
  expires_at: string
}

// ── supervision ───────────────────────────────────────────────────────────

export interface DepartmentTotals {
  label: string
  code?: string
  open: number
  amber: number
  red: number
  decided: number
}

export interface Overview {
  counts: Record<string, number>
  clocks: Record<ClockColour, number>
  departments: DepartmentTotals[]
}

export interface AuditLink {
  seq: number
  at: string
  actor: string
  action_label: string
  subject: string | null
  reason: string | null
}

export interface Audit {
  links: AuditLink[]
  verified: boolean
  first_broken: number | null
}

// ── staff ─────────────────────────────────────────────────────────────────

export interface StaffMember {
  id: string
  username: string
  name: string
  role: Role
  department: string | null
  active: boolean
  locked: boolean
  last_signed_in_at: string | null
  version: number
}

export interface StaffToAdd {
  username: string
  name: string
  role: Role
  department?: string
  password: string
}

export interface StaffChange {
  active?: boolean
  name?: string
  new_password?: string
}
