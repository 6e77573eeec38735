/**
 * The desk's names for the shapes of the server's own document (schema.ts is generated from it).
 * What a person may do is never worked out here: the server sends it in `may`.
 */
import type { components, paths } from '@api/schema'

type Schemas = components['schemas']
type QueryOf<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never

// ── who ───────────────────────────────────────────────────────────────────
export type Session = Schemas['SessionView']
export type StaffMember = Schemas['StaffRow']
export type Role = StaffMember['role']
export type Department = NonNullable<StaffMember['department']>
export type StaffToAdd = Schemas['NewStaff']
export type StaffChange = Schemas['StaffPatch']

// ── the guide ─────────────────────────────────────────────────────────────
export type Publication = Schemas['Publication']
export type ChangedGroup = Schemas['ChangedGroup']
export type GuideVersion = Schemas['PublishedVersion']

// ── review ────────────────────────────────────────────────────────────────
export type Queue = NonNullable<QueryOf<'/api/review/cases'>['queue']>
export type QueuePage = Schemas['Queue']
export type QueueCase = Schemas['QueueRow']
export type QueueItem = Schemas['PlannedTag']
export type Holder = Schemas['Holder']
export type ReviewView = Schemas['ReviewView']
export type ReviewField = Schemas['FieldView']
export type ReviewSlot = Schemas['ReviewSlot']
export type Judgement = Schemas['JudgementView']
export type Verdict = Schemas['GivenJudgement']['verdict']
export type Reason = Schemas['FailReason']
export type Check = Schemas['CheckView']
export type RetirementAge = Schemas['Age']
export type PolicyVersion = Schemas['PolicyVersionView']
export type RuleCheck = Schemas['RuleCheckView']
export type RuleInput = Schemas['RuleInput']
export type Settlement = Schemas['SettlementView']
export type Override = Schemas['Override']
export type SettlementToSend = Schemas['GivenSettlement']
export type CaseAuthorisation = Schemas['StaffAuthorisation']
export type CaseItem = Schemas['ReviewItem']
export type CaseEvent = Schemas['HistoryLine']
export type Push = Schemas['PushView']
export type Correction = Schemas['CorrectionNotice']
export type JudgementToSend = Schemas['GivenJudgement']
export type CheckToSend = Schemas['GivenCheck']
export type ChecksToSend = Schemas['GivenChecks']
export type ItemName = Pick<Schemas['GuideItem'], 'code' | 'name'>

// ── the counter ───────────────────────────────────────────────────────────
export type WalkIn = Schemas['WalkInNamed']
export type GivenAtCounter = Schemas['GivenAtCounter']
export type FoundCase = Schemas['FoundCase']
export type CounterPlace = Schemas['CounterPlace']
export type CounterLists = Schemas['CounterLists']
export type UnfinishedCase = Schemas['UnfinishedRow']
export type ConsentTexts = Pick<Schemas['Guide'], 'notice' | 'consents'>
// ── what the machine noticed on photos ────────────────────────────────────
export type StaffFindings = Schemas['StaffFindings']
export type StaffFinding = Schemas['StaffFinding']
export type FoundPhoto = Schemas['FoundPhoto']
export type FoundBox = Schemas['BoxView']
export type Accuracy = Schemas['Accuracy']
export type FindingCount = Schemas['KindCountView']

// ── photos, for the window and the departments alike ──────────────────────
export type Photo = Schemas['StaffPhoto']
export type PhotoMark = Schemas['StaffMark']
export type MarkToSend = Schemas['DrawnMark']
export type Readings = Schemas['ReadingsView']
export type ReadField = Schemas['ReadFieldView']
export type SlotPart = Schemas['StaffPart']
export type Absence = Schemas['Reason']

// ── papers she does not have, and papers she promised ─────────────────────
export type AbsenceTask = Schemas['AbsenceTask']
export type PromiseView = Schemas['PromiseView']
export type ReturnRequest = Schemas['ReturnRequestView']
export type AbsenceDecision = Schemas['GivenDecision']
export type CallToSend = Schemas['GivenCall']
export type PromisedVerdict = Schemas['PromisedVerdict']
export type PromiseExtension = Schemas['Extension']
export type RepeatReturn = Schemas['RepeatReturn']
export type PromisedPaper = Schemas['PromisedPaper']

// ── documents, and what the nightly proof found ────────────────────────────
export type CaseDocument = Schemas['DocumentRow']
export type IncidentPage = Schemas['IncidentList']
export type Incident = Schemas['IncidentRow']

// ── departments and supervision ───────────────────────────────────────────
export type ItemList = NonNullable<QueryOf<'/api/departments/items'>['state']>
export type DepartmentPage = Schemas['Items']
export type ItemRow = Schemas['RoutedRow']
export type ClockColour = NonNullable<ItemRow['clock']>
export type ItemView = Schemas['ItemView']
export type ItemField = Schemas['ItemField']
export type Outcome = Schemas['OutcomeChoice']['value']
export type ItemDecision = Schemas['Decision']
export type ResultFile = Schemas['ResultView']
export type ResultAnnouncement = Schemas['ResultAnnouncement']
export type ResultTicket = Schemas['ResultTicket']
export type Overview = Schemas['Overview']
export type DepartmentTotals = Schemas['DepartmentRow']
export type SupervisedPage = Schemas['SupervisedItems']
export type Audit = Schemas['AuditView']
