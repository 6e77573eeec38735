"""What the window sees of a case: fields and photos with their verdicts, checks, opinions, history; all masked."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.domain.actors import ROLE_LABELS, Actor, Role
from backend.domain.audit import AuditLink
from backend.domain.case import ACTION_LABELS, STAFF_STATE_LABELS, Action, Case, State, allowed
from backend.domain.evaluation import Evaluation
from backend.domain.items import Filing
from backend.domain.materials import Slot
from backend.domain.notices import NoticeEvent, PushState
from backend.domain.people import chinese_length
from backend.domain.retirement import Eligibility
from backend.domain.review import Judgement, failed, unjudged
from backend.domain.rulebook import Rulebook
from backend.services.authorised_cases import ACT_LABELS as AUTHORISATION_ACTS
from backend.services.coach_view import coach_view
from backend.services.counter import ACT_LABELS as COUNTER_ACTS
from backend.services.counter import filed_at_counter
from backend.services.documents import ACT_LABELS as DOCUMENT_ACTS
from backend.services.eligibility_view import eligibility_view
from backend.services.filing_view import item_view
from backend.services.findings import ACT_LABELS as FINDING_ACTS
from backend.services.mark_views import returned_photo, staff_marks
from backend.services.materials import ACT_LABELS
from backend.services.ports import Claim, Push
from backend.services.printed_notices import said_on
from backend.services.progress_view import clock_view, in_order
from backend.services.promise_view import open_absences, owed_in_slot, promise_clock, promise_in_slot
from backend.services.proofs import ACT_LABELS as PROOF_ACTS
from backend.services.rules_view import RULE_LABELS
from backend.services.slot_views import photos_in
from backend.services.staff_photos import ACT_LABELS as LOOK_LABELS
from backend.services.wording import iso, local_date

View = dict[str, Any]

# fmt: off
PUSH_STATE_LABELS: dict[PushState, str] = {
    PushState.QUEUED:    "等待发送",
    PushState.SENT:      "已发出，等待回执",
    PushState.DELIVERED: "已送到微信",
    PushState.FAILED:    "没有送到",
}

EVENT_LABELS: dict[NoticeEvent, str] = {
    NoticeEvent.SUBMITTED:           "收到申请",
    NoticeEvent.RETURNED:            "请她补正",
    NoticeEvent.RESUBMITTED:         "收到补正",
    NoticeEvent.ACCEPTED_AND_ROUTED: "已受理",
    NoticeEvent.ITEM_DECIDED:        "事项有结果",
    NoticeEvent.PROMISE_GRANTED:     "约定补交材料",
    NoticeEvent.PROMISE_FAILED:      "补交的要重拍",
    NoticeEvent.PROMISE_EXTENDED:    "补交延期",
    NoticeEvent.PROMISE_DUE_SOON:    "提醒：快到补交的日子",
    NoticeEvent.PROMISE_DUE_TODAY:   "提醒：今天该补交了",
    NoticeEvent.COMPLETED:           "已办结",
    NoticeEvent.WITHDRAWN:           "已撤回",
    NoticeEvent.REFUSED:             "不予受理",
    NoticeEvent.FILING_OPENS:        "提醒：可以办了",
    NoticeEvent.EARLY_NOTICE_DUE:    "提醒：该书面告知了",
    NoticeEvent.REMINDER_MOVED:      "提醒的月份变了",
    NoticeEvent.AUTHORISATION_CONFIRMED: "代办授权确认",
    NoticeEvent.AUTHORISATION_REVOKED:   "代办授权结束",
    NoticeEvent.POLICY_CHANGED:      "政策有变化",
}

# Acts that move nothing, in words; the others are the table's ACTION_LABELS.
OTHER_ACTS: dict[str, str] = {
    "judge":             "审核材料",
    "mark_photo":        "在照片上标注",
    "judgement_withdrawn": "删掉标注，不通过随之撤回",
    "check":             "核查",
    "policy_changed":    "政策有变化，重新核对",
    "rule_confirmed":    "确认政策核对",
    "rule_overridden":   "写明理由照办",
    "rule_taken_back":   "撤销政策核对的处理",
    "sign":              "签名",
    "answer":            "填写内容",
    "look":              "查看完整内容",
    "absence_waived":    "处理没有的材料：容缺受理",
    "absence_suggested": "处理没有的材料：换一种材料",
    "absence_called":    "处理没有的材料：打电话",
    "promise_passed":    "补交的材料合格",
    "promise_failed":    "补交的材料不合格",
    "promise_extended":  "补交延期",
    "item_accept":       "部门接收",
    "item_decide":       "部门作出决定",
    "item_report_done":  "申请人报告公积金已办好",
    **ACT_LABELS,
    **LOOK_LABELS,
    **DOCUMENT_ACTS,
    **AUTHORISATION_ACTS,
    **COUNTER_ACTS,
    **FINDING_ACTS,
    **PROOF_ACTS,
}

DEFAULT_OPINIONS = {
    "clerk":      "该同志提供资料齐全，同意受理。",
    "supervisor": "该同志提供资料齐全，同意办理。",
}
# fmt: on

JUDGED_IN = frozenset({State.IN_REVIEW})


def queue_row(row: Mapping[str, Any], rulebook: Rulebook, actor: Actor, today: date) -> View:
    """One line of the queue."""
    state = State(row["state"])
    due_on = row["review_due_on"]
    waits = state in (State.SUBMITTED, State.IN_REVIEW)
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "version": row["version"],
        "state": state,
        "state_label": STAFF_STATE_LABELS[state],
        "name_masked": row["name_masked"],
        "town": row["town"],
        "items": [
            {"code": i["code"], "short_name": rulebook.item(i["code"]).short_title, "filing": i["filing"]}
            for i in row["planned_items"]
        ],
        "submitted_at": iso(row["submitted_at"]),
        "review_due_on": due_on.isoformat() if due_on else None,
        **_review_clock(due_on, row["submitted_at"], rulebook, today, running=waits),
        "correction_round": row["round"],
        "returns": row["returns"],
        "absences_open": row["absences_open"],
        "promise": _row_promise(row["promise"], rulebook, today),
        "holder": {
            "name": row["holder_name"],
            "is_me": row["holder_id"] == actor.id,
            "expires_at": iso(row["holder_until"]),
        }
        if row["holder_id"]
        else None,
    }


def claim_view(claim: Claim | None, actor: Actor) -> View:
    """Who holds the case and until when."""
    if claim is None:
        return {"holder": None}
    is_me = claim.staff_id == actor.id
    return {"holder": {"name": claim.staff_name, "is_me": is_me, "expires_at": iso(claim.expires_at)}}


def subjects_of(case: Case, rulebook: Rulebook) -> dict[str, str]:
    """What must be judged, subject → label: every shown field that was answered, every slot that is photographed."""
    graph = rulebook.graph
    effective = graph.effective(case.answers)
    fields = {f"field:{key}": graph.question(key).label for key in effective if graph.question(key).repeats is None}
    slots = {f"slot:{slot.key}": slot.label for slot in rulebook.checklist(case.answers) if not slot.generated}
    return fields | slots


def review_view(
    case: Case,
    rulebook: Rulebook,
    actor: Actor,
    claim: Claim | None,
    record: tuple[Sequence[AuditLink], Sequence[Push]],
    policy: tuple[Evaluation, View],
    today: date,
) -> View:
    """ReviewView of the API. `record`: the chain and the pushes; `policy`: what was evaluated, and rules_view of it."""
    links, pushes = record
    evaluation, rules = policy
    found = rulebook.eligibility(case.answers, evaluation.filing_month)
    subjects, slots = subjects_of(case, rulebook), rulebook.checklist(case.answers)
    judgements = case.standing()
    open_labels = unjudged(subjects, judgements)
    running = case.state in (State.SUBMITTED, State.IN_REVIEW)
    return {
        "id": str(case.id),
        "number": case.number,
        "version": case.version,
        "state": case.state,
        "state_label": STAFF_STATE_LABELS[case.state],
        "correction_round": case.round,
        "submitted_at": iso(case.submitted_at),
        "review_due_on": case.review_due_on.isoformat() if case.review_due_on else None,
        **_review_clock(case.review_due_on, case.submitted_at, rulebook, today, running=running),
        **claim_view(claim, actor),
        "may": _may(case, actor, claim),
        "fields": _fields(case, rulebook, subjects),
        "slots": [
            {**review_slot(slot, case, rulebook), **owed_in_slot(slot, case, slots, rulebook, today)}
            for slot in slots
            if not slot.generated
        ],
        "absences_open": list(open_absences(case, slots).values()),
        "returns": case.returns,
        "return_request": _return_request(case, slots, rulebook),
        "field_reasons": [{"code": r.key, "label": r.label} for r in rulebook.checks.field_reasons],
        "checks": _checks(case, rulebook),
        "age": _age(case, found),
        "eligibility": eligibility_view(found, rulebook, evaluation.filing_month),
        **rules,
        "opinions": {"clerk": _opinion(case.clerk_opinion), "supervisor": _opinion(case.supervisor_opinion)},
        "items": _items(case, rulebook, today),
        "events": [history_line(link) for link in links],
        "pushes": [_push(push, case) for push in pushes],
        "corrections": [_correction(link) for link in links if link.entry.action == Action.RETURN],
        "judged": {"done": len(subjects) - len(open_labels), "total": len(subjects)},
        "failed": [{"subject": s, "label": subjects[s]} for s in failed(subjects, judgements)],
        "default_opinions": DEFAULT_OPINIONS,
        "closing_reason": case.closing_reason,
        "filed_at_counter": filed_at_counter(case, links),
    }


def history_line(link: AuditLink) -> View:
    """One act or look, in words."""
    entry = link.entry
    label = ACTION_LABELS[Action(entry.action)] if entry.action in list(Action) else OTHER_ACTS[entry.action]
    return {
        "seq": link.seq,
        "at": iso(entry.at),
        "actor": entry.actor_name,
        "actor_role": entry.actor_role,
        "action": entry.action,
        "action_label": label,
        "subject": entry.subject or RULE_LABELS.get(str(entry.facts.get("rule"))),
        "note": entry.reason,
    }


def review_slot(slot: Slot, case: Case, rulebook: Rulebook, prefix: str = "review/cases") -> View:
    """A slot with its photos and its verdict; `prefix` is the audience's part of the pictures' addresses."""
    photos = photos_in(slot, case)
    absence = case.absences.get(slot.key)
    subject = f"slot:{slot.key}"
    kinds = dict(slot.kinds)
    kind = slot.kind or next((photo.kind for photo in photos.values() if photo.kind), None)
    judgement = case.standing().get(subject)
    parts = [part for part in slot.parts if part.required or part.key in photos]
    return {
        "key": slot.key,
        "subject": subject,
        "label": slot.label,
        "kind_label": kinds.get(kind) if kind else None,
        "absence": {"reason": absence.reason} if absence else None,
        "promise": promise_in_slot(slot, case, rulebook),
        "parts": [
            {
                "key": part.key,
                "label": part.label,
                "photo": _photo(case, photos.get(part.key), prefix),
                "earlier": _earlier(slot, part.key, photos.get(part.key), case, prefix),
            }
            for part in parts
        ],
        "judgement": _judgement(judgement),
        "needs_judgement": judgement is None,
        "reasons": [{"code": r.key, "label": r.label} for r in rulebook.checks.reasons_for(slot.key)],
    }


# ── parts of the page ────────────────────────────────────────────────────────────────────────


def _may(case: Case, actor: Actor, claim: Claim | None) -> list[str]:
    # The first return is the clerk's; from the second on the supervisor is asked.
    not_now = Action.RETURN if case.returns else Action.ASK_RETURN
    in_review = case.state is State.IN_REVIEW
    actions = [a.value for a in allowed(case.state, actor.role) if not (in_review and a is not_now)]
    if actor.role is Role.SUPERVISOR:
        return actions
    holds = claim is not None and claim.staff_id == actor.id
    may = ["judge", "check", "settle"] if holds and case.state in JUDGED_IN else []
    if case.state in (State.SUBMITTED, State.IN_REVIEW) and claim is None:
        may.append("claim")
    needs_lease = {Action.ASK_RETURN, Action.RETURN, Action.ACCEPT, Action.REFUSE, Action.HOLD}
    elsewhere = {Action.CLAIM, Action.SUBMIT, Action.ABANDON}  # the last two are the counter's
    return may + [a for a in actions if a not in elsewhere and (holds or a not in needs_lease)]


def _fields(case: Case, rulebook: Rulebook, subjects: Mapping[str, str]) -> list[View]:
    graph = rulebook.graph
    effective = graph.effective(case.answers)
    group_of = {q.key: page.group for page in graph.pages for q in page.questions}
    judgements = case.standing()
    fields = []
    for key, value in effective.items():
        question, subject = graph.question(key), f"field:{key}"
        if subject not in subjects:
            continue
        judgement = judgements.get(subject)
        fields.append(
            {
                "group": group_of[key],
                "key": key,
                "subject": subject,
                "label": question.label,
                "display": graph.display(question, value) if value is not None else "没有填",
                "sensitive": question.sensitive,
                "judgement": _judgement(judgement),
                "needs_judgement": judgement is None,
            }
        )
    return fields


def _judgement(judgement: Judgement | None) -> View | None:
    if judgement is None:
        return None
    return {
        "verdict": judgement.verdict,
        "reason_code": judgement.reason_code,
        "note": judgement.note,
        "by": judgement.by_name,
        "at": iso(judgement.at),
        "round": judgement.round,
    }


def _earlier(slot: Slot, part_key: str, photo: Any, case: Case, prefix: str) -> View | None:
    """The photo that was returned, once another is in its place."""
    earlier = returned_photo(slot.key, part_key, case)
    if earlier is None or (photo is not None and earlier.id == photo.id):
        return None
    return _photo(case, earlier, prefix)


def _photo(case: Case, photo: Any, prefix: str) -> View | None:
    if photo is None:
        return None
    path = f"/api/{prefix}/{case.id}/photos/{photo.id}"
    return {
        "id": str(photo.id),
        "image_path": f"{path}/image",
        "thumbnail_path": f"{path}/thumbnail",
        "width": photo.width,
        "height": photo.height,
        "round": photo.round,
        "turn": photo.turn or 0,
        "marks": staff_marks(case.marks.get(photo.id, ())),
        "coach": coach_view(photo.coach),
    }


def _checks(case: Case, rulebook: Rulebook) -> list[View]:
    views = []
    for known in rulebook.checks.cannot_proceed:
        given = case.checks.get(known.key)
        views.append(
            {
                "key": known.key,
                "label": known.question,
                "found": given.found if given else None,
                "note": given.note if given else None,
                "by": given.by_name if given else None,
                "at": iso(given.at) if given else None,
                "office": known.office,
                "what_to_do": known.what_to_do,
            }
        )
    return views


def _age(case: Case, found: Eligibility | None) -> View:
    months = found.statutory.statutory_age_months if found else None
    return {
        "statutory_text": chinese_length(months).replace("年", " 岁 ", 1).strip() if months else "请对照档案确认",
        "statutory_age_months": months,
        "law": found.statutory.law if found else None,
        "confirmed_age_months": case.confirmed_age_months,
    }


def _opinion(opinion: Any) -> View | None:
    return {"text": opinion.text, "by": opinion.by_name, "at": iso(opinion.at)} if opinion else None


def _items(case: Case, rulebook: Rulebook, today: date) -> list[View]:
    """Before routing, the items she asked for; after it, where each of them is."""
    planned = {item.code.value: item_view(item, rulebook) for item in rulebook.chosen_items(case.answers)}
    if not case.items:
        return [{**view, "id": None, "state": None} for view in planned.values()]
    return [
        {
            **planned[item.code],
            "id": str(item.id),
            "state": item.state,
            "outcome": item.outcome,
            "officer_name": item.officer_name,
            **clock_view(item, rulebook, today),
        }
        for item in in_order(case, rulebook)
        if Filing(item.filing)
    ]


def _push(push: Push, case: Case) -> View:
    return {
        "event": push.event,
        "event_label": EVENT_LABELS[NoticeEvent(push.event)],
        "to_label": ROLE_LABELS[Role.APPLICANT if push.person_id == case.applicant_id else Role.HELPER],
        "state": push.state,
        "state_label": PUSH_STATE_LABELS[PushState(push.state)],
        "reason": push.reason,
        "at": iso(push.settled_at or push.sent_at or push.queued_at),
    }


def _correction(link: AuditLink) -> View:
    entry = link.entry
    return {
        "round": entry.facts.get("round"),
        "sent_at": iso(entry.at),
        "by": entry.actor_name,
        "note": entry.reason,
        "lines": entry.facts.get("lines", []),
    }


def _row_promise(promise: Mapping[str, Any] | None, rulebook: Rulebook, today: date) -> View | None:
    """The nearest paper that is still owed, with its clock."""
    if promise is None:
        return None
    promised_on, granted_on = (date.fromisoformat(promise[name]) for name in ("promised_on", "granted_on"))
    return {"state": promise["state"], **promise_clock(promised_on, granted_on, today, rulebook)}


def _return_request(case: Case, slots: Sequence[Slot], rulebook: Rulebook) -> View | None:
    """What the supervisor is asked, while she is asked; each line with what the pen's marks say beyond its reason."""
    asked = case.return_request
    if asked is None or case.state is not State.RETURN_ASKED:
        return None
    by_subject = {f"slot:{slot.key}": slot for slot in slots}
    return {
        "reason": asked.reason,
        "why_not_before": asked.why_not_before,
        "lines": [{**line, "marks": _marks_said(line, case, by_subject, rulebook)} for line in asked.lines],
        "by": asked.by_name,
        "at": iso(asked.at),
    }


def _marks_said(line: Mapping[str, Any], case: Case, slots: Mapping[str, Slot], rulebook: Rulebook) -> list[str]:
    slot = slots.get(line["subject"])
    return said_on(slot, case, rulebook, line["reason"]) if slot else []


def _review_clock(due_on: date | None, submitted_at: Any, rulebook: Rulebook, today: date, *, running: bool) -> View:
    if due_on is None or not running:
        return {"working_days_left": None, "clock": None}
    calendar = rulebook.calendar
    return {
        "working_days_left": calendar.working_days_left(today, due_on),
        "clock": calendar.clock_state(local_date(submitted_at), due_on, today),
    }
