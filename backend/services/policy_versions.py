"""Versions of the policy: each is kept when it is taken up, and a case is read by the one it was submitted under."""

from collections.abc import Mapping
from dataclasses import replace

from backend.domain.case import Case
from backend.domain.errors import NotFound
from backend.domain.rulebook import Rulebook, VersionUnreadable
from backend.services.ports import Clock, PolicyVersion, ReadPolicy, Store, Transaction


class PolicyVersions:
    """The version this process runs with, and every one that was kept before; each is parsed once."""

    def __init__(
        self, *, store: Store, clock: Clock, rulebook: Rulebook, files: Mapping[str, str], read: ReadPolicy
    ) -> None:
        self._store = store
        self._clock = clock
        self._rulebook = rulebook
        self._files = files
        self._read = read
        self._parsed = {rulebook.content_hash: rulebook}

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

    def rulebook(self, tx: Transaction, content_hash: str) -> Rulebook:
        """The rulebook of a version. Raises NotFound when it was never kept, VersionUnreadable."""
        if content_hash not in self._parsed:
            self._parsed[content_hash] = self._read(tx.policies.get(content_hash).files)
        return self._parsed[content_hash]

    def rulebook_of(self, tx: Transaction, case: Case) -> Rulebook:
        """The rules a case was submitted under, with today's calendar: working days are counted by the newest notice.

        Today's rules for a draft, and where its own cannot be had any more.
        """
        if case.policy_hash is None or case.policy_hash == self._rulebook.content_hash:
            return self._rulebook
        try:
            return replace(self.rulebook(tx, case.policy_hash), calendar=self._rulebook.calendar)
        except (NotFound, VersionUnreadable):
            return self._rulebook
