"""Versions of config are kept once and for good, and read again as what they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import exc, text

from backend.adapters import policy_files
from backend.adapters.db.store import PostgresStore
from backend.domain.errors import NotFound
from backend.domain.rulebook import VersionUnreadable
from backend.services.ports import PolicyVersion
from tests.domain.cases import AT
from tests.domain.examples import CONFIG, rulebook

FILES = policy_files.files_of(CONFIG)
HASH = policy_files.hash_of(FILES)


def test_a_kept_version_is_the_very_same_rulebook(store: PostgresStore) -> None:
    with store.begin() as tx:
        tx.policies.take_up(PolicyVersion(HASH, AT, FILES))
    with store.begin() as tx:
        kept = tx.policies.get(HASH)

    read = policy_files.load_kept(kept.files)

    assert kept == PolicyVersion(HASH, AT, FILES)
    assert read == rulebook()
    assert read.content_hash == HASH


def test_a_version_taken_up_again_is_kept_once_and_in_force_again(store: PostgresStore) -> None:
    ours, other = PolicyVersion(HASH, AT, FILES), PolicyVersion("b" * 64, AT, {"a.yaml": "source: x\n"})
    with store.begin() as tx:
        changes = [tx.policies.take_up(each) for each in (ours, other, ours)]
    later = PolicyVersion(HASH, AT + timedelta(days=1), FILES)
    with store.begin() as tx:
        again = tx.policies.take_up(later)
        in_force = tx.policies.in_force()
        kept = tx.policies.get(HASH)

    assert [change.content_hash for change in changes] == [HASH, "b" * 64, HASH]
    assert in_force == again
    assert kept.kept_at == AT


def test_nothing_is_in_force_before_the_first_start(store: PostgresStore) -> None:
    with store.begin() as tx:
        assert tx.policies.in_force() is None
        with pytest.raises(NotFound):
            tx.policies.get(HASH)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE policy_versions SET files = '{}'",
        "DELETE FROM policy_changes",
        "UPDATE policy_changes SET taken_up_at = now()",
        "DELETE FROM policy_versions",
        "TRUNCATE policy_versions CASCADE",
    ],
)
def test_the_database_refuses_to_lose_a_version(store: PostgresStore, change: str) -> None:
    with store.begin() as tx:
        tx.policies.take_up(PolicyVersion(HASH, AT, FILES))

    with pytest.raises(exc.DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(change))


def test_a_version_this_release_cannot_read_says_where() -> None:
    broken = {**FILES, "policy/clock.yaml": "source: x\nname: clock\n"}

    with pytest.raises(VersionUnreadable, match=r"^policy/clock\.yaml:1: "):
        policy_files.load_kept(broken)
