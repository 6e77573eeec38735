"""What stands on 受理回执, 补正告知书 and 不予受理通知书, from one case. How each looks is in config/forms."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from backend.domain.case import Case, reopened
from backend.domain.items import Filing
from backend.domain.materials import Slot
from backend.domain.rulebook import Rulebook
from backend.services.mark_views import mark_sentence
from backend.services.progress_view import in_order
from backend.services.slot_views import photos_in
from backend.services.wording import FILING_LABELS, guide_of, limit_text, local_date, say_day

View = dict[str, Any]
# Why an item of the receipt has no day by which it is done.
WITHOUT_DUE: dict[Filing, str] = {
    Filing.SELF: "您自己到部门办，以部门的回执为准",
    Filing.HANDOVER: "从公积金账户封存起算，办好后请在手机上点“已经办好”",
}


def acceptance_receipt(case: Case, rulebook: Rulebook) -> View:
    """Which items were accepted, who does each by when, who accepted them, how to follow."""
    opinion = case.supervisor_opinion
    items = []
    for item in in_order(case, rulebook):
        known = rulebook.item(item.code)
        office = rulebook.offices[known.department]
        items.append(
            {
                "title": known.title,
                "department": office.name,
                "phone": office.phone,
                "filing": FILING_LABELS[Filing(item.filing)],
                "limit": limit_text(known),
                "due": say_day(item.due_on),
                "provisional": item.due_provisional,
                "without_due": WITHOUT_DUE.get(Filing(item.filing), ""),
            }
        )
    return {
        **_about(case, rulebook),
        "accepted_on": _on(opinion.at) if opinion else "",
        "accepted_by": opinion.by_name if opinion else "",
        "submitted_on": _on(case.submitted_at),
        "materials": _handed_in(case, rulebook),
        "items": items,
    }


def correction_notice(case: Case, rulebook: Rulebook) -> View:
    """一次性告知 on paper: each thing that failed, why and what to do, where to mend it, what its marks say."""
    slots = {f"slot:{slot.key}": slot for slot in rulebook.checklist(case.answers)}
    walk = rulebook.graph.walk(case.answers)
    questions = {f"field:{question.key}": question for asked in walk.pages for question in asked.questions}
    why = reopened(case, [*questions, *slots])
    lines: list[View] = []
    for subject, judgement in why.items():
        slot = slots.get(subject)
        reason = rulebook.checks.sentence(subject, judgement.reason_code, judgement.note)
        lines.append(
            {
                "kind": "材料" if slot else "填写内容",
                "label": slot.label if slot else questions[subject].label,
                "reason": reason,
                "where_to_get": slot.where_to_get if slot else "",
                "marks": said_on(slot, case, rulebook, reason) if slot else [],
            }
        )
    return {
        **_about(case, rulebook),
        "submitted_on": _on(case.submitted_at),
        "round": case.round,
        "lines": lines,
        "note": case.correction_note or "",
        "clerk": next((judgement.by_name for judgement in why.values()), ""),
        "told_on": _on(case.corrected_at),
        "review_days": rulebook.policy.window_review_working_days.rows[-1].value,
    }


def refusal_notice(case: Case, rulebook: Rulebook) -> View:
    """Why the case was not accepted, and what she can do against it."""
    return {
        **_about(case, rulebook),
        "reason": case.closing_reason or "",
        "clause": rulebook.refusal.clause,
        "review": asdict(rulebook.refusal.review),
        "lawsuit": asdict(rulebook.refusal.lawsuit),
        "refused_on": _on(case.changed_at),
        "submitted_on": _on(case.submitted_at),
        "clerk": case.changed_by,
        "items": [
            {"title": rulebook.items[chosen.code].title, **_self_guide(rulebook, chosen.code)}
            for chosen in rulebook.chosen_items(case.answers)
        ],
    }


def _about(case: Case, rulebook: Rulebook) -> View:
    window = rulebook.service_centre
    return {
        "number": case.number,
        "name": case.answers.get("name", ""),
        "id_number": case.answers.get("id_number", ""),
        "window": {"name": window.name, "phone": window.phone, "hours": window.hours, "address": window.address},
        "issuer": rulebook.guide.service.issuer,
    }


def _self_guide(rulebook: Rulebook, code: Any) -> View:
    guide = guide_of(rulebook, rulebook.items[code])
    return {"where": guide["where"], "phone": guide["phone"]}


def _handed_in(case: Case, rulebook: Rulebook) -> list[View]:
    """What she handed in, with the number of its photos; what we made for her has none."""
    counted = [(slot, len(photos_in(slot, case))) for slot in rulebook.checklist(case.answers)]
    return [{"label": slot.label, "pages": pages} for slot, pages in counted if pages or slot.generated]


def said_on(slot: Slot, case: Case, rulebook: Rulebook, reason: str) -> list[str]:
    """What the clerk's marks on a slot's photos say beyond the reason itself, each once, with the side or page."""
    labels = {part.key: part.label for part in slot.parts}
    said = []
    for part_key, photo in photos_in(slot, case).items():
        for mark in case.marks.get(photo.id, ()):
            sentence = mark_sentence(mark, slot.key, rulebook)
            if sentence and sentence != reason:
                said.append(f"{labels[part_key]}：{sentence}" if len(slot.parts) > 1 else sentence)
    return list(dict.fromkeys(said))


def _on(at: datetime | None) -> str:
    return say_day(local_date(at)) if at else ""
