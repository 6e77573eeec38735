/**
 * A keyset-paged list that keeps itself fresh: the first page is asked again every 10 seconds with its ETag. Known rows change
 * in place; rows that come or go are shown at once only while nobody is using the list, else they wait for the person.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'

import type { Sent } from '../calls/send'
import { troubleOf, type Trouble } from '../troubles'

const POLL_MS = 10_000

export interface Page<Row> {
  rows: Row[]
  nextCursor: string | null
}

export interface ListSource<Body, Row> {
  /** Changes when the filters change: the list starts again. */
  filters: () => string
  ask: (cursor: string | undefined, etag: string | null) => Promise<Sent<Body> | null>
  page: (body: Body) => Page<Row>
  idOf: (row: Row) => string
  /** True while a person points at or moves within the list. */
  isInUse: () => boolean
}

export interface PolledList<Body, Row> {
  rows: ShallowRef<Row[]>
  body: ShallowRef<Body | null>
  isLoading: Ref<boolean>
  isLoadingMore: Ref<boolean>
  hasMore: Ref<boolean>
  /** Rows came or went and wait to be shown. */
  hasNews: Ref<boolean>
  problem: ShallowRef<Trouble | null>
  loadMore: () => Promise<void>
  reload: () => Promise<void>
}

export function usePolledList<Body, Row>(source: ListSource<Body, Row>): PolledList<Body, Row> {
  const rows = shallowRef<Row[]>([])
  const body = shallowRef<Body | null>(null)
  const problem = shallowRef<Trouble | null>(null)
  const isLoading = ref(true)
  const isLoadingMore = ref(false)
  const hasMore = ref(false)
  const hasNews = ref(false)
  let etag: string | null = null
  let cursor: string | null = null
  let firstPageLength = 0
  let asked = 0

  function showFirstPage(fresh: Body): void {
    const page = source.page(fresh)
    rows.value = page.rows
    firstPageLength = page.rows.length
    cursor = page.nextCursor
    hasMore.value = cursor !== null
    hasNews.value = false
  }

  async function reload(): Promise<void> {
    const mine = ++asked
    isLoading.value = body.value === null
    problem.value = null
    try {
      const sent = await source.ask(undefined, null)
      if (mine !== asked || !sent) return
      etag = sent.etag
      body.value = sent.data
      showFirstPage(sent.data)
    } catch (thrown) {
      if (mine === asked) problem.value = troubleOf(thrown)
    } finally {
      if (mine === asked) isLoading.value = false
    }
  }

  async function loadMore(): Promise<void> {
    if (cursor === null || isLoadingMore.value) return
    const mine = asked
    isLoadingMore.value = true
    try {
      const sent = await source.ask(cursor, null)
      if (mine !== asked || !sent) return
      const page = source.page(sent.data)
      const known = new Set(rows.value.map(source.idOf))
      rows.value = [...rows.value, ...page.rows.filter((row) => !known.has(source.idOf(row)))]
      cursor = page.nextCursor
      hasMore.value = cursor !== null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      isLoadingMore.value = false
    }
  }

  function takeIn(fresh: Body): void {
    body.value = fresh
    const page = source.page(fresh)
    const freshById = new Map(page.rows.map((row) => [source.idOf(row), row]))
    const shownIds = rows.value.slice(0, firstPageLength).map(source.idOf)
    const isSameSet = shownIds.length === page.rows.length && shownIds.every((id) => freshById.has(id))
    const isShort = rows.value.length <= firstPageLength
    if (!isSameSet && isShort && !source.isInUse()) {
      showFirstPage(fresh)
      return
    }
    rows.value = rows.value.map((row) => freshById.get(source.idOf(row)) ?? row)
    if (!isSameSet) hasNews.value = true
  }

  async function poll(): Promise<void> {
    if (document.hidden || isLoading.value || isLoadingMore.value) return
    const mine = asked
    try {
      const sent = await source.ask(undefined, etag)
      if (mine !== asked || !sent) return
      etag = sent.etag
      problem.value = null
      takeIn(sent.data)
    } catch (thrown) {
      // A missed beat is not news: the list stays, the next beat asks again.
      troubleOf(thrown)
    }
  }

  const timer = window.setInterval(() => void poll(), POLL_MS)
  const pollWhenSeen = (): void => void poll()
  document.addEventListener('visibilitychange', pollWhenSeen)
  onScopeDispose(() => {
    asked++
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', pollWhenSeen)
  })
  watch(
    source.filters,
    () => {
      body.value = null
      void reload()
    },
    { immediate: true },
  )

  return { rows, body, isLoading, isLoadingMore, hasMore, hasNews, problem, loadMore, reload }
}
