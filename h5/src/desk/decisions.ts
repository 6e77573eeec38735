/**
 * What each decision says before it is made: what will happen, to whom, and the verb on its button.
 * Whether it may be made is the server's to say.
 */
import type { Decision } from './calls/review'
import { reasonText, type Mark, type Subject } from './subjects'
import type { ReviewView } from './types'

export type DecisionKey = Decision['act']

/** The words a decision asks for inside its dialog. */
export interface DecisionWords {
  label: string
  placeholder: string
  isRequired: boolean
  /** Characters. */
  most: number
  missing: string
}

export interface DecisionText {
  key: DecisionKey
  /** On the bar. */
  action: string
  title: string
  paragraphs: string[]
  lines: string[]
  confirm: string
  isDanger: boolean
  words: DecisionWords | null
  /** A second thing that it asks for. */
  more?: DecisionWords
  /** Said on the page once it is done. */
  done: string
}

export interface DecisionFacts {
  view: ReviewView
  failing: Subject[]
  marks: Map<string, Mark>
}

const routed = (view: ReviewView): ReviewView['items'] => view.items.filter((item) => item.filing !== 'self')

function departmentsOf(view: ReviewView): string[] {
  return [...new Set(routed(view).map((item) => item.department_label))]
}

function failLines({ failing, marks }: DecisionFacts): string[] {
  return failing.map(({ subject, label, reasons }) => {
    const mark = marks.get(subject)
    return `${label}：${reasonText(reasons, mark?.reasonCode ?? null, mark?.note ?? null)}`
  })
}

/** What the clerk does against the policy, for the one who has to answer for it as well. */
function overrideLines(view: ReviewView): string[] {
  return view.overrides.map((each) => `“${each.label}”不符合政策，照办的理由（${each.by}）：${each.note ?? ''}`)
}

const TEXTS: Record<DecisionKey, (facts: DecisionFacts) => Omit<DecisionText, 'key'>> = {
  accept: ({ view }) => ({
    action: '审核通过',
    title: '审核通过，交给窗口主管',
    paragraphs: [
      `办件 ${view.number} 会交给窗口主管。主管同意后，下面的事项转给${departmentsOf(view).join('、') || '各部门'}，申请人会收到通知。`,
      ...overrideLines(view),
    ],
    lines: routed(view).map((item) => `${item.name}（${item.department_label}）`),
    confirm: '审核通过，交给主管',
    isDanger: false,
    words: null,
    done: '已审核通过，交给窗口主管。',
  }),
  ask_return: (facts) => ({
    action: '申请再次退回',
    title: `请主管同意，再次退回 ${String(facts.failing.length)} 项`,
    paragraphs: [
      `这一件已经退回过 ${String(facts.view.returns)} 次。再次退回要窗口主管同意，次数会记下来。主管同意以前，申请人那边没有变化。`,
    ],
    lines: failLines(facts),
    confirm: '请主管同意再次退回',
    isDanger: true,
    words: {
      label: '为什么要再次退回',
      placeholder: '例如：新拍的反面少了一角，看不到有效期',
      isRequired: true,
      most: 500,
      missing: '再次退回的理由没有写',
    },
    more: {
      label: '第一次为什么没有说到',
      placeholder: '例如：第一次整张模糊，看不出少了一角',
      isRequired: true,
      most: 500,
      missing: '第一次为什么没有说到，没有写',
    },
    done: '已请主管同意，主管看过后再退回给申请人。',
  }),
  return: (facts) => ({
    action: facts.view.return_request ? '同意退回' : '退回补正',
    title: `${facts.view.return_request ? '同意再次' : ''}退回 ${String(facts.failing.length)} 项给申请人补正`,
    paragraphs: ['申请人会在微信里收到通知，只需要改下面这几项，其余的不用再交。一次说全，尽量不让她再跑第二趟。'],
    lines: failLines(facts),
    confirm: `退回 ${String(facts.failing.length)} 项给申请人`,
    isDanger: true,
    words: {
      label: '给申请人的话（可不填）',
      placeholder: '例如：身份证请放在深色桌面上，在亮处拍',
      isRequired: false,
      most: 500,
      missing: '',
    },
    done: `已退回 ${String(facts.failing.length)} 项给申请人，等她补正。`,
  }),
  refuse: ({ view }) => ({
    action: '不予受理',
    title: '不予受理这件申请',
    paragraphs: [
      `办件 ${view.number} 就此结束，不转给任何部门。申请人会收到下面的书面理由。`,
      '如果补材料就能办，请用“退回补正”。',
    ],
    lines: [],
    confirm: '不予受理这件申请',
    isDanger: true,
    words: {
      label: '不予受理的理由',
      placeholder: '写明依据，以及申请人还可以怎么办',
      isRequired: true,
      most: 500,
      missing: '理由没有写',
    },
    done: '已作出不予受理，理由已告诉申请人。',
  }),
  hold: ({ view }) => ({
    action: '暂停等待',
    title: '暂停审核，请申请人先办好下面的事',
    paragraphs: ['办件替申请人留着，审核期限暂停。她会收到通知，写明去哪里、做什么。'],
    lines: view.checks.filter((check) => check.found).map((check) => `${check.label}：${check.office}`),
    confirm: '暂停，通知申请人先去办',
    isDanger: true,
    words: null,
    done: '已暂停，等申请人办好后再继续。',
  }),
  resolve: ({ view }) => ({
    action: '已解决，继续审核',
    title: '核查的问题已解决，继续审核',
    paragraphs: ['下面的核查会改为“否”，记在您名下。'],
    lines: view.checks.filter((check) => check.found).map((check) => check.label),
    confirm: '确认已解决，继续审核',
    isDanger: false,
    words: {
      label: '怎么解决的',
      placeholder: '例如：11月20日已在区人社局办完退费，查过系统',
      isRequired: true,
      most: 500,
      missing: '怎么解决的没有写',
    },
    done: '已恢复审核。',
  }),
  approve: ({ view }) => ({
    action: '同意办理',
    title: `同意办理，转给 ${String(departmentsOf(view).length)} 个部门`,
    paragraphs: [...overrideLines(view), '下面的事项马上转给部门，开始计时，申请人会收到通知。'],
    lines: routed(view).map((item) => `${item.name} → ${item.department_label}${item.limit_text ? `，${item.limit_text}` : ''}`),
    confirm: `同意办理，转给 ${String(departmentsOf(view).length)} 个部门`,
    isDanger: false,
    words: null,
    done: '已同意办理，事项已转给各部门。',
  }),
  send_back: ({ view }) => ({
    action: '退回窗口',
    title: '退回窗口重新审核',
    paragraphs: [`办件 ${view.number} 会回到${view.opinions.clerk ? ` ${view.opinions.clerk.by} ` : '窗口'}手上重新审核，申请人那边没有变化。`],
    lines: [],
    confirm: view.opinions.clerk ? `退回给 ${view.opinions.clerk.by}` : '退回窗口',
    isDanger: true,
    words: {
      label: '为什么退回窗口',
      placeholder: '写明要重新核对哪里',
      isRequired: true,
      most: 500,
      missing: '原因没有写',
    },
    done: '已退回窗口。',
  }),
}

export function decisionText(key: DecisionKey, facts: DecisionFacts): DecisionText {
  return { key, ...TEXTS[key](facts) }
}

const ORDER: readonly DecisionKey[] = ['ask_return', 'return', 'refuse', 'hold', 'resolve', 'accept', 'send_back', 'approve']

/** Those the server allows, in the bar's order: the way back on the left, the way on on the right. */
export function allowedDecisions(may: readonly string[]): DecisionKey[] {
  return ORDER.filter((key) => may.includes(key))
}
