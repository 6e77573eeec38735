"""The audit chain: whatever is changed, taken out, put in or moved shows, at its place."""

import hashlib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.audit import GENESIS, AuditEntry, AuditLink, canonical, first_broken, link

CASE_ID = UUID(int=7)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
MOMENTS = st.datetimes(timezones=st.just(UTC))
FACTS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS, max_size=3)
ENTRIES = st.builds(
    AuditEntry,
    case_id=st.just(CASE_ID),
    at=MOMENTS,
    actor_id=st.uuids(),
    actor_role=st.sampled_from(["applicant", "clerk"]),
    actor_name=WORDS,
    action=WORDS,
    subject=st.none() | WORDS,
    reason=st.none() | WORDS,
    facts=FACTS,
)
CHAINS = st.lists(ENTRIES, min_size=2, max_size=6)


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def chained(entries: list[AuditEntry]) -> list[AuditLink]:
    links: list[AuditLink] = []
    for seq, entry in enumerate(entries, start=1):
        links.append(link(entry, seq, links[-1].digest if links else GENESIS, digest))
    return links


def an_entry() -> AuditEntry:
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    return AuditEntry(CASE_ID, at, UUID(int=2), "clerk", "陈窗口", "judge", None, None, {"slot:id_card": "pass"})


@given(CHAINS)
def test_an_untouched_chain_holds(entries: list[AuditEntry]) -> None:
    assert first_broken(chained(entries), digest) is None


# fmt: off
CHANGES: dict[str, Any] = {
    "case_id":    uuid4(),
    "at":         datetime(2026, 11, 24, 2, 0, 0, 1, tzinfo=UTC),
    "actor_id":   uuid4(),
    "actor_role": "supervisor",
    "actor_name": "陈窗囗",
    "action":     "look",
    "subject":    "id_number",
    "reason":     "",
    "facts":      {"slot:id_card": "fail"},
}
# fmt: on


def test_every_field_of_an_entry_is_under_the_hash() -> None:
    assert set(CHANGES) == {field.name for field in fields(AuditEntry)}


@pytest.mark.parametrize("changed", CHANGES)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_changed_field_is_found_at_its_link(changed: str, place: int) -> None:
    links = chained([an_entry()] * 3)

    entry = replace(an_entry(), **{changed: CHANGES[changed]})
    links[place - 1] = replace(links[place - 1], entry=entry)

    assert first_broken(links, digest) == place


@given(CHAINS, st.data())
def test_a_link_rewritten_with_a_digest_of_its_own_is_found_at_the_next(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    links = chained(entries)
    place = data.draw(st.integers(1, len(links) - 1))

    before = links[place - 1]
    forged = replace(before.entry, action=before.entry.action + "，改过")
    links[place - 1] = link(forged, before.seq, before.previous, digest)

    assert first_broken(links, digest) == place + 1


@given(CHAINS, st.data())
def test_a_link_taken_out_is_found_where_it_was(entries: list[AuditEntry], data: st.DataObject) -> None:
    links = chained(entries)
    place = data.draw(st.integers(1, len(links) - 1))

    del links[place - 1]

    assert first_broken(links, digest) == place


@given(CHAINS, st.data())
def test_a_link_taken_out_is_found_even_when_the_rest_is_numbered_anew(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    links = chained(entries)
    place = data.draw(st.integers(1, len(links) - 1))

    del links[place - 1]
    numbered = [replace(each, seq=seq) for seq, each in enumerate(links, start=1)]

    assert first_broken(numbered, digest) == place


@given(CHAINS, st.data())
def test_links_that_changed_places_are_found_at_the_first_of_them(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    links = chained(entries)
    one, other = sorted(data.draw(st.sets(st.integers(0, len(links) - 1), min_size=2, max_size=2)))

    links[one], links[other] = links[other], links[one]

    assert first_broken(links, digest) == one + 1


@given(CHAINS, ENTRIES, st.data())
def test_a_link_put_in_is_found_where_it_was_put(
    entries: list[AuditEntry], more: AuditEntry, data: st.DataObject
) -> None:
    links = chained(entries)
    place = data.draw(st.integers(0, len(links) - 1))

    previous = links[place - 1].digest if place else GENESIS
    links.insert(place, link(more, place + 1, previous, digest))

    found = first_broken(links, digest)
    assert found is not None
    assert found == place + 2


def test_a_moment_is_the_same_in_every_zone() -> None:
    shanghai = timezone(timedelta(hours=8))
    there = replace(an_entry(), at=an_entry().at.astimezone(shanghai))

    assert canonical(there, 1) == canonical(an_entry(), 1)


def test_what_is_hashed_can_be_written_down_again_by_anyone() -> None:
    assert canonical(an_entry(), 3).decode() == (
        '{"action":"judge","actor_id":"00000000-0000-0000-0000-000000000002","actor_name":"陈窗口",'
        '"actor_role":"clerk","at":"2026-11-24T02:00:00.000000+00:00",'
        '"case_id":"00000000-0000-0000-0000-000000000007","facts":{"slot:id_card":"pass"},"reason":null,"seq":3,'
        '"subject":null}'
    )
