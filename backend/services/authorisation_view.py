"""What the two people of an authorisation see of it, what the one who is asked sees, and the clerk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from backend.domain.actors import Actor
from backend.domain.authorisation import (
    AUTHORISATION_STATE_LABELS,
    RELATION_LABELS,
    Authorisation,
    AuthorisationState,
    AuthorisationTerms,
    Relation,
    Side,
    same_name,
)
from backend.domain.case import Action, Case
from backend.domain.people import mask_name, mask_phone
from backend.domain.rulebook import Rulebook
from backend.services.home_view import case_summary, next_promise
from backend.services.wording import iso, local_date

View = dict[str, Any]

# What a helper did, as the applicant reads it; an act without words here is none of the helper's.
DONE_FOR_HER: dict[str, str] = {
    "authorisation_joined": "开始替您办",
    "answer": "填写或修改了内容",
    "photo_kept": "上传了照片",
    "photo_taken_back": "删除了照片",
    "absence_declared": "说明有一份材料没有",
    "absence_taken_back": "取消了“没有这份材料”",
    "sign": "签了代办人的名字",
    "item_report_done": "报告公积金已办好",
    Action.SUBMIT: "提交了申请",
    Action.WITHDRAW: "撤回了申请",
}


def items_said(rulebook: Rulebook) -> str:
    """The items that can be dealt with under an authorisation, in one sentence."""
    return "、".join(item.title for item in rulebook.items.values())


def terms_view(terms: AuthorisationTerms, rulebook: Rulebook) -> View:
    """The text before there are names: the blanks are as in config, the items and the term filled in."""
    names = {name: f"{{{name}}}" for name in ("applicant_name", "helper_name", "relation")}
    filled = {**names, "items": items_said(rulebook), "valid_months": terms.valid_months}
    return {
        "version": terms.version,
        "title": terms.title,
        "paragraphs": [each.format(**filled) for each in terms.paragraphs],
        "helper_title": terms.helper_title,
        "helper_paragraphs": [each.format(**filled) for each in terms.helper_paragraphs],
        "relations": [{"value": relation, "label": RELATION_LABELS[relation]} for relation in Relation],
        "code_hours": terms.code_hours,
        "valid_months": terms.valid_months,
    }


def authorisation_view(
    authorisation: Authorisation,
    actor: Actor,
    terms: AuthorisationTerms,
    rulebook: Rulebook,
    cases: Sequence[Case],
    acts: Iterable[Mapping[str, Any]],
    today: date,
) -> View:
    """The authorisation for one of its two people. A helper sees cases and acts only while it is active."""
    mine = authorisation.side_of(actor)
    shown = list(cases) if mine is Side.APPLICANT or authorisation.is_active else []
    return {
        "id": str(authorisation.id),
        "version": authorisation.version,
        "state": authorisation.state,
        "state_label": AUTHORISATION_STATE_LABELS[authorisation.state],
        "begun_by": authorisation.begun_by,
        "my_side": mine,
        **_said(authorisation, terms, rulebook),
        "asked_at": iso(authorisation.asked_at),
        "code_expires_at": iso(authorisation.code_expires_at),
        "confirmed_at": iso(authorisation.confirmed_at),
        "valid_until": iso(authorisation.valid_until),
        "ended_at": iso(authorisation.ended_at),
        "ended_by": authorisation.ended_by,
        "document_path": _document_path(authorisation),
        "may": _may(authorisation, mine, shown),
        "cases": [_case(case, rulebook, today) for case in shown],
        "acts": _acts(acts, authorisation) if shown else [],
    }


def invitation_view(authorisation: Authorisation, terms: AuthorisationTerms, rulebook: Rulebook, *, mine: bool) -> View:
    """What the link shows to the one who is asked; `authorisation_id` once she is one of its two people."""
    return {
        "authorisation_id": str(authorisation.id) if mine else None,
        "asked_side": authorisation.asked_side,
        **_said(authorisation, terms, rulebook),
        "terms_version": authorisation.terms_version,
        "expires_at": iso(authorisation.code_expires_at),
    }


def home_row(row: Mapping[str, Any], actor: Actor, rulebook: Rulebook, today: date) -> View:
    """One line of the home page: whom she helps or who helps her, by masked names, and the case."""
    mine = Side.HELPER if row["helper_id"] == actor.id else Side.APPLICANT
    other = row["applicant_name_masked"] if mine is Side.HELPER else row["helper_name_masked"]
    state = AuthorisationState(row["state"])
    return {
        "id": str(row["id"]),
        "state": state,
        "state_label": AUTHORISATION_STATE_LABELS[state],
        "my_side": mine,
        "other_name": other,
        "relation_label": RELATION_LABELS[Relation(row["relation"])],
        "asked_at": iso(row["asked_at"]),
        "confirmed_at": iso(row["confirmed_at"]),
        "code_expires_at": iso(row["code_expires_at"]),
        "case": case_summary(_case_of(row), rulebook, today) if row["case_id"] else None,
    }


def _case_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The case beside an authorisation, as screens.py has a case by itself."""
    named = {"id": "case_id", "number": "case_number", "state": "case_state", "changed_at": "case_changed_at"}
    return {**{name: row[column] for name, column in named.items()}, "promise": row["promise"]}


def staff_row(authorisation: Authorisation, case: Case) -> View:
    """An authorisation as the window sees it: masked; document and phone are looked at on the record."""
    parties = authorisation.parties
    return {
        "id": str(authorisation.id),
        "state": authorisation.state,
        "state_label": AUTHORISATION_STATE_LABELS[authorisation.state],
        "helper_name": mask_name(parties.helper_name),
        "helper_phone": mask_phone(parties.helper_phone or ""),
        "relation_label": RELATION_LABELS[authorisation.relation],
        "confirmed_at": iso(authorisation.confirmed_at),
        "valid_until": iso(authorisation.valid_until),
        "ended_at": iso(authorisation.ended_at),
        "ended_by": authorisation.ended_by,
        "name_matches": same_name(parties.applicant_name, case.answers.get("name", "")),
        "document_path": f"/api/review/cases/{case.id}/authorisations/{authorisation.id}/document",
        "document_sha256": authorisation.document.sha256 if authorisation.document else None,
    }


# ── parts ────────────────────────────────────────────────────────────────────────────────────


def _said(authorisation: Authorisation, terms: AuthorisationTerms, rulebook: Rulebook) -> View:
    """Both names whole: the two sign under them. The phone is masked."""
    parties, relation, items = authorisation.parties, authorisation.relation, items_said(rulebook)
    return {
        "relation": relation,
        "relation_label": RELATION_LABELS[relation],
        "applicant_name": parties.applicant_name,
        "helper_name": parties.helper_name,
        "helper_phone": mask_phone(parties.helper_phone) if parties.helper_phone else None,
        "title": terms.title,
        "paragraphs": list(terms.said(parties, relation, items)),
        "helper_title": terms.helper_title,
        "helper_paragraphs": list(terms.said_to_helper(parties, relation, items)),
    }


def _document_path(authorisation: Authorisation) -> str | None:
    return f"/api/filing/authorisations/{authorisation.id}/document" if authorisation.document else None


def _may(authorisation: Authorisation, mine: Side, cases: Sequence[Case]) -> list[str]:
    if authorisation.state is AuthorisationState.ASKED:
        return ["send_again", "revoke"] if mine is authorisation.begun_by else []
    if not authorisation.is_active:
        return []
    return ["start", "revoke"] if mine is Side.HELPER and not cases else ["revoke"]


def _case(case: Case, rulebook: Rulebook, today: date) -> View:
    row = {"id": case.id, "number": case.number, "state": case.state, "changed_at": case.changed_at}
    return case_summary({**row, "promise": next_promise(case)}, rulebook, today)


def _acts(events: Iterable[Mapping[str, Any]], authorisation: Authorisation) -> list[View]:
    """What the helper did, the newest first; the same thing done again and again on one day is one line."""
    own = [e for e in events if e["actor_id"] == authorisation.helper_id and e["action"] in DONE_FOR_HER]
    lines = []
    for (title, _), group in groupby(own, key=_same_day):
        moments = [each["at"] for each in group]
        lines.append({"at": iso(moments[-1]), "title": title, "times": len(moments)})
    return lines[::-1]


def _same_day(event: Mapping[str, Any]) -> tuple[str, object]:
    at: datetime = event["at"]
    return DONE_FOR_HER[event["action"]], local_date(at)
