"""What the applicant's browser draws: her case as pages, slots, tasks and actions.

Every rule is asked of the domain here, so that none is written again in the browser. How a question is drawn is in
question_views.py, how a slot is in slot_views.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.domain.actors import ROLE_LABELS, Actor, Role
from backend.domain.case import EDITABLE, STATE_LABELS, Case, State, allowed, reopened
from backend.domain.items import ChosenItem, Filing, chosen_items
from backend.domain.materials import Checklist, missing
from backend.domain.people import Month
from backend.domain.questions import Page, Walk
from backend.domain.retirement import ContributionShort, Eligibility, TooEarly
from backend.domain.review import Judgement
from backend.domain.rulebook import Rulebook
from backend.services.eligibility_view import her_eligibility_view
from backend.services.medical_view import medical_view
from backend.services.ports import ResultFile
from backend.services.progress_view import progress_view
from backend.services.promise_view import her_promises
from backend.services.question_views import page_views
from backend.services.slot_views import is_mended, photos_in, slot_view
from backend.services.wording import FILING_LABELS, guide_of, iso, limit_text

View = dict[str, Any]


def filing_view(case: Case, rulebook: Rulebook, today: date, results: Sequence[ResultFile], actor: Actor) -> View:
    """CaseView of the API, for the applicant or her helper: see backend/api/filing.py for its schema."""
    walk = rulebook.graph.walk(case.answers)
    open_page = rulebook.graph.open_page_of(walk, today, rulebook.unlawful_choices(walk.effective))
    slots = rulebook.checklist_of(walk.effective, case.answers)
    why_reopened = reopened(case, _subjects(walk, slots))
    pages = page_views(case, rulebook, walk, open_page, why_reopened, today)
    slot_views = [slot_view(slot, case, rulebook) for slot in slots]
    still_missing = missing_photos(case, slots)
    found = rulebook.eligibility(walk.effective, _filing_month(case, today))
    chosen = chosen_items(walk.effective, rulebook.items)
    tasks = _tasks(case, pages, open_page, slot_views, still_missing)
    return {
        "id": str(case.id),
        "number": case.number,
        "version": case.version,
        "state": case.state,
        "state_label": STATE_LABELS[case.state],
        "may": _may(case, found, actor),
        "acting_as": actor.role,
        "helper": _helper(case),
        "groups": _groups(rulebook, pages, tasks),
        "pages": pages,
        "open_page": open_page if case.state in EDITABLE else None,
        "eligibility": her_eligibility_view(walk.effective, rulebook, _filing_month(case, today), today),
        "medical_years": medical_view(case.answers, rulebook, today),
        "items": [item_view(item, rulebook) for item in chosen],
        "slots": slot_views,
        "promises": her_promises(case, slots, rulebook, today),
        "tasks": tasks,
        "signature": _signature(case),
        "check_answers": _check_answers(rulebook, pages, chosen),
        "correction": _correction(case, rulebook, walk, slots, why_reopened),
        "waiting": waiting_view(case, rulebook),
        "progress": progress_view(case, rulebook, results, today) if case.submitted_at else None,
        "due": {"review_by": case.review_due_on.isoformat() if case.review_due_on else None},
    }


def _filing_month(case: Case, today: date) -> Month:
    """The month of the submission; of today while she may still change the case."""
    if case.state in EDITABLE or case.evaluation is None:
        return Month.of(today)
    return case.evaluation.filing_month


def missing_photos(case: Case, slots: Checklist) -> tuple[str, ...]:
    """`slot/part` keys that still stop her: no photo, no 我没有这个材料; or failed and not taken anew."""
    failed = reopened(case, [f"slot:{slot.key}" for slot in slots])
    waits = {slot.key for slot in slots if f"slot:{slot.key}" in failed and not is_mended(slot, case)}
    given = {slot.key: photos_in(slot, case).keys() for slot in slots if slot.key not in waits}
    owed = {slot.key for slot in slots if case.owes(slot.key) and slot.key not in waits}
    return missing(slots, given, {*case.absences, *owed})


def unmended_fields(case: Case, rulebook: Rulebook) -> list[Page]:
    """Pages of a returned case with a failed field that nobody has touched since."""
    walk = rulebook.graph.walk(case.answers)
    still_wrong = reopened(case, _subjects(walk, ())).keys() - case.mended
    return [asked.page for asked in walk.pages if any(f"field:{q.key}" in still_wrong for q in asked.questions)]


def _subjects(walk: Walk, slots: Checklist) -> list[str]:
    fields = [f"field:{question.key}" for asked in walk.pages for question in asked.questions]
    return fields + [f"slot:{slot.key}" for slot in slots]


def item_view(chosen: ChosenItem, rulebook: Rulebook) -> View:
    item = rulebook.items[chosen.code]
    together = chosen.filing is Filing.COMBINED
    return {
        "code": chosen.code,
        "name": item.title,
        "short_name": item.short_title,
        "department_label": rulebook.offices[chosen.department].name,
        "filing": chosen.filing,
        "filing_label": FILING_LABELS[chosen.filing],
        "limit_text": limit_text(item),
        "guide": None if together else guide_of(rulebook, item),
    }


def waiting_view(case: Case, rulebook: Rulebook) -> View | None:
    """Which office, what to do, for each 无法办理 check that stands in the way."""
    if case.state is not State.WAITING:
        return None
    in_the_way = {key for key, check in case.checks.items() if check.found}
    found = [check for check in rulebook.checks.cannot_proceed if check.key in in_the_way]
    lines = [{"label": c.label, "office": c.office, "phone": c.phone, "what_to_do": c.what_to_do} for c in found]
    return {"lines": lines}


# ── steps ────────────────────────────────────────────────────────────────────────────────────


def _groups(rulebook: Rulebook, pages: Sequence[View], tasks: Sequence[View]) -> list[View]:
    by_task = {"材料": "photos", "确认": "submission"}
    task_status = {task["key"]: task["status"] for task in tasks}
    groups = []
    for group in rulebook.graph.groups:
        if group in by_task:
            status = task_status[by_task[group]]
        else:
            statuses = {page["status"] for page in pages if page["group"] == group}
            status = "open" if "open" in statuses else "todo" if "todo" in statuses else "done"
        groups.append({"key": group, "title": group, "status": status})
    return groups


# ── tasks and actions ────────────────────────────────────────────────────────────────────────


def _tasks(
    case: Case,
    pages: Sequence[View],
    open_page: str | None,
    slot_views: Sequence[View],
    still_missing: Sequence[str],
) -> list[View]:
    unanswered = [page["title"] for page in pages if page["status"] in ("open", "todo")]
    labels = _missing_words(slot_views, still_missing)
    ready = not unanswered and not labels
    signed = case.signature is not None
    base = f"/cases/{case.id}"
    submitted = case.state not in EDITABLE
    return [
        {
            "key": "answers",
            "status": "done" if not unanswered else "open",
            "missing": unanswered,
            "path": f"{base}/pages/{open_page or pages[0]['key']}",
        },
        {
            "key": "photos",
            "status": "done" if not labels and not unanswered else "todo" if unanswered else "open",
            "missing": labels,
            "path": f"{base}/materials",
        },
        {
            "key": "signature",
            "status": "done" if signed else "open" if ready else "todo",
            "missing": [] if signed else ["您的签名"],
            "path": f"{base}/sign",
        },
        {
            "key": "submission",
            "status": "done" if submitted else "open" if ready and signed else "todo",
            "missing": [],
            "path": f"{base}/check",
        },
    ]


def _missing_words(slot_views: Sequence[View], still_missing: Sequence[str]) -> list[str]:
    labels = {
        f"{slot['key']}/{part['key']}": slot["label"] if len(slot["parts"]) == 1 else f"{slot['label']}{part['label']}"
        for slot in slot_views
        for part in slot["parts"]
    }
    return [labels[key] for key in still_missing]


def _signature(case: Case) -> View | None:
    signed = case.signature
    return {"signed_at": iso(signed.signed_at), "by": signed.role, "kind": signed.kind} if signed else None


def _helper(case: Case) -> View | None:
    """Who helps her now, for both to see."""
    if case.helper is None:
        return None
    return {
        "authorisation_id": str(case.helper.authorisation_id),
        "name": case.helper.actor.name.removeprefix(ROLE_LABELS[Role.HELPER]),
        "applicant_name": case.helper.applicant_name,
    }


def _may(case: Case, found: Eligibility | None, actor: Actor) -> list[str]:
    """The actions her page offers, in the order they come."""
    may: list[str] = ["answer", "upload", "sign"] if case.state in EDITABLE else []
    at_counter = actor.role is Role.CLERK
    if at_counter:  # she signs herself, by a phone or on paper
        may = [each for each in may if each != "sign"]
    not_yet = isinstance(found, (TooEarly, ContributionShort)) and case.state is State.DRAFT
    actions = [action.value for action in allowed(case.state, actor.role) if case.state in EDITABLE or not at_counter]
    return may + [action for action in actions if not (action == "submit" and not_yet)]


def _check_answers(rulebook: Rulebook, pages: Sequence[View], chosen: Sequence[ChosenItem]) -> View:
    groups = []
    for group in rulebook.graph.groups:
        rows = [
            {"page_key": page["key"], "label": question["label"], "display": question["display"] or "没有填"}
            for page in pages
            if page["group"] == group
            for question in page["questions"]
            if question["repeats"] is None
        ]
        if rows:
            groups.append({"title": group, "rows": rows})
    together = [rulebook.items[item.code].title for item in chosen if item.filing is Filing.COMBINED]
    herself = [
        f"{rulebook.items[item.code].title}：{FILING_LABELS[item.filing]}"
        for item in chosen
        if item.filing is not Filing.COMBINED
    ]
    return {"groups": groups, "combined": together, "by_yourself": herself}


def _correction(
    case: Case,
    rulebook: Rulebook,
    walk: Walk,
    slots: Checklist,
    why_reopened: Mapping[str, Judgement],
) -> View | None:
    """一次性告知 as she reads it: each failed thing, why, and where to mend it."""
    if case.state is not State.RETURNED:
        return None
    # subject → (label, the page where it is mended, whether it is)
    where = {
        f"field:{q.key}": (q.label, f"pages/{asked.page.key}", f"field:{q.key}" in case.mended)
        for asked in walk.pages
        for q in asked.questions
    } | {f"slot:{slot.key}": (slot.label, f"materials?slot={slot.key}", is_mended(slot, case)) for slot in slots}
    lines = []
    for subject, why in why_reopened.items():
        label, page, mended = where[subject]
        reason = rulebook.checks.sentence(subject, why.reason_code, why.note)
        path = f"/cases/{case.id}/{page}"
        lines.append({"subject": subject, "label": label, "reason": reason, "path": path, "mended": mended})
    name = next((j.by_name for j in why_reopened.values()), "")
    return {"sent_at": iso(case.corrected_at), "clerk_name": name, "note": case.correction_note, "lines": lines}
