"""What identifies a person is sealed, opens in its own place and unchanged only, and stands nowhere in plain."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Result, column, select, table, text

from backend.adapters.db.sealed import Seal, SealBroken
from backend.adapters.db.store import PostgresStore, make_engine
from tests.builders import Town
from tests.domain.cases import AT, HER, LATER, a_case
from tests.domain.examples import answers

OLD, NEW, INDEX = ("k1", b"\1" * 16), ("k2", b"\2" * 16), b"\3" * 32
SEAL = Seal([OLD], INDEX)
PLACE = "cases.answers:1"
CONTENT = {"name": "王秀兰", "contribution_months": 312, "household_area": {"town": "营田镇"}, "spouse": None}
SEALED = SEAL.seal(CONTENT, PLACE)


def test_a_sealed_value_opens_in_its_place() -> None:
    assert SEAL.open(SEALED, PLACE) == CONTENT


def test_what_is_sealed_cannot_be_read_and_never_looks_the_same_twice() -> None:
    again = SEAL.seal(CONTENT, PLACE)

    assert "王秀兰".encode() not in SEALED
    assert again != SEALED


def test_a_value_that_was_moved_does_not_open() -> None:
    with pytest.raises(SealBroken, match=r"cases\.answers"):
        SEAL.open(SEALED, "cases.answers:2")


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_value_with_any_byte_changed_does_not_open(place: int, by: int) -> None:
    changed = bytearray(SEALED)
    changed[place] ^= by

    with pytest.raises(SealBroken):
        SEAL.open(bytes(changed), PLACE)


@given(st.integers(0, len(SEALED) - 1))
def test_a_value_that_was_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        SEAL.open(SEALED[:length], PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    rotated = Seal([NEW, OLD], INDEX)

    assert rotated.open(SEALED, PLACE) == CONTENT
    assert rotated.key_id(rotated.seal(CONTENT, PLACE)) == "k2"
    assert rotated.key_id(SEALED) == "k1"


def test_a_value_of_a_key_that_is_not_ours_does_not_open() -> None:
    with pytest.raises(SealBroken, match="not configured"):
        Seal([NEW], INDEX).open(SEALED, PLACE)


def test_an_index_finds_equal_values_under_its_own_key_only() -> None:
    assert SEAL.index("430681197603120029") == Seal([NEW], INDEX).index("430681197603120029")
    assert SEAL.index("430681197603120029") != SEAL.index("430681197603120037")
    assert SEAL.index("430681197603120029") != Seal([OLD], b"\4" * 32).index("430681197603120029")


def test_the_digest_is_sm3() -> None:
    # GB/T 32905-2016, A.1
    assert SEAL.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


# ── in the database ──────────────────────────────────────────────────────────────────────────

WHOLE_DATABASE = """
SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'bytea', 'character varying', 'json')
"""


def places_of(town: Town, words: list[str]) -> set[tuple[str, str, str]]:
    """(table, column, word) wherever one of the words stands in plain, in any column of any table."""
    found = set()
    with town.store.engine.connect() as connection:
        for table_name, column_name in connection.execute(text(WHOLE_DATABASE)).all():
            rows: Result[Any] = connection.execute(select(column(column_name)).select_from(table(table_name)))
            for (value,) in rows.all():
                plain = value if isinstance(value, bytes) else str(value).encode()
                found |= {(table_name, column_name, word) for word in words if word.encode() in plain}
    return found


def test_after_a_whole_case_nothing_that_identifies_her_stands_anywhere_in_plain(town: Town) -> None:
    # Config, which is kept as well, has the usual name and address among its examples.
    unusual = {"name": "尉迟静姝", "delivery_name": "尉迟静姝", "delivery_address": "屈原管理区河市镇无名巷 7 号"}
    her = answers(**unusual)
    sensitive = ("name", "id_number", "phone", "bank_account", "delivery_name", "delivery_address", "delivery_phone")
    words = [*(str(her[key]) for key in sensitive), her["household_area"]["village"]]
    case_id = UUID(town.an_approved_case(**unusual)["id"])
    town.services.review.look(town.staff.clerk, case_id, "all", "核对银行账号")
    town.decide_every_item(case_id)

    assert places_of(town, words) == set()
    assert places_of(town, ["尉***"]) >= {("cases", "name_masked", "尉***")}


def test_a_case_is_sealed_with_the_newest_key_when_it_is_saved_again(emptied_database_url: str) -> None:
    engine = make_engine(emptied_database_url, pool_size=1)
    before, after = PostgresStore(engine, SEAL), PostgresStore(engine, Seal([NEW, OLD], INDEX))
    with before.begin() as tx:
        case = a_case(applicant_id=tx.people.sign_in("o-made-up-1", AT).id, answers=answers())
        tx.cases.add(case)

    with after.begin() as tx:
        loaded = tx.cases.load(case.id)
        loaded.answer({"name": "王桂兰"}, HER, LATER)
        tx.cases.save(loaded)

    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT answers FROM cases")).scalar_one()
    engine.dispose()
    assert SEAL.key_id(sealed) == "k2"
