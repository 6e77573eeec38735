"""请核对: what a machine noticed on a case's photos, said to the applicant before she submits, to the clerk after.

Nothing waits for it and nothing is refused by it. What it notices: domain/findings.py, its words: finding_words.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from backend.domain.actors import ROLE_LABELS, Actor
from backend.domain.audit import AuditEntry
from backend.domain.boxes import Box
from backend.domain.case import EDITABLE, STATE_LABELS, Case, PhotoState, State
from backend.domain.errors import ActionNotAllowed, HeldByAnother, NotFound
from backend.domain.findings import (
    Dismissal,
    Finding,
    FindingKind,
    FindingVerdict,
    KindCount,
    Readings,
    count_waiting,
    findings,
)
from backend.domain.lookalikes import Twin
from backend.domain.materials import Checklist, Slot, Whose
from backend.domain.printed_addresses import area_of
from backend.domain.reading import FieldKey, Reading, ReadingState
from backend.domain.rulebook import Rulebook
from backend.services.finding_words import KIND_LABELS, hers, place_label, staffs
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Seals, Store, Transaction
from backend.services.slot_views import is_editable
from backend.services.wording import iso

View = dict[str, Any]

REPORTED = timedelta(days=400)  # some thirteen months: this month beside the same one a year ago
CARD_SURE = 0.7  # what she is only asked to confirm may be a little less sure
CARD_FIELDS = (FieldKey.NAME, FieldKey.ID_NUMBER, FieldKey.BIRTH_DATE, FieldKey.SEX, FieldKey.ADDRESS)

# What is written to the audit trail here, and how people read it.
ACT_LABELS = {"finding_dismissed": "核对过照片提示", "finding_judged": "判断照片提示"}


class Findings:
    """What is noticed, to whom it is said, and what they answer."""

    def __init__(
        self, *, store: Store, clock: Clock, seals: Seals, rulebook: Rulebook, policy_versions: PolicyVersions
    ) -> None:
        self._store = store
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._versions = policy_versions

    # ── the applicant ────────────────────────────────────────────────────────────────────────

    def to_her(self, actor: Actor, case_id: UUID) -> View:
        """What she may want to look at again, while she may still change it, and how many photos are being read.

        Raises NotFound.
        """
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
            case.must_belong_to(actor)
            slots = self._rulebook.checklist(case.answers)
            readings = tx.readings.of_case(case_id)
            found = self._hers(tx, case, slots, readings)
            dismissed = tx.findings.dismissals(case_id)
        by_key = {slot.key: slot for slot in slots}
        return {
            "reading": {"waiting": count_waiting(case, slots, readings)},
            "findings": [
                {
                    "key": each.key,
                    "kind": each.kind,
                    **_placed(each, by_key),
                    **hers(each, case, by_key),
                    "question_page": self._page_of(each, case),
                    "dismissed": self._is_dismissed(each, dismissed),
                }
                for each in found
            ],
        }

    def dismiss(self, actor: Actor, case_id: UUID, finding_key: str) -> None:
        """照片上就是这样、核对过了: she is not asked again while both values stay.

        Raises NotFound, ActionNotAllowed.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            actor = case.must_belong_to(actor)
            case.must_be_editable("核对照片")
            slots = self._rulebook.checklist(case.answers)
            finding = _with_key(self._hers(tx, case, slots, tx.readings.of_case(case_id)), finding_key)
            if self._is_dismissed(finding, tx.findings.dismissals(case_id)):
                return
            tx.findings.dismiss(case_id, Dismissal(finding.key, self._about(finding), actor.role, at))
            tx.audit.append(_entry(case, actor, at, "finding_dismissed", finding, {}))

    def card(self, actor: Actor, case_id: UUID) -> View:
        """What stands on the ID card she photographed first, for her to confirm; nothing of it is an answer yet.

        `state`: none while there is no such photo. Raises NotFound.
        """
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
            case.must_belong_to(actor)
            photo = next(
                (
                    photo
                    for photo in case.photos.values()
                    if (photo.slot_key, photo.part_key, photo.state) == ("id_card", "front", PhotoState.READY)
                ),
                None,
            )
            reading = tx.readings.get(photo.id) if photo else None
        fields = {key.value: _on_the_card(reading, key) for key in CARD_FIELDS}
        address = fields["address"]
        return {
            "state": _card_state(photo is not None, reading),
            **fields,
            "area": area_of(address, self._rulebook.graph.district) if address else None,
        }

    # ── the window ───────────────────────────────────────────────────────────────────────────

    def to_staff(self, case_id: UUID) -> View:
        """Everything noticed, masked, with what she and the clerk said to it. What was shown is remembered as said.

        Raises NotFound.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            rulebook = self._versions.rulebook_of(tx, case)
            slots = rulebook.checklist(case.answers)
            readings = tx.readings.of_case(case_id)
            found = self._found(tx, case, slots, readings)
            if case.state is State.IN_REVIEW:
                tx.findings.said(case_id, found, at)
            dismissed, verdicts = tx.findings.dismissals(case_id), tx.findings.verdicts(case_id)
            others = {each.other_case_id: tx.cases.read(each.other_case_id) for each in found if each.other_case_id}
        by_key = {slot.key: slot for slot in slots}
        views = []
        for each in found:
            said = dismissed.get(each.key) if self._is_dismissed(each, dismissed) else None
            views.append(
                {
                    "key": each.key,
                    "kind": each.kind,
                    "kind_label": KIND_LABELS[each.kind],
                    **_placed(each, by_key),
                    **staffs(each, case, by_key),
                    "question_key": each.question_key,
                    "box": _box(each.box),
                    "photo": _photo_view(case, each.photo_id, each.box),
                    "other_photo": _other_photo(each, case, others),
                    "applicant_said": {"role_label": ROLE_LABELS[said.by_role], "at": iso(said.at)} if said else None,
                    "verdict": _verdict(verdicts.get(each.key)),
                }
            )
        return {"reading": {"waiting": count_waiting(case, slots, readings)}, "findings": views}

    def judge(self, actor: Actor, case_id: UUID, finding_key: str, *, is_right: bool) -> View:
        """The clerk's 对 or 不对, under her lease; saying the same again changes nothing.

        Raises NotFound, HeldByAnother, ActionNotAllowed.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if case.state is not State.IN_REVIEW:
                raise ActionNotAllowed(state=STATE_LABELS[case.state], action="判断照片提示")
            _must_hold(tx, actor, case_id, at)
            slots = self._versions.rulebook_of(tx, case).checklist(case.answers)
            finding = _with_key(self._found(tx, case, slots, tx.readings.of_case(case_id)), finding_key)
            before = tx.findings.verdicts(case_id).get(finding_key)
            if before is None or before.is_right != is_right:
                verdict = FindingVerdict(finding_key, is_right, actor.id, actor.name, at)
                tx.findings.judge(case_id, finding, verdict)
                tx.audit.append(_entry(case, actor, at, "finding_judged", finding, {"is_right": is_right}))
        return self.to_staff(case_id)

    # ── the report ───────────────────────────────────────────────────────────────────────────

    def accuracy(self) -> View:
        """By kind, and by month and kind: how often it was said, right, wrong, not judged. No case is named."""
        with self._store.begin() as tx:
            counts = tx.findings.counts(self._clock.now() - REPORTED)
        months = sorted({each.month for each in counts}, reverse=True)
        return {
            "kinds": _count_views(_summed(counts)),
            "months": [{"month": m, "kinds": _count_views([c for c in counts if c.month == m])} for m in months],
        }

    # ── what the above share ─────────────────────────────────────────────────────────────────

    def _submitted(self, tx: Transaction, case_id: UUID) -> Case:
        case = tx.cases.read(case_id)
        if case.number is None:
            raise NotFound
        return case

    def _found(self, tx: Transaction, case: Case, slots: Checklist, readings: Readings) -> tuple[Finding, ...]:
        counties = [place.name for place in self._rulebook.graph.district.also_written_as]
        return findings(case, slots, readings, self._twins(tx, case, readings), counties)

    def _hers(self, tx: Transaction, case: Case, slots: Checklist, readings: Readings) -> list[Finding]:
        """Of a returned case only what she may change."""
        if case.state not in EDITABLE:
            return []
        editable = {slot.key for slot in slots if is_editable(slot, case)}
        return [each for each in self._found(tx, case, slots, readings) if each.slot_key in editable]

    def _twins(self, tx: Transaction, case: Case, readings: Readings) -> list[Twin]:
        """Photos of other people's cases, each with what was read on it where the picture alone does not decide."""
        whose = {rule.slot.key: rule.slot.whose for rule in self._rulebook.materials.rows}
        return [
            Twin(
                each.photo_id,
                each.other_photo_id,
                each.other_case_id,
                whose.get(each.other_slot_key, Whose.HERS),
                each.is_exact,
                None if each.is_exact else tx.readings.get(each.other_photo_id),
            )
            for each in tx.findings.lookalikes(case.id)
            if each.is_exact or each.photo_id in readings
        ]

    def _page_of(self, finding: Finding, case: Case) -> str | None:
        """The page she mends her answer on, when it is one she may change."""
        if finding.question_key is None or finding.kind is not FindingKind.DIFFERS:
            return None
        pages = self._rulebook.graph.walk(case.answers).pages
        return next((a.page.key for a in pages if any(q.key == finding.question_key for q in a.questions)), None)

    def _about(self, finding: Finding) -> bytes:
        return self._seals.index(f"{finding.key}\n{finding.read}\n{finding.typed}")

    def _is_dismissed(self, finding: Finding, dismissed: Mapping[str, Dismissal]) -> bool:
        known = dismissed.get(finding.key)
        return known is not None and known.about == self._about(finding)


def _with_key(found: Sequence[Finding], key: str) -> Finding:
    """Raises NotFound."""
    for each in found:
        if each.key == key:
            return each
    raise NotFound("这一条提示已经没有了，请刷新页面。")


def _must_hold(tx: Transaction, actor: Actor, case_id: UUID, at: datetime) -> None:
    held = tx.claims.live(case_id, at)
    if held is None or held.staff_id != actor.id:
        name, until = (held.staff_name, held.expires_at.isoformat()) if held else ("现在没有人", None)
        detail = None if held else "领取的时间过了，请重新领取这一件。"
        raise HeldByAnother(detail, holder_name=name, expires_at=until)


def _placed(finding: Finding, slots: Mapping[str, Slot]) -> View:
    return {
        "slot_key": finding.slot_key,
        "part_key": finding.part_key,
        "place_label": place_label(finding, slots),
        "photo_id": str(finding.photo_id),
    }


def _box(box: Box | None) -> View | None:
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom} if box else None


def _photo_view(case: Case, photo_id: UUID, box: Box | None = None) -> View:
    photo = case.photo(photo_id)
    path = f"/api/review/cases/{case.id}/photos/{photo.id}"
    return {
        "id": str(photo.id),
        "image_path": f"{path}/image",
        "thumbnail_path": f"{path}/thumbnail",
        "crop_path": f"{path}/crop?{urlencode(asdict(box))}" if box else None,
        "turn": photo.turn or 0,
    }


def _other_photo(finding: Finding, case: Case, others: Mapping[UUID, Case]) -> View | None:
    """The photo it is compared with, and where that is: in this case, or in which other one."""
    if finding.other_photo_id is None:
        return None
    other = others[finding.other_case_id] if finding.other_case_id else None
    if other is not None and finding.other_photo_id not in other.photos:
        return None  # replaced at this moment
    return {**_photo_view(other or case, finding.other_photo_id), "case_number": other.number if other else None}


def _verdict(verdict: FindingVerdict | None) -> View | None:
    if verdict is None:
        return None
    return {"is_right": verdict.is_right, "by": verdict.by_name, "at": iso(verdict.at)}


def _card_state(has_photo: bool, reading: Reading | None) -> str:
    if not has_photo:
        return "none"
    return reading.state if reading else ReadingState.GAVE_UP


def _on_the_card(reading: Reading | None, key: FieldKey) -> str | None:
    found = reading.value(key) if reading else None
    return found.value if found is not None and found.confidence >= CARD_SURE else None


def _summed(counts: Sequence[KindCount]) -> list[KindCount]:
    by_kind = {kind: [each for each in counts if each.kind is kind] for kind in FindingKind}
    return [
        KindCount("", kind, sum(c.said for c in of), sum(c.right for c in of), sum(c.wrong for c in of))
        for kind, of in by_kind.items()
    ]


def _count_views(counts: Sequence[KindCount]) -> list[View]:
    return [
        {
            "kind": each.kind,
            "label": KIND_LABELS[each.kind],
            "said": each.said,
            "right": each.right,
            "wrong": each.wrong,
            "unjudged": each.unjudged,
            "precision_percent": each.precision_percent,
        }
        for each in counts
    ]


def _entry(
    case: Case, actor: Actor, at: datetime, action: str, finding: Finding, facts: Mapping[str, Any]
) -> AuditEntry:
    return AuditEntry(
        case_id=case.id,
        at=at,
        actor_id=actor.id,
        actor_role=actor.role,
        actor_name=actor.name,
        action=action,
        subject=f"slot:{finding.slot_key}/{finding.part_key}",
        facts={"finding": finding.key, **facts},
    )
