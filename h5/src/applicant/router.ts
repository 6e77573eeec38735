// The applicant's addresses. Every path the server sends (next steps, pushes) is one of these.
// All pages come at once: a person whose signal goes away between two pages still has the next one.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import AskAsApplicantPage from './authorisation/AskAsApplicantPage.vue'
import AskAsHelperPage from './authorisation/AskAsHelperPage.vue'
import AuthorisationPage from './authorisation/AuthorisationPage.vue'
import InvitationPage from './authorisation/InvitationPage.vue'
import RevocationPage from './authorisation/RevocationPage.vue'
import JoinPage from './counter/JoinPage.vue'
import CardPage from './pages/CardPage.vue'
import DocumentPage from './documents/DocumentPage.vue'
import VerifyPage from './documents/VerifyPage.vue'
import CasePage from './pages/CasePage.vue'
import CheckPage from './pages/CheckPage.vue'
import ConsentsPage from './pages/ConsentsPage.vue'
import CorrectionPage from './pages/CorrectionPage.vue'
import EligibilityPage from './pages/EligibilityPage.vue'
import EstimatePage from './pages/EstimatePage.vue'
import EstimateResultPage from './pages/EstimateResultPage.vue'
import GuidePage from './pages/GuidePage.vue'
import HomePage from './pages/HomePage.vue'
import HousingFundPage from './pages/HousingFundPage.vue'
import LostPage from './pages/LostPage.vue'
import MaterialsPage from './pages/MaterialsPage.vue'
import MessagesPage from './pages/MessagesPage.vue'
import MyMaterialsPage from './pages/MyMaterialsPage.vue'
import NoticePage from './pages/NoticePage.vue'
import PrecheckPage from './pages/PrecheckPage.vue'
import PrecheckResultPage from './pages/PrecheckResultPage.vue'
import ProgressPage from './pages/ProgressPage.vue'
import QuestionPage from './pages/QuestionPage.vue'
import SelfFilingPage from './pages/SelfFilingPage.vue'
import SignPage from './pages/SignPage.vue'
import StartPage from './pages/StartPage.vue'
import SubmittedPage from './pages/SubmittedPage.vue'
import WithdrawalPage from './pages/WithdrawalPage.vue'
import ShootPage from './shoot/ShootPage.vue'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomePage },
  { path: '/precheck', redirect: '/precheck/1' },
  { path: '/precheck/:step([1-5])', name: 'precheck', component: PrecheckPage, props: true, meta: { open: true, title: '看看能不能办' } },
  { path: '/precheck/result', name: 'precheck-result', component: PrecheckResultPage, meta: { open: true, title: '看看能不能办' } },
  { path: '/guide', name: 'guide', component: GuidePage, meta: { open: true, title: '办事指南' } },
  { path: '/guide/:item', name: 'self-filing', component: SelfFilingPage, props: true, meta: { open: true, title: '办事指南' } },
  { path: '/estimate', name: 'estimate', component: EstimatePage, meta: { open: true, title: '我什么时候能退休' } },
  { path: '/estimate/result', name: 'estimate-result', component: EstimateResultPage, meta: { open: true, title: '我什么时候能退休' } },
  { path: '/verify/:code?', name: 'verify', component: VerifyPage, props: true, meta: { open: true, title: '核对文书' } },
  { path: '/helping/new', name: 'ask-as-helper', component: AskAsHelperPage },
  { path: '/helped/new', name: 'ask-as-applicant', component: AskAsApplicantPage },
  { path: '/authorise/:code', name: 'invitation', component: InvitationPage, props: true },
  { path: '/authorisations/:id', name: 'authorisation', component: AuthorisationPage, props: true },
  { path: '/authorisations/:id/revocation', name: 'revocation', component: RevocationPage, props: true },
  { path: '/shoot/:code', name: 'shoot', component: ShootPage, props: true, meta: { open: true, title: '拍照' } },
  { path: '/join', name: 'join', component: JoinPage },
  { path: '/join/:number', name: 'join-number', component: JoinPage, props: true },
  { path: '/messages', name: 'messages', component: MessagesPage },
  { path: '/materials', name: 'my-materials', component: MyMaterialsPage },
  { path: '/start', name: 'start', component: StartPage },
  { path: '/start/notice', name: 'notice', component: NoticePage },
  { path: '/start/consents', name: 'consents', component: ConsentsPage },
  { path: '/cases/:id', name: 'case', component: CasePage, props: true },
  { path: '/cases/:id/card', name: 'card', component: CardPage, props: true },
  { path: '/cases/:id/pages/:pageKey', name: 'question', component: QuestionPage, props: true },
  { path: '/cases/:id/eligibility', name: 'eligibility', component: EligibilityPage, props: true },
  { path: '/cases/:id/materials', name: 'materials', component: MaterialsPage, props: true },
  { path: '/cases/:id/check', name: 'check', component: CheckPage, props: true },
  { path: '/cases/:id/sign', name: 'sign', component: SignPage, props: true },
  { path: '/cases/:id/submitted', name: 'submitted', component: SubmittedPage, props: true },
  { path: '/cases/:id/progress', name: 'progress', component: ProgressPage, props: true },
  { path: '/cases/:id/correction', name: 'correction', component: CorrectionPage, props: true },
  { path: '/cases/:id/documents/:documentId', name: 'document', component: DocumentPage, props: true },
  { path: '/cases/:id/withdrawal', name: 'withdrawal', component: WithdrawalPage, props: true },
  { path: '/cases/:id/housing-fund', name: 'housing-fund', component: HousingFundPage, props: true },
  { path: '/:rest(.*)*', name: 'lost', component: LostPage, meta: { open: true, title: '办事指南' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
