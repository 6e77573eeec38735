"""What the applicant's browser draws: her case as pages, slots, tasks and actions.

Every rule is asked of the domain here, so that none is written again in the browser.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.domain.actors import ROLE_LABELS, Actor, Role
from backend.domain.answers import QuestionType
from backend.domain.case import EDITABLE, STATE_LABELS, Case, State, allowed, reopened
from backend.domain.items import ChosenItem, Filing
from backend.domain.materials import Checklist, missing
from backend.domain.people import Month
from backend.domain.questions import PREDICATES, Page, Question
from backend.domain.retirement import ContributionShort, Eligibility, TooEarly
from backend.domain.review import Judgement
from backend.domain.rulebook import Rulebook
from backend.services.eligibility_view import eligibility_view
from backend.services.ports import ResultFile
from backend.services.progress_view import progress_view
from backend.services.slot_views import is_mended, photos_in, slot_view
from backend.services.wording import FILING_LABELS, guide_of, iso, limit_text

View = dict[str, Any]

# What she herself only sees masked: a number over her shoulder is worth more than her name.
MASKED_TO_HERSELF = frozenset({QuestionType.ID_NUMBER, QuestionType.PHONE, QuestionType.BANK_ACCOUNT})


def filing_view(case: Case, rulebook: Rulebook, today: date, results: Sequence[ResultFile], actor: Actor) -> View:
    """CaseView of the API, for the applicant or her helper: see backend/api/filing.py for its schema."""
    graph = rulebook.graph
    pages = graph.shown_pages(case.answers)
    open_page = graph.open_page(case.answers, today)
    slots = rulebook.checklist(case.answers)
    why_reopened = reopened(case, _subjects(pages, slots))
    page_views = _page_views(case, rulebook, pages, open_page, why_reopened, today)
    slot_views = [slot_view(slot, case, rulebook) for slot in slots]
    still_missing = missing_photos(case, slots)
    found = rulebook.eligibility(case.answers, _filing_month(case, today))
    chosen = rulebook.chosen_items(case.answers)
    tasks = _tasks(case, pages, open_page, slot_views, still_missing, page_views)
    return {
        "id": str(case.id),
        "number": case.number,
        "version": case.version,
        "state": case.state,
        "state_label": STATE_LABELS[case.state],
        "may": _may(case, found, actor),
        "acting_as": actor.role,
        "helper": _helper(case),
        "groups": _groups(rulebook, page_views, tasks),
        "pages": page_views,
        "open_page": open_page if case.state in EDITABLE else None,
        "eligibility": eligibility_view(found, rulebook),
        "items": [item_view(item, rulebook) for item in chosen],
        "slots": slot_views,
        "tasks": tasks,
        "signature": _signature(case),
        "check_answers": _check_answers(rulebook, page_views, chosen),
        "correction": _correction(case, rulebook, pages, slots, why_reopened),
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
    return missing(slots, given, case.absences)


def unmended_fields(case: Case, rulebook: Rulebook) -> list[Page]:
    """Pages of a returned case with a failed field that nobody has touched since."""
    pages = rulebook.graph.shown_pages(case.answers)
    failed = reopened(case, [f"field:{q.key}" for page in pages for q in page.questions])
    still_wrong = failed.keys() - case.mended
    return [page for page in pages if any(f"field:{question.key}" in still_wrong for question in page.questions)]


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


# ── pages ────────────────────────────────────────────────────────────────────────────────────


def _subjects(pages: Sequence[Page], slots: Checklist) -> list[str]:
    fields = [f"field:{question.key}" for page in pages for question in page.questions]
    return fields + [f"slot:{slot.key}" for slot in slots]


def _page_views(
    case: Case,
    rulebook: Rulebook,
    pages: Sequence[Page],
    open_page: str | None,
    why_reopened: Mapping[str, Judgement],
    today: date,
) -> list[View]:
    warnings = dict(rulebook.graph.warnings(case.answers))
    views = []
    for page in pages:
        questions = rulebook.graph.shown_questions(page, case.answers)
        answered = all(question.key in case.answers for question in questions)
        reasons = [
            rulebook.checks.sentence(f"field:{q.key}", why.reason_code, why.note)
            for q in questions
            if (why := why_reopened.get(f"field:{q.key}"))
        ]
        editable = case.state is State.DRAFT or (
            case.state is State.RETURNED and (bool(reasons) or not answered or page.key == open_page)
        )
        status = "open" if page.key == open_page else "done" if answered else "todo"
        views.append(
            {
                "key": page.key,
                "group": page.group,
                "title": page.title,
                "status": status if editable else "locked",
                "editable": editable,
                "return_reason": "；".join(reasons) or None,
                "questions": [_question_view(q, case, rulebook, warnings, today) for q in questions],
            }
        )
    return views


def _question_view(
    question: Question, case: Case, rulebook: Rulebook, warnings: Mapping[str, str], today: date
) -> View:
    value = case.answers.get(question.key)
    masked = question.type in MASKED_TO_HERSELF
    graph = rulebook.graph
    words = graph.display(question, value) if masked else graph.display_whole(question, value)
    return {
        "key": question.key,
        "type": question.type,
        "label": question.label,
        "help": question.help,
        "why": question.why,
        "where": question.where,
        "example": question.example,
        "unit": question.unit,
        "choices": [{"value": c.value, "label": c.label, "help": c.hint} for c in question.choices] or None,
        "first_year": today.year + question.years[0] if question.years else None,
        "last_year": today.year + question.years[1] if question.years else None,
        "required": PREDICATES[question.required_when](case.answers),
        "sensitive": masked,
        "repeats": question.repeats,
        "value": None if masked else value,
        "display": words if question.key in case.answers and value is not None else None,
        "warning": warnings.get(question.key),
    }


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
    pages: Sequence[Page],
    open_page: str | None,
    slot_views: Sequence[View],
    still_missing: Sequence[str],
    page_views: Sequence[View],
) -> list[View]:
    unanswered = [page["title"] for page in page_views if page["status"] in ("open", "todo")]
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
            "path": f"{base}/pages/{open_page or pages[0].key}",
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
    return {"signed_at": iso(case.signature.signed_at), "by": case.signature.role} if case.signature else None


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
    not_yet = isinstance(found, (TooEarly, ContributionShort)) and case.state is State.DRAFT
    actions = [action.value for action in allowed(case.state, actor.role)]
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
    pages: Sequence[Page],
    slots: Checklist,
    why_reopened: Mapping[str, Judgement],
) -> View | None:
    """一次性告知 as she reads it: each failed thing, why, and where to mend it."""
    if case.state is not State.RETURNED:
        return None
    # subject → (label, the page where it is mended, whether it is)
    where = {
        f"field:{q.key}": (q.label, f"pages/{page.key}", f"field:{q.key}" in case.mended)
        for page in pages
        for q in page.questions
    } | {f"slot:{slot.key}": (slot.label, f"materials?slot={slot.key}", is_mended(slot, case)) for slot in slots}
    lines = []
    for subject, why in why_reopened.items():
        label, page, mended = where[subject]
        reason = rulebook.checks.sentence(subject, why.reason_code, why.note)
        path = f"/cases/{case.id}/{page}"
        lines.append({"subject": subject, "label": label, "reason": reason, "path": path, "mended": mended})
    name = next((j.by_name for j in why_reopened.values()), "")
    return {"sent_at": iso(case.corrected_at), "clerk_name": name, "note": case.correction_note, "lines": lines}
