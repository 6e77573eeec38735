// Short names for the generated shapes (schema.ts) that the applicant's pages draw, and what an answer may be.
import type { components } from './schema'

type Schemas = components['schemas']

export type Guide = Schemas['Guide']
export type GuideItem = Schemas['GuideItem']
export type ServiceGuide = Schemas['ServiceGuide']
export type PublishedItem = Schemas['PublishedItem']
export type GuideFact = Schemas['Fact']
export type GuideMaterial = Schemas['MaterialLine']
export type Precheck = Schemas['Precheck']
export type PrecheckMaterial = Schemas['PrecheckMaterial']
export type BegunCase = Schemas['BegunCase']
export type SelfFilingGuide = Schemas['GuideOfItem']
export type Areas = Schemas['Areas']
export type Home = Schemas['Home']
export type HomeAuthorisation = Schemas['HomeAuthorisation']
export type AuthorisationTerms = Schemas['AuthorisationTermsView']
export type Invitation = Schemas['Invitation']
export type Authorisation = Schemas['AuthorisationView']
export type AskedAuthorisation = Schemas['AskedAuthorisation']
export type Relation = Schemas['AskedByHelper']['relation']
export type Consent = Guide['consents'][number]
export type Case = Schemas['CaseView']
export type Group = Schemas['Group']
export type Page = Schemas['PageView']
export type Question = Schemas['QuestionView']
export type QuestionType = Question['type']
export type Choice = Schemas['Choice']
export type Eligibility = Schemas['HerEligibility']
export type Estimate = Schemas['Estimate']
export type Figure = Schemas['Figure']
export type Way = Schemas['Way']
export type Reminder = Schemas['ReminderView']
export type Slot = Schemas['SlotView']
export type OwedPaper = Schemas['HerPromise']
export type SlotPart = Schemas['PartView']
export type ReturnedPhoto = NonNullable<SlotPart['returned_photo']>
export type Finding = Schemas['HerFinding']
export type CardRead = Schemas['CardView']
export type CorrectionLine = Schemas['CorrectionLine']
export type ProgressStep = Schemas['Step']
export type ProgressItem = Schemas['ProgressItem']
export type CaseDocument = Schemas['DocumentRow']
export type VerifiedDocument = Schemas['VerifiedDocument']
export type CounterSeat = NonNullable<Schemas['SessionView']['counter']>
export type ShootLink = Schemas['OpenedLink']
export type ShootView = Schemas['ShootView']
export type PhotoAnnouncement = Schemas['PhotoAnnouncement']

/** 户籍所在地: five names, and the codes (GB/T 2260) of those that were picked from the tree. */
export interface AreaValue {
  province: string
  city: string
  county: string
  town: string
  village: string
  codes: Record<string, string>
}

/** The document leaves an answer open, for its shape hangs on the type of the question. */
export type AnswerValue = string | number | AreaValue | null

/** An answer as the server holds it; what fits no type of question reads as unanswered. */
export function answerOf(question: Question): AnswerValue {
  const { value } = question
  if (typeof value === 'string' || typeof value === 'number') return value
  return isArea(value) ? value : null
}

function isArea(value: unknown): value is AreaValue {
  return typeof value === 'object' && value !== null && 'county' in value && 'codes' in value
}
