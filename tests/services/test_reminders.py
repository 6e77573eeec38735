"""Reminders: one of a kind, told once on the day however often and however late the job runs, and dropped in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from backend.adapters.policy_files import load
from backend.adapters.wechat_wording import read_reminder_timing, read_wording
from backend.domain.actors import Actor
from backend.domain.errors import NotFound, NothingToRemindOf
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.reminders import ReminderKind, Stated
from backend.services.announcements import Announcements
from backend.services.reminders import Reminders
from tests.authorising import Family
from tests.builders import Town
from tests.domain.examples import CONFIG, id_number
from tests.racing import at_once

OPENS, NOTICE = ReminderKind.FILING_OPENS, ReminderKind.EARLY_NOTICE_DUE
# Of age in 2027-01, two months after the town's today.
A_MAN = {"id_number": id_number(date(1966, 8, 8), woman=False)}
A_MAN_STATED = Stated(Month(1966, 8), Category.MALE, 300)
FIRST_MORNING = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
# Men are of age the later the fewer births share a step: 4 by law.
BIRTHS_PER_STEP = {"later": 2, "nearer": 8}


def told(town: Town, who: Actor | None = None) -> list[tuple[str, str]]:
    """What she was told, oldest first: the title, and the page it opens."""
    messages = town.services.filing.home(who or town.applicant)["messages"]
    return [(message["title"], message["path"]) for message in reversed(messages)]


def live(town: Town, who: Actor | None = None) -> list[tuple[str, str, str]]:
    """Her reminders: kind, month, day."""
    found = town.services.reminders.mine(who or town.applicant)["reminders"]
    return [(each["kind"], each["month"], each["due_on"]) for each in found]


def a_draft(town: Town, **changes: Any) -> UUID:
    return UUID(town.an_answered_draft(**{**A_MAN, **changes})["id"])


def a_reminded_draft(town: Town, **changes: Any) -> UUID:
    case_id = a_draft(town, **changes)
    town.services.reminders.set_for_case(town.applicant, OPENS, case_id)
    return case_id


def under_a_reform(town: Town, folder: Path, reform: str) -> Reminders:
    """The town's reminders under rules by which men are of age later, or sooner."""
    config = folder / "config"
    copytree(CONFIG, config)
    file = config / "policy" / "retirement_age.yaml"
    by_law = "male:      {first_delayed_birth: 1965-01, births_per_step: 4"
    said = file.read_text(encoding="utf-8")
    assert by_law in said
    reformed = by_law.replace("step: 4", f"step: {BIRTHS_PER_STEP[reform]}")
    file.write_text(said.replace(by_law, reformed), encoding="utf-8")
    rules = load(config)
    words = Announcements(wording=read_wording(config), rulebook=rules)
    timing = read_reminder_timing(config)
    return Reminders(store=town.store, clock=town.clock, rulebook=rules, announcements=words, timing=timing)


# ── setting ──────────────────────────────────────────────────────────────────────────────────


def test_somebody_too_early_leaves_a_date_for_her_draft(town: Town) -> None:
    case_id = a_draft(town)

    view = town.services.reminders.set_for_case(town.applicant, OPENS, case_id)

    assert (view["month"], view["due_on"], view["case_id"]) == ("2027-01", "2027-01-01", str(case_id))
    assert view["text"] == "2027年1月1日在微信里告诉您。"
    assert live(town) == [("filing_opens", "2027-01", "2027-01-01")]


def test_setting_it_again_changes_nothing_and_another_takes_its_place(town: Town) -> None:
    case_id = a_draft(town)
    reminders = town.services.reminders

    first = reminders.set_for_case(town.applicant, OPENS, case_id)
    town.clock.move(hours=1)
    assert reminders.set_for_case(town.applicant, OPENS, case_id) == first
    for birth in (Month(1967, 8), Month(1967, 12)):
        reminders.set_for_estimate(town.applicant, OPENS, replace(A_MAN_STATED, birth=birth))

    # One about the draft, and one about none: the latest.
    assert live(town) == [("filing_opens", "2027-01", "2027-01-01"), ("filing_opens", "2028-09", "2028-09-01")]


def test_two_taps_at_once_leave_one_reminder(town: Town) -> None:
    at_once(*[lambda: town.services.reminders.set_for_estimate(town.applicant, OPENS, A_MAN_STATED)] * 4)

    assert live(town) == [("filing_opens", "2027-01", "2027-01-01")]


def test_the_notice_of_an_early_retirement_has_a_reminder_of_its_own(town: Town) -> None:
    early = Stated(Month(1973, 6), Category.FEMALE_55, 300, Month(2028, 10))

    view = town.services.reminders.set_for_estimate(town.applicant, NOTICE, early)
    town.services.reminders.set_for_estimate(town.applicant, OPENS, early)

    assert view["text"] == "最晚 2028年7月1日要书面告知。2028年6月17日在微信里告诉您。"
    assert live(town) == [("early_notice_due", "2028-10", "2028-06-17"), ("filing_opens", "2028-10", "2028-10-01")]


def test_what_is_open_already_needs_no_reminder(town: Town) -> None:
    case_id = a_draft(town, id_number=id_number(date(1976, 3, 12)))

    with pytest.raises(NothingToRemindOf):
        town.services.reminders.set_for_case(town.applicant, OPENS, case_id)


def test_a_draft_that_says_too_little_cannot_be_worked_out_yet(town: Town) -> None:
    with pytest.raises(NothingToRemindOf, match="填完"):
        town.services.reminders.set_for_case(town.applicant, OPENS, UUID(town.a_new_draft()["id"]))


def test_nobody_is_reminded_of_another_s_draft(town: Town) -> None:
    with pytest.raises(NotFound):
        town.services.reminders.set_for_case(town.another_applicant(), OPENS, a_draft(town))


# ── not wanted any more ──────────────────────────────────────────────────────────────────────


def test_a_cancelled_reminder_is_not_told(town: Town) -> None:
    case_id = a_reminded_draft(town)

    town.services.reminders.cancel(town.applicant, OPENS, None)
    assert len(live(town)) == 1
    for _ in range(2):
        town.services.reminders.cancel(town.applicant, OPENS, case_id)
    town.clock.at = FIRST_MORNING

    assert (town.services.reminders.tell_due(), live(town), told(town)) == (0, [], [])


def test_handing_the_case_in_ends_her_reminders(town: Town) -> None:
    view = town.a_ready_draft(**A_MAN)
    early = Stated(Month(1973, 6), Category.FEMALE_55, 300, Month(2028, 10))
    town.services.reminders.set_for_case(town.applicant, OPENS, UUID(view["id"]))
    town.services.reminders.set_for_estimate(town.applicant, NOTICE, early)

    town.clock.at = FIRST_MORNING
    town.submit(view)

    assert (live(town), town.services.reminders.tell_due()) == ([], 0)


def test_taking_the_case_back_ends_its_reminder(town: Town) -> None:
    case_id = a_reminded_draft(town)
    version = town.services.filing.view(town.applicant, case_id)["version"]

    town.services.filing.withdraw(town.applicant, case_id, version, "")

    assert live(town) == []


def test_another_answer_moves_the_day_and_one_that_opens_filing_ends_the_reminder(town: Town) -> None:
    case_id = a_reminded_draft(town)

    def answer_with(birth: date, *, woman: bool = False) -> None:
        view = town.services.filing.view(town.applicant, case_id)
        town.answer(view, "id_number", id_number=id_number(birth, woman=woman))

    answer_with(date(1966, 12, 8))
    moved = live(town)
    answer_with(date(1966, 3, 8))

    assert (moved, live(town)) == ([("filing_opens", "2027-06", "2027-06-01")], [])


def test_a_notice_that_was_given_needs_no_reminder_any_more(town: Town) -> None:
    born = id_number(date(1969, 8, 8), woman=False)  # of age in 2030-11
    not_yet = {"retirement_timing": "early", "chosen_month": "2029-12", "early_notice_on": None}
    case_id = a_draft(town, id_number=born, **not_yet)
    town.services.reminders.set_for_case(town.applicant, NOTICE, case_id)
    before = live(town)

    view = town.services.filing.view(town.applicant, case_id)
    town.answer(view, "early_notice_on", early_notice_on="2026-11-20")

    assert (before, live(town)) == ([("early_notice_due", "2029-12", "2029-08-18")], [])


# ── told on the day ──────────────────────────────────────────────────────────────────────────


def test_she_is_told_on_the_day_and_not_before(town: Town) -> None:
    case_id = a_reminded_draft(town)
    town.clock.at = datetime(2026, 12, 31, 11, 0, tzinfo=UTC)
    before = town.services.reminders.tell_due()
    town.clock.at = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # the first, one in the morning
    at_night = town.services.reminders.tell_due()

    town.clock.at = FIRST_MORNING
    assert (before, at_night, town.services.reminders.tell_due()) == (0, 0, 1)
    assert told(town) == [("到月办退休提醒", f"/cases/{case_id}")]
    [message] = town.services.filing.home(town.applicant)["messages"]
    assert "2027年1月起" in message["text"]


def test_without_a_case_she_is_led_to_the_estimate(town: Town) -> None:
    town.services.reminders.set_for_estimate(town.applicant, OPENS, A_MAN_STATED)
    town.clock.at = FIRST_MORNING

    town.services.reminders.tell_due()

    assert told(town) == [("到月办退休提醒", "/estimate")]
    assert town.services.filing.home(town.applicant)["messages"][0]["case_id"] is None


def test_a_worker_that_was_down_on_the_day_tells_late_rather_than_never(town: Town) -> None:
    a_reminded_draft(town)
    early = Stated(Month(1973, 6), Category.FEMALE_55, 300, Month(2028, 10))
    town.services.reminders.set_for_estimate(town.applicant, NOTICE, early)

    town.clock.at = datetime(2028, 7, 20, 1, 0, tzinfo=UTC)  # long after both days

    assert town.services.reminders.tell_due() == 2
    assert [title for title, _ in told(town)] == ["到月办退休提醒", "提前退休告知提醒"]


def test_each_is_told_once_however_often_the_job_runs_at_once(town: Town) -> None:
    people = [town.another_applicant(number) for number in range(2, 27)]  # more than a batch
    for person in people:
        town.services.reminders.set_for_estimate(person, OPENS, A_MAN_STATED)
    town.clock.at = FIRST_MORNING

    at_once(*[town.services.reminders.tell_due] * 3)
    town.services.reminders.tell_due()

    assert [len(told(town, person)) for person in people] == [1] * 25


def test_a_push_and_the_mark_that_it_was_told_are_one_transaction(town: Town) -> None:
    a_reminded_draft(town)
    town.clock.at = FIRST_MORNING
    town.services.reminders.tell_due()

    with town.store.engine.connect() as connection:
        [push_id] = connection.execute(text("SELECT id::text FROM pushes")).scalars()
        [job] = connection.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'send_push'")).scalars()
    assert job == {"push_id": push_id}


def test_what_she_stated_is_sealed_and_forgotten_when_she_was_told(town: Town) -> None:
    town.services.reminders.set_for_estimate(town.applicant, OPENS, A_MAN_STATED)

    def kept() -> bytes | None:
        with town.store.engine.connect() as connection:
            found: bytes | None = connection.execute(text("SELECT stated FROM reminders")).scalar()
        return found

    sealed = kept()
    town.clock.at = FIRST_MORNING
    town.services.reminders.tell_due()

    assert sealed is not None
    assert b"1966" not in sealed
    assert kept() is None


@pytest.mark.parametrize("revoked", [False, True])
def test_a_helper_is_reminded_of_each_case_she_may_still_act_in(town: Town, revoked: bool) -> None:
    family = Family(town)
    authorisation_id = family.authorised()
    case_id = family.started(authorisation_id)
    assert a_draft(town) == case_id
    for who in (family.father, family.daughter):
        town.services.reminders.set_for_case(who, OPENS, case_id)
    if revoked:
        family.revoke(authorisation_id)

    town.clock.at = FIRST_MORNING
    town.services.reminders.tell_due()

    reminder = ("到月办退休提醒", f"/cases/{case_id}")
    assert reminder in told(town, family.father)
    assert (reminder in told(town, family.daughter)) is not revoked
    assert live(town, family.daughter) == []


# ── the rules change ─────────────────────────────────────────────────────────────────────────


def test_a_month_that_is_later_by_new_rules_is_said_and_waited_for(town: Town, tmp_path: Path) -> None:
    a_reminded_draft(town)
    reminders = under_a_reform(town, tmp_path, "later")  # by two births a step: 10 months, 2027-06

    town.clock.at = FIRST_MORNING
    assert reminders.tell_due() == 0
    assert [title for title, _ in told(town)] == ["退休月份变动提醒"]
    assert live(town) == [("filing_opens", "2027-06", "2027-06-01")]
    town.clock.at = datetime(2027, 6, 1, 1, 0, tzinfo=UTC)
    assert reminders.tell_due() == 1
    assert [title for title, _ in told(town)] == ["退休月份变动提醒", "到月办退休提醒"]


def test_a_month_that_is_nearer_by_new_rules_is_told_in_time(town: Town, tmp_path: Path) -> None:
    a_reminded_draft(town)
    reminders = under_a_reform(town, tmp_path, "nearer")  # by eight births a step: 3 months, 2026-11

    assert reminders.tell_due() == 1
    assert [title for title, _ in told(town)] == ["到月办退休提醒"]
