/** Addresses of the desk. A page that a role may not see is answered with a plain sentence, not with a jump. */
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'

import { useSession } from './composables/session'
import { ACCURACY_READERS, ADMINISTRATORS, CLERKS, homeOf, OFFICERS, OVERSEERS, REVIEWERS } from './places'
import type { Role } from './types'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    roles?: readonly Role[]
    open?: boolean
    /** The page fills the window and scrolls inside itself. */
    fixed?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/NotFound.vue'), meta: { title: '工作台' } },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { title: '登录', open: true } },
  {
    path: '/review',
    component: () => import('./pages/ReviewQueue.vue'),
    meta: { title: '审核队列', roles: REVIEWERS },
  },
  {
    path: '/review/:caseId',
    component: () => import('./pages/ReviewCase.vue'),
    props: true,
    meta: { title: '办件审核', roles: REVIEWERS, fixed: true },
  },
  { path: '/counter', component: () => import('./pages/Counter.vue'), meta: { title: '窗口代填', roles: CLERKS } },
  { path: '/items', component: () => import('./pages/ItemList.vue'), meta: { title: '部门事项', roles: OFFICERS } },
  {
    path: '/items/:itemId',
    component: () => import('./pages/ItemPage.vue'),
    props: true,
    meta: { title: '事项办理', roles: OFFICERS, fixed: true },
  },
  { path: '/oversight', component: () => import('./pages/Oversight.vue'), meta: { title: '督查', roles: OVERSEERS } },
  {
    path: '/oversight/items',
    component: () => import('./pages/OversightItems.vue'),
    meta: { title: '事项时限', roles: OVERSEERS },
  },
  {
    path: '/oversight/returns',
    component: () => import('./pages/OversightPapers.vue'),
    meta: { title: '再次退回', roles: OVERSEERS },
  },
  {
    path: '/oversight/promises',
    component: () => import('./pages/OversightPapers.vue'),
    meta: { title: '容缺补交', roles: OVERSEERS },
  },
  {
    path: '/oversight/cases/:caseId',
    component: () => import('./pages/CaseAudit.vue'),
    props: true,
    meta: { title: '办件留痕', roles: OVERSEERS },
  },
  {
    path: '/accuracy',
    component: () => import('./pages/FindingAccuracy.vue'),
    meta: { title: '照片核对准不准', roles: ACCURACY_READERS },
  },
  { path: '/staff', component: () => import('./pages/StaffList.vue'), meta: { title: '人员', roles: ADMINISTRATORS } },
  {
    path: '/guide',
    component: () => import('./pages/GuidePublication.vue'),
    meta: { title: '办事指南', roles: ADMINISTRATORS },
  },
  {
    path: '/incidents',
    component: () => import('./pages/Incidents.vue'),
    meta: { title: '材料异常', roles: ADMINISTRATORS },
  },
  { path: '/:rest(.*)*', component: () => import('./pages/NotFound.vue'), meta: { title: '没有这个页面' } },
]

export function makeRouter(): Router {
  const router = createRouter({ history: createWebHistory('/desk/'), routes })
  const { session, role, ensureAsked } = useSession()

  router.beforeEach(async (to) => {
    await ensureAsked()
    const isStaff = session.value?.kind === 'staff' && role.value !== null
    if (!isStaff && !to.meta.open) return { path: '/sign-in', query: { next: to.fullPath } }
    if (isStaff && role.value && (to.path === '/' || to.path === '/sign-in')) return homeOf(role.value)
    return true
  })
  router.afterEach((to) => {
    document.title = `${to.meta.title} · 退休一件事`
  })
  return router
}
