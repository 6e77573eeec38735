// The applicant's addresses. Every path the server sends (next steps, pushes) is one of these.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./pages/HomePage.vue') },
  { path: '/guide', name: 'guide', component: () => import('./pages/GuidePage.vue'), meta: { open: true, title: '办事指南' } },
  { path: '/guide/:item', name: 'self-filing', component: () => import('./pages/SelfFilingPage.vue'), props: true, meta: { open: true, title: '办事指南' } },
  { path: '/messages', name: 'messages', component: () => import('./pages/MessagesPage.vue') },
  { path: '/materials', name: 'my-materials', component: () => import('./pages/MyMaterialsPage.vue') },
  { path: '/start', name: 'start', component: () => import('./pages/StartPage.vue') },
  { path: '/start/notice', name: 'notice', component: () => import('./pages/NoticePage.vue') },
  { path: '/start/consents', name: 'consents', component: () => import('./pages/ConsentsPage.vue') },
  { path: '/cases/:id', name: 'case', component: () => import('./pages/CasePage.vue'), props: true },
  { path: '/cases/:id/pages/:pageKey', name: 'question', component: () => import('./pages/QuestionPage.vue'), props: true },
  { path: '/cases/:id/eligibility', name: 'eligibility', component: () => import('./pages/EligibilityPage.vue'), props: true },
  { path: '/cases/:id/materials', name: 'materials', component: () => import('./pages/MaterialsPage.vue'), props: true },
  { path: '/cases/:id/check', name: 'check', component: () => import('./pages/CheckPage.vue'), props: true },
  { path: '/cases/:id/sign', name: 'sign', component: () => import('./pages/SignPage.vue'), props: true },
  { path: '/cases/:id/submitted', name: 'submitted', component: () => import('./pages/SubmittedPage.vue'), props: true },
  { path: '/cases/:id/progress', name: 'progress', component: () => import('./pages/ProgressPage.vue'), props: true },
  { path: '/cases/:id/correction', name: 'correction', component: () => import('./pages/CorrectionPage.vue'), props: true },
  { path: '/cases/:id/withdrawal', name: 'withdrawal', component: () => import('./pages/WithdrawalPage.vue'), props: true },
  { path: '/cases/:id/housing-fund', name: 'housing-fund', component: () => import('./pages/HousingFundPage.vue'), props: true },
  { path: '/:rest(.*)*', name: 'lost', component: () => import('./pages/LostPage.vue'), meta: { open: true, title: '办事指南' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
