"""Every version is kept and taken up once; decided cases replay under theirs, drafts are answered anew."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from click.testing import CliRunner
from procrastinate import App
from sqlalchemy import text

from backend import wiring
from backend.cli import main
from backend.domain.errors import NotFound
from backend.jobs import make_app
from backend.services.policy_versions import ReplayOutcome
from backend.settings import Settings
from backend.wiring import World
from tests.builders import Town, View, a_key, born
from tests.domain.examples import CONFIG, id_number
from tests.sandbox_wechat import MovableClock, a_clock

Changes = Mapping[str, tuple[str, str]]
# What a reform might do: women of original 50 are delayed twice as fast. And what only says the same in other words.
REFORM: Changes = {"policy/retirement_age.yaml": ("births_per_step: 2", "births_per_step: 1")}
OTHER_WORDS: Changes = {
    "policy/retirement_age.yaml": (
        "渐进式延迟法定退休年龄的办法》",
        "渐进式延迟法定退休年龄的办法》（以下简称《办法》）",
    ),
    "consents.zh-CN.yaml": ("source: ", "# 本文件由区行政审批服务局维护\nsource: "),
}


@dataclass
class Place:
    """One database, and the service as it is started on it with one config after the other."""

    settings: Settings
    folder: Path
    worlds: list[World]

    def start(self, changes: Changes | None = None, *, is_taken_up: bool = True) -> Town:
        """The service with these passages of config replaced."""
        config = self.folder / str(len(self.worlds))
        copytree(CONFIG, config)
        for name, (old, new) in (changes or {}).items():
            said = (config / name).read_text(encoding="utf-8")
            assert old in said, f"{name} does not say {old!r} any more"
            (config / name).write_text(said.replace(old, new), encoding="utf-8")
        world = wiring.build_world(replace(self.settings, config_path=config), a_clock())
        self.worlds.append(world)
        if is_taken_up:
            world.services.policy_versions.take_up()
        assert isinstance(world.clock, MovableClock)
        if len(self.worlds) == 1:
            self.town = Town(world.services, world.store, world.clock)
            return self.town
        return replace_services(self.town, world)

    def jobs(self) -> list[Mapping[str, object]]:
        """The re-evaluations that were put off, with their arguments."""
        with self.worlds[0].store.engine.connect() as connection:
            wanted = text("SELECT args FROM procrastinate_jobs WHERE task_name = 're_evaluate_drafts' ORDER BY id")
            return list(connection.execute(wanted).scalars())


def replace_services(town: Town, world: World) -> Town:
    """The same people before another service."""
    assert isinstance(world.clock, MovableClock)
    other = Town.__new__(Town)
    other.services, other.store, other.clock = world.services, world.store, world.clock
    other.staff, other.applicant = town.staff, town.applicant
    return other


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Place]:
    made = Place(settings, tmp_path, [])
    yield made
    for world in made.worlds:
        world.close()


def hash_of(town: Town) -> str:
    """The version a town runs with: what it stamps a draft's submission with."""
    with town.store.begin() as tx:
        change = tx.policies.in_force()
    assert change is not None
    return change.content_hash


def replayed(town: Town, *numbers: str) -> list[tuple[str, tuple[str, ...]]]:
    found = town.services.policy_versions.replay(numbers or None)
    return [(each.outcome, each.where) for each in found]


def number_of(town: Town, case_id: UUID) -> str:
    with town.store.begin() as tx:
        return tx.cases.read(case_id).number or ""


# ── taken up ─────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_taken_up_once_however_many_processes_start(place: Place) -> None:
    place.start()
    same = place.start(is_taken_up=False)

    assert not same.services.policy_versions.take_up()
    assert place.jobs() == []


def test_another_version_puts_off_the_drafts_and_so_does_going_back(place: Place) -> None:
    first = hash_of(place.start())
    second = hash_of(place.start(REFORM))
    third = hash_of(place.start())

    assert third == first != second
    [there, back] = place.jobs()
    assert (there["old"], there["new"]) == (first, second)
    assert (back["old"], back["new"]) == (second, first)


# ── replay ───────────────────────────────────────────────────────────────────────────────────


def test_a_decided_case_replays_to_the_same_answer_after_the_policy_changed(place: Place) -> None:
    case_id = place.start().a_completed_case()

    later = place.start(REFORM)
    seen = later.services.review.view(later.staff.clerk, case_id)

    assert replayed(later) == [(ReplayOutcome.SAME, ())]
    assert seen["eligibility"]["status"] == "eligible"
    assert seen["age"]["statutory_age_months"] == 608
    assert not seen["policy"]["is_current"]


def test_a_case_is_judged_to_the_end_by_the_version_it_was_submitted_under(place: Place) -> None:
    case_id = place.start().a_submitted_case()

    later = place.start(REFORM)
    judged = later.confirm(later.judge_all(later.claimed(case_id)))

    assert [check["outcome"] for check in judged["rule_checks"] if check["key"] == "age"] == ["passes"]
    assert later.approve(later.accept(judged))["state"] == "approved"


def test_departments_and_she_herself_see_it_by_that_version_as_well(place: Place) -> None:
    town = place.start()
    case_id = UUID(town.an_approved_case()["id"])
    renamed = {"questions.zh-CN.yaml": ("label: 参加工作时间", "label: 第一次工作的时间")}

    later = place.start({**REFORM, **renamed})
    item_id = later.items_of(case_id)["retire_normal"]
    fields = later.services.departments.view(later.officer_of("social_security"), item_id)["fields"]
    hers = later.services.filing.view(later.applicant, case_id)

    assert "参加工作时间" in [each["label"] for each in fields]
    assert hers["eligibility"]["status"] == "eligible"


def test_a_case_without_its_version_is_named_and_still_shown(place: Place) -> None:
    town = place.start()
    case_id = town.a_submitted_case()
    number = number_of(town, case_id)
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.policy_hash = "f" * 64
        tx.cases.save(case)

    assert replayed(town, number, "QY-19990101-00001") == [
        (ReplayOutcome.VERSION_MISSING, ()),
        (ReplayOutcome.NOT_THERE, ()),
    ]
    seen = town.services.review.view(town.staff.clerk, case_id)
    assert seen["policy"]["since"] is None
    assert seen["rule_checks"]


def test_a_case_whose_answers_say_something_else_now_is_named(place: Place) -> None:
    town = place.start()
    case_id = town.a_submitted_case()
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.answers = {**case.answers, "contribution_months": 100}
        tx.cases.save(case)

    [(outcome, where)] = replayed(town)

    assert outcome == ReplayOutcome.DIFFERENT
    assert where == ("answer", "contribution")


def test_a_case_from_before_answers_were_kept_is_no_fault(place: Place) -> None:
    town = place.start()
    case_id = town.a_submitted_case()
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.evaluation = None
        tx.cases.save(case)

    [found] = town.services.policy_versions.replay()

    assert (found.outcome, found.is_fault) == (ReplayOutcome.NOTHING_KEPT, False)
    assert town.services.review.view(town.staff.clerk, case_id)["rule_checks"]


def test_the_command_says_how_each_ends_and_fails_when_one_is_wrong(
    place: Place, sandbox_environment: dict[str, str]
) -> None:
    town = place.start()
    number = number_of(town, town.a_submitted_case())

    def run(*arguments: str) -> tuple[int, str]:
        ended = CliRunner(env={**os.environ, **sandbox_environment}).invoke(main, ["replay", *arguments])
        return ended.exit_code, ended.output

    assert run("--all") == (0, "same: 1\n")
    assert run(number) == (0, f"{number}  same  {hash_of(town)[:8]}\nsame: 1\n")
    assert run(number, "QY-1")[0] == 1
    assert run()[0] == 2
    assert run("--all", number)[0] == 2


# ── drafts ───────────────────────────────────────────────────────────────────────────────────


def re_evaluate(town: Town, place: Place) -> int:
    [job] = place.jobs()[-1:]
    return town.services.policy_versions.re_evaluate_drafts(**job)  # type: ignore[arg-type]  # a job's arguments as JSON


def lines(town: Town, draft: View) -> int:
    return town.acts(UUID(draft["id"])).count("policy_changed")


def test_whose_answer_differs_is_told_once(place: Place) -> None:
    town = place.start()
    draft = town.an_answered_draft()
    later = place.start(REFORM)

    counts = [re_evaluate(later, place) for _ in range(2)]

    assert counts == [1, 0]
    [push] = later.pushes(UUID(draft["id"]))
    assert (push.event, push.person_id) == ("policy_changed", later.applicant.id)
    assert push.path == f"/cases/{draft['id']}/eligibility"
    assert lines(later, draft) == 1
    assert later.services.filing.view(later.applicant, UUID(draft["id"]))["eligibility"]["status"] == "too_early"


def test_a_worker_that_still_runs_the_old_version_does_it_as_well(place: Place) -> None:
    town = place.start()
    draft = town.an_answered_draft()
    later = place.start(REFORM)

    asyncio.run(work_off_upkeep(make_app(place.worlds[0], place.settings.database_url)))

    assert later.told(UUID(draft["id"])) == ["policy_changed"]


async def work_off_upkeep(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(queues=["upkeep"], wait=False, install_signal_handlers=False, listen_notify=False)


def test_whose_answer_is_the_same_hears_nothing(place: Place) -> None:
    town = place.start()
    older = town.an_answered_draft(id_number=id_number(date(1970, 1, 5)))
    begun = town.a_new_draft(town.another_applicant())
    later = place.start(REFORM)

    assert re_evaluate(later, place) == 0
    assert lines(later, older) + lines(later, begun) == 0
    assert later.told(UUID(older["id"])) == []


def test_other_words_are_no_other_answer(place: Place) -> None:
    town = place.start()
    town.an_answered_draft()
    later = place.start(OTHER_WORDS)

    assert len(place.jobs()) == 1
    assert re_evaluate(later, place) == 0


def test_a_submitted_case_is_never_answered_anew(place: Place) -> None:
    town = place.start()
    case_id = town.a_submitted_case()
    later = place.start(REFORM)

    assert re_evaluate(later, place) == 0
    assert "policy_changed" not in later.acts(case_id)


def test_a_draft_that_is_being_written_in_is_not_changed_under_her_hands(place: Place) -> None:
    town = place.start()
    draft = town.an_answered_draft()
    later = place.start(REFORM)
    re_evaluate(later, place)

    answered = later.answer(draft, "bank", bank_name="中国银行", bank_account="6228480000000000018")

    assert answered["version"] == draft["version"] + 1


def test_every_draft_is_reached_however_many_there_are(place: Place) -> None:
    town = place.start()
    drafts = [town.an_answered_draft(town.another_applicant(n), **born(n)) for n in range(2, 6)]
    later = place.start(REFORM)
    later.services.policy_versions.at_a_time = 2

    assert re_evaluate(later, place) == len(drafts)
    assert [lines(later, draft) for draft in drafts] == [1, 1, 1, 1]


# ── handed in again ──────────────────────────────────────────────────────────────────────────


def test_a_corrected_case_is_answered_by_the_policy_of_that_day(place: Place) -> None:
    town = place.start()
    hers = town.a_returned_case({"field:bank_name": "incomplete"})
    later = place.start(REFORM)

    hers = later.services.filing.view(later.applicant, UUID(hers["id"]))
    shown = hers["eligibility"]["status"]
    hers = later.answer(hers, "bank", bank_name="中国银行", bank_account_again="6228480000000000018")
    later.submit(later.sign(hers), key=a_key())
    seen = later.claimed(UUID(hers["id"]))

    assert shown == "too_early"
    assert "submit" in hers["may"]
    assert seen["policy"]["is_current"]
    assert [check["key"] for check in seen["rule_checks"] if check["outcome"] == "fails"] == ["age"]
    assert replayed(later) == [(ReplayOutcome.SAME, ())]


def test_a_version_nobody_ran_with_is_not_there(place: Place) -> None:
    town = place.start()

    with town.store.begin() as tx, pytest.raises(NotFound):
        town.services.policy_versions.rulebook(tx, "f" * 64)
