"""Versions of the policy: each is kept when it is taken up, and a case is read by the one it was submitted under."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.actors import SYSTEM
from backend.domain.audit import AuditEntry
from backend.domain.case import Case, State
from backend.domain.errors import NotFound
from backend.domain.evaluation import Evaluation, differences, evaluate, figures_of
from backend.domain.notices import NoticeEvent
from backend.domain.people import Month
from backend.domain.rulebook import Rulebook, VersionUnreadable
from backend.services.announcements import Announcements
from backend.services.ports import Clock, PolicyVersion, ReadPolicy, Store, Transaction
from backend.services.rules_view import VersionTold
from backend.services.wording import local_date

LOG = logging.getLogger(__name__)
AT_A_TIME = 200
CHANGED = NoticeEvent.POLICY_CHANGED  # the line in a draft's history has the same name


class ReplayOutcome(StrEnum):
    """How a replay ends; the values are what the command says."""

    SAME = "same"
    DIFFERENT = "different"
    VERSION_MISSING = "version missing"
    VERSION_UNREADABLE = "version unreadable"
    NOTHING_KEPT = "nothing kept"  # submitted before answers were kept
    NOT_THERE = "no such case"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One case answered again. `where`: what differs (`answer`, keys of checks), or why its version cannot be read."""

    number: str
    outcome: ReplayOutcome
    content_hash: str
    where: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether somebody has to look into it."""
        return self.outcome not in (ReplayOutcome.SAME, ReplayOutcome.NOTHING_KEPT)


class PolicyVersions:
    """The version this process runs with, and every one that was kept before; each is parsed once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        rulebook: Rulebook,
        announcements: Announcements,
        files: Mapping[str, str],
        read: ReadPolicy,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rulebook = rulebook
        self._announcements = announcements
        self._files = files
        self._read = read
        self._parsed = {rulebook.content_hash: rulebook}
        self.at_a_time = AT_A_TIME
        self._kept_at: dict[str, datetime] = {}

    def take_up(self) -> bool:
        """Keeps this process's version; true when another was in force before, or none. Safe in every process."""
        ours = PolicyVersion(self._rulebook.content_hash, self._clock.now(), self._files)
        with self._store.begin() as tx:
            before = tx.policies.in_force()
            if before is not None and before.content_hash == ours.content_hash:
                return False
            change = tx.policies.take_up(ours)
            if before is not None:
                tx.jobs.defer(
                    "re_evaluate_drafts",
                    lock="re_evaluate_drafts",
                    change=change.id,
                    old=before.content_hash,
                    new=change.content_hash,
                )
            return True

    # ── replay ───────────────────────────────────────────────────────────────────────────

    def replay(self, numbers: Sequence[str] | None = None) -> Iterator[Replayed]:
        """Answers cases again by the version each stored, and compares; of these numbers, or of every case."""
        if numbers is not None:
            yield from map(self._replay_number, numbers)
            return
        after = ""
        while True:
            with self._store.begin() as tx:
                case_ids = tx.cases.numbered_after(after, self.at_a_time)
                found = [self._replay(tx, tx.cases.read(case_id)) for case_id in case_ids]
            yield from found
            if not found:
                return
            after = found[-1].number

    def _replay_number(self, number: str) -> Replayed:
        with self._store.begin() as tx:
            case_id = tx.cases.by_number(number)
            if case_id is None:
                return Replayed(number, ReplayOutcome.NOT_THERE, "")
            return self._replay(tx, tx.cases.read(case_id))

    def _replay(self, tx: Transaction, case: Case) -> Replayed:
        number, content_hash = case.number or "", case.policy_hash or ""
        if case.evaluation is None:
            return Replayed(number, ReplayOutcome.NOTHING_KEPT, content_hash)
        try:
            rulebook = self.rulebook(tx, content_hash)
        except NotFound:
            return Replayed(number, ReplayOutcome.VERSION_MISSING, content_hash)
        except VersionUnreadable as fault:
            return Replayed(number, ReplayOutcome.VERSION_UNREADABLE, content_hash, (str(fault),))
        again = evaluate(rulebook, case.answers, case.evaluation.filing_month)
        found = differences(case.evaluation, again)
        return Replayed(number, ReplayOutcome.DIFFERENT if found else ReplayOutcome.SAME, content_hash, found)

    # ── a changed policy ─────────────────────────────────────────────────────────────────

    def re_evaluate_drafts(self, change: int, old: str, new: str) -> int:
        """Answers every draft under the version before a change and the one after it, as of today.

        Whose answer differs is told once, and the case's history says so; returns how many were. May be run again.
        """
        month = Month.of(self._clock.today())
        with self._store.begin() as tx:
            try:
                versions = (self.rulebook(tx, old), self.rulebook(tx, new))
            except VersionUnreadable as fault:
                LOG.warning("drafts are not compared with a version this release cannot read: %s", fault)
                return 0
        told, after = 0, None
        while True:
            with self._store.begin() as tx:
                found = tx.cases.drafts_after(after, self.at_a_time)
            for draft in found:
                told += self._re_evaluate(draft.case_id, versions, month, change)
            if not found:
                return told
            after = found[-1].applicant_id

    def _re_evaluate(self, case_id: UUID, versions: tuple[Rulebook, Rulebook], month: Month, change: int) -> bool:
        """One draft in a transaction of its own; true when its owner was told now."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            if case.state is not State.DRAFT:
                return False
            before, now = (figures_of(version.eligibility(case.answers, month)) for version in versions)
            if before == now or before == figures_of(None) or _was_told(tx, case_id, change):
                return False
            facts = {"change": change, "policy_hash": versions[1].content_hash}
            entry = AuditEntry(case_id, at, SYSTEM.id, SYSTEM.role, SYSTEM.name, CHANGED, facts=facts)
            tx.audit.append(entry)  # the case's own row stays as it is: she may be writing in it
            self._announcements.announce(tx, case, CHANGED, at)
            return True

    # ── the versions themselves ──────────────────────────────────────────────────────────

    def rulebook(self, tx: Transaction, content_hash: str) -> Rulebook:
        """The rulebook of a version. Raises NotFound when it was never kept, VersionUnreadable."""
        if content_hash not in self._parsed:
            self._parsed[content_hash] = self._read(tx.policies.get(content_hash).files)
        return self._parsed[content_hash]

    def evaluation_of(self, tx: Transaction, case: Case) -> Evaluation:
        """What was answered at the submission; for a case from before answers were kept, what its rules say now."""
        if case.evaluation is not None:
            return case.evaluation
        month = Month.of(local_date(case.submitted_at or self._clock.now()))
        return evaluate(self.rulebook_of(tx, case), case.answers, month)

    def told_of(self, tx: Transaction, case: Case) -> VersionTold:
        """Which version a case rests on, for a clerk."""
        content_hash = case.policy_hash or self._rulebook.content_hash
        return VersionTold(content_hash, self._since(tx, content_hash), content_hash == self._rulebook.content_hash)

    def _since(self, tx: Transaction, content_hash: str) -> datetime | None:
        if content_hash not in self._kept_at:
            kept_at = tx.policies.kept_at(content_hash)
            if kept_at is None:
                return None
            self._kept_at[content_hash] = kept_at
        return self._kept_at[content_hash]

    def rulebook_of(self, tx: Transaction, case: Case) -> Rulebook:
        """The rules a case was submitted under: policy, questions, materials, items. Of today are the calendar, for
        working days are counted by the newest notice, and what the offices and the window say and do now.

        Today's rules for a draft, and where its own cannot be had any more.
        """
        if case.policy_hash is None or case.policy_hash == self._rulebook.content_hash:
            return self._rulebook
        try:
            return self._with_todays_offices(self.rulebook(tx, case.policy_hash))
        except (NotFound, VersionUnreadable):
            return self._rulebook

    def _with_todays_offices(self, kept: Rulebook) -> Rulebook:
        ours = self._rulebook
        return replace(
            kept,
            calendar=ours.calendar,
            offices=ours.offices,
            service_centre=ours.service_centre,
            consents=ours.consents,
            guide=ours.guide,
            checks=ours.checks,
            promises=ours.promises,
            refusal=ours.refusal,
        )


def _was_told(tx: Transaction, case_id: UUID, change: int) -> bool:
    """Whether the draft's history says already that this change made a difference."""
    links = tx.audit.chain(case_id)
    return any(each.entry.action == CHANGED and each.entry.facts["change"] == change for each in links)
