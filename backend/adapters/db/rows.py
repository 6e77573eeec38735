"""Rows to the domain's values and back. Statements and transactions are in store.py."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.adapters.db.mark_rows import by_photo
from backend.adapters.db.sealed import Seal
from backend.domain.absences import Absence, AbsenceDecision, DecisionKind, Promise, PromiseState
from backend.domain.actors import Role
from backend.domain.authorisation import helper_actor
from backend.domain.case import (
    ActiveHelper,
    ActiveSitting,
    Case,
    Photo,
    PhotoState,
    ReturnRequest,
    Signature,
    SignatureKind,
    State,
)
from backend.domain.coaching import Coached, CoachFault
from backend.domain.evaluation import Evaluation
from backend.domain.people import Month, mask_name
from backend.domain.review import Check, Judgement, Opinion, Settlement, SettlementKind, Verdict
from backend.domain.routing import ItemState, Outcome, RoutedItem
from backend.domain.rule_checks import CheckOutcome, RuleCheck, RuleKey

Row = Mapping[Any, Any]


def moment(text: str | None) -> datetime | None:
    """A moment as PostgreSQL writes it into JSON."""
    return datetime.fromisoformat(text) if text else None


def day(text: str | None) -> date | None:
    """A date as PostgreSQL writes it into JSON."""
    return date.fromisoformat(text) if text else None


def photo(row: Row) -> Photo:
    return Photo(
        **{
            **row,
            "id": UUID(row["id"]),
            "state": PhotoState(row["state"]),
            "created_at": moment(row["created_at"]),
            "ready_at": moment(row["ready_at"]),
            "coach": coached(row["coach"]),
        }
    )


def coached(document: Row | None) -> Coached | None:
    if document is None:
        return None
    warnings = tuple(CoachFault(each) for each in document["warnings"])
    return Coached(document["scores"], warnings, document["insisted"])


def absence(row: Row) -> Absence:
    decided = DecisionKind(row["decided"]) if row["decided"] else None
    return Absence(row["slot_key"], row["reason"], datetime.fromisoformat(row["at"]), decided)


def absence_decision(row: Row) -> AbsenceDecision:
    days = {name: day(row[name]) for name in ("promised_on", "call_again_on")}
    parts = {"kind": DecisionKind(row["kind"]), "by_id": UUID(row["by_id"]), "at": moment(row["at"])}
    return AbsenceDecision(**{**row, **days, **parts})


def promise(row: Row) -> Promise:
    days = {name: day(row[name]) for name in ("granted_on", "promised_on", "remind_on")}
    moments = {name: moment(row[name]) for name in ("granted_at", "extended_at", "given_at", "settled_at")}
    return Promise(**{**row, **days, **moments, "state": PromiseState(row["state"]), "by_id": UUID(row["by_id"])})


def return_request(document: Row | None) -> ReturnRequest | None:
    if document is None:
        return None
    parts = {"lines": tuple(document["lines"]), "by_id": UUID(document["by_id"]), "at": moment(document["at"])}
    return ReturnRequest(**{**document, **parts})


def judgement(row: Row) -> Judgement:
    parts = {"verdict": Verdict(row["verdict"]), "by_id": UUID(row["by_id"]), "at": moment(row["at"])}
    return Judgement(**{**row, **parts})


def check(row: Row) -> Check:
    return Check(**{**row, "by_id": UUID(row["by_id"]), "at": moment(row["at"])})


def settlement(row: Row) -> Settlement:
    parts = {"kind": SettlementKind(row["kind"]), "by_id": UUID(row["by_id"]), "at": moment(row["at"])}
    return Settlement(**{**row, **parts})


def item(row: Row) -> RoutedItem:
    return RoutedItem(
        **{
            **row,
            "id": UUID(row["id"]),
            "state": ItemState(row["state"]),
            "routed_at": moment(row["routed_at"]),
            "due_on": date.fromisoformat(row["due_on"]) if row["due_on"] else None,
            "officer_id": UUID(row["officer_id"]) if row["officer_id"] else None,
            "accepted_at": moment(row["accepted_at"]),
            "decided_at": moment(row["decided_at"]),
            "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
        }
    )


def signature(document: Row | None) -> Signature | None:
    if document is None:
        return None
    role = Role(document.get("role", Role.APPLICANT))  # older ones are all her own
    kind = SignatureKind(document.get("kind", SignatureKind.HANDWRITTEN))
    signed_at = datetime.fromisoformat(document["signed_at"])
    return Signature(document["image_key"], document["sha256"], signed_at, role, kind)


def helper(document: Row | None) -> ActiveHelper | None:
    """Whom the applicant has authorised for this case, while it is in force."""
    if document is None:
        return None
    who = helper_actor(UUID(document["id"]), document["name"])
    return ActiveHelper(UUID(document["authorisation_id"]), who, document["applicant_name"])


def sitting(document: Row | None) -> ActiveSitting | None:
    """The clerk who fills in for her at the counter, until that ends."""
    return ActiveSitting(UUID(document["sitting_id"]), UUID(document["clerk_id"])) if document else None


def opinion(document: Row | None) -> Opinion | None:
    if document is None:
        return None
    at = datetime.fromisoformat(document["at"])
    return Opinion(document["text"], UUID(document["by_id"]), document["by_name"], at)


def document(value: Any) -> dict[str, Any] | None:
    """A small frozen value as JSON: UUIDs and moments as text."""
    if value is None:
        return None
    plain = asdict(value)
    return {
        k: str(v) if isinstance(v, UUID) else v.isoformat() if isinstance(v, datetime) else v for k, v in plain.items()
    }


def columns(value: Any) -> dict[str, Any]:
    """A frozen value as column values, enums as their wire values, what a phone said as JSON."""
    named = {f.name: getattr(value, f.name) for f in fields(value)}
    return {name: asdict(each) if isinstance(each, Coached) else each for name, each in named.items()}


def answers_place(case_id: UUID) -> str:
    return f"cases.answers:{case_id}"


def evaluation_place(case_id: UUID) -> str:
    return f"cases.evaluation:{case_id}"


def evaluation_document(value: Evaluation) -> dict[str, Any]:
    """What is sealed of an evaluation: it tells when she was born and how long she paid."""
    checks = [asdict(check) for check in value.checks]
    return {"filing_month": str(value.filing_month), "answer": dict(value.answer), "checks": checks}


def evaluation(document: Row) -> Evaluation:
    checks = tuple(
        RuleCheck(**{**check, "key": RuleKey(check["key"]), "outcome": CheckOutcome(check["outcome"])})
        for check in document["checks"]
    )
    return Evaluation(Month.parse(document["filing_month"]), document["answer"], checks)


def case(row: Row, seal: Seal) -> Case:
    """A whole case from the one row that store.py's LOAD returns."""
    return Case(
        id=row["id"],
        applicant_id=row["applicant_id"],
        created_at=row["created_at"],
        helper=helper(row["helper"]),
        sitting=sitting(row["sitting"]),
        state=State(row["state"]),
        version=row["version"],
        round=row["round"],
        number=row["number"],
        answers=seal.open(row["answers"], answers_place(row["id"])),
        signature=signature(row["signature"]),
        commitment_version=row["commitment_version"],
        policy_hash=row["policy_hash"],
        evaluation=evaluation(seal.open(row["evaluation"], evaluation_place(row["id"]))) if row["evaluation"] else None,
        planned_items=row["planned_items"],
        submitted_at=row["submitted_at"],
        review_due_on=row["review_due_on"],
        correction_note=row["correction_note"],
        corrected_at=row["corrected_at"],
        returns=row["returns"],
        return_request=return_request(row["return_request"]),
        mended=frozenset(row["mended"]),
        clerk_opinion=opinion(row["clerk_opinion"]),
        supervisor_opinion=opinion(row["supervisor_opinion"]),
        confirmed_age_months=row["confirmed_age_months"],
        closing_reason=row["closing_reason"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        photos={p.id: p for p in map(photo, row["photos"] or ())},
        returned_photos={p.id: p for p in map(photo, row["returned_photos"] or ())},
        marks=by_photo(row["marks"] or ()),
        absences={a.slot_key: a for a in map(absence, row["absences"] or ())},
        absence_decisions=tuple(map(absence_decision, row["absence_decisions"] or ())),
        promises={p.slot_key: p for p in map(promise, row["promises"] or ())},
        judgements={j.subject: j for j in map(judgement, row["judgements"] or ())},
        checks={c.key: c for c in map(check, row["checks"] or ())},
        settlements={s.rule_key: s for s in map(settlement, row["settlements"] or ())},
        items={i.id: i for i in map(item, row["items"] or ())},
    )


def case_columns(case: Case, seal: Seal) -> dict[str, Any]:
    """The case's own row. What identifies a person is sealed, indexed by HMAC, or masked."""
    id_number = case.answers.get("id_number")
    name = case.answers.get("name")
    area = case.answers.get("household_area")
    return {
        "applicant_id": case.applicant_id,
        "state": case.state,
        "round": case.round,
        "number": case.number,
        "answers": seal.seal(case.answers, answers_place(case.id)),
        "id_number_index": seal.index(id_number) if id_number else None,
        "name_masked": mask_name(name) if name else None,
        "town": area.get("town") if isinstance(area, Mapping) else None,
        "planned_items": list(case.planned_items),
        "signature": document(case.signature),
        "commitment_version": case.commitment_version,
        "policy_hash": case.policy_hash,
        "submitted_at": case.submitted_at,
        "review_due_on": case.review_due_on,
        "correction_note": case.correction_note,
        "corrected_at": case.corrected_at,
        "returns": case.returns,
        "return_request": document(case.return_request),
        "mended": sorted(case.mended),
        "clerk_opinion": document(case.clerk_opinion),
        "supervisor_opinion": document(case.supervisor_opinion),
        "confirmed_age_months": case.confirmed_age_months,
        "closing_reason": case.closing_reason,
        "changed_by": case.changed_by,
        "changed_at": case.changed_at or case.created_at,
    }


def sealed_evaluation(case: Case, seal: Seal) -> bytes | None:
    """The one column that is written only when a case is handed in: sealing it costs more than all the others."""
    if case.evaluation is None:
        return None
    return seal.seal(evaluation_document(case.evaluation), evaluation_place(case.id))
