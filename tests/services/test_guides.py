"""The published guide stays as it is until an administrator publishes what config says now."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.domain.actors import Actor
from backend.domain.errors import AlreadyUsed, ContentRefused, GuideUnchanged, NotAllowed, NotFound, StaleVersion
from tests.adapters import pdf_text
from tests.builders import Town, a_key


def staff_but_the_administrator(town: Town) -> list[Actor]:
    staff = town.staff
    return [staff.clerk, staff.supervisor, staff.social_security, staff.oversight, town.applicant]


def test_a_fresh_installation_publishes_its_first_version_by_itself_and_once(town: Town) -> None:
    first = [town.services.guides.take_up() for _ in range(2)]

    view = town.services.guides.publication(town.staff.administrator)

    assert first == [False, False]
    assert [(v["number"], v["published_by"]) for v in view["versions"]] == [(1, "系统")]
    assert (view["differs"], view["groups"]) == (False, [])
    assert town.services.guides.published()["published_on"] == "2026-11-24"


def test_a_changed_config_does_not_change_what_the_public_sees(town: Town) -> None:
    town.publish_an_older_guide()

    seen = town.services.guides.published()

    assert (seen["number"], seen["title"]) == (1, "从前的办事指南")


def test_the_start_says_that_config_and_the_published_guide_differ(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.publish_an_older_guide()

    with caplog.at_level(logging.WARNING):
        differs = town.services.guides.take_up()

    assert differs
    assert "config differs from the published guide" in caplog.text


def test_the_administrator_sees_what_would_change(town: Town) -> None:
    town.publish_an_older_guide()

    view = town.services.guides.publication(town.staff.administrator)

    assert (view["number"], view["next_number"], view["differs"]) == (1, 2, True)
    named = {change["label"]: change for group in view["groups"] for change in group["changes"]}
    assert named["名称"]["before"] == ["从前的办事指南"]
    assert named["名称"]["after"] == ["屈原管理区企业职工退休“一件事一次办”办事指南"]


def test_publishing_makes_the_next_version_and_keeps_the_one_before(town: Town) -> None:
    town.publish_an_older_guide()
    guides, administrator = town.services.guides, town.staff.administrator

    view = guides.publish(administrator, 1, a_key(), "  改了\n名称 ")

    assert (view["number"], view["differs"]) == (2, False)
    [second, first] = view["versions"]
    assert (second["number"], second["published_by"], second["note"]) == (2, "韩管理", "改了 名称")
    assert first["number"] == 1
    assert guides.published()["number"] == 2


def test_publishing_twice_with_one_key_publishes_once(town: Town) -> None:
    town.publish_an_older_guide()
    guides, administrator, key = town.services.guides, town.staff.administrator, a_key()

    views = [guides.publish(administrator, 1, key, "改了名称") for _ in range(2)]

    assert [view["number"] for view in views] == [2, 2]
    with pytest.raises(AlreadyUsed):
        guides.publish(administrator, 1, key, "另一句话")


def test_who_saw_an_older_version_is_told_who_published_meanwhile(town: Town) -> None:
    town.publish_an_older_guide()
    town.services.guides.publish(town.staff.administrator, 1, a_key(), "改了名称")

    with pytest.raises(StaleVersion, match="韩管理"):
        town.services.guides.publish(town.staff.administrator, 1, a_key(), "改了名称")


def test_a_guide_that_says_the_same_is_not_published_again(town: Town) -> None:
    with pytest.raises(GuideUnchanged):
        town.services.guides.publish(town.staff.administrator, 1, a_key(), "没有改")


@pytest.mark.parametrize("note", ["", "  \n", "长" * 501])
def test_a_version_says_in_a_sentence_why(town: Town, note: str) -> None:
    town.publish_an_older_guide()

    with pytest.raises(ContentRefused):
        town.services.guides.publish(town.staff.administrator, 1, a_key(), note)


def test_nobody_but_the_administrator_publishes_or_previews(town: Town) -> None:
    town.publish_an_older_guide()
    guides = town.services.guides

    for actor in staff_but_the_administrator(town):
        for forbidden in (
            lambda who: guides.publication(who),
            lambda who: guides.preview_pdf(who),
            lambda who: guides.version_pdf(who, 1),
            lambda who: guides.publish(who, 1, a_key(), "改了名称"),
        ):
            with pytest.raises(NotAllowed):
                forbidden(actor)
    assert guides.published()["number"] == 1


def test_a_published_version_is_never_changed_or_taken_away(town: Town) -> None:
    town.services.guides.take_up()

    for statement in ("UPDATE guide_versions SET note = 'x'", "DELETE FROM guide_versions", "TRUNCATE guide_versions"):
        with pytest.raises(DBAPIError, match="append-only"), town.store.engine.begin() as connection:
            connection.execute(text(statement))


# ── print ────────────────────────────────────────────────────────────────────────────────────


def test_the_print_is_of_the_published_version_and_always_the_same(town: Town) -> None:
    number, pdf = town.services.guides.published_pdf()
    town.clock.move(minutes=60)

    assert number == 1
    assert town.services.guides.published_pdf() == (1, pdf)
    assert pdf_text.pages(pdf) >= 5
    assert set("到龄正常退休独生子女父母奖励金住房公积金不收费") <= pdf_text.characters(pdf)


def test_an_earlier_version_can_still_be_printed(town: Town) -> None:
    town.publish_an_older_guide()
    guides, administrator = town.services.guides, town.staff.administrator
    before = guides.version_pdf(administrator, 1)

    guides.publish(administrator, 1, a_key(), "改了名称")

    assert guides.version_pdf(administrator, 1) == before
    assert set("从前的") <= pdf_text.characters(before)
    with pytest.raises(NotFound):
        guides.version_pdf(administrator, 3)


def test_a_preview_says_that_it_is_not_published(town: Town) -> None:
    pdf = town.services.guides.preview_pdf(town.staff.administrator)

    assert set("预览还没有发布") <= pdf_text.characters(pdf)


# ── pre-check ────────────────────────────────────────────────────────────────────────────────

GIVEN = {
    "birth_month": "1976-03",
    "category": "female_50",
    "retirement_type": "normal",
    "wants_only_child_reward": "yes",
    "has_housing_fund": "no",
}


def test_the_pre_check_says_which_items_when_how_long_and_what_to_bring(town: Town) -> None:
    view = town.services.guides.precheck(GIVEN)

    assert (view["title"], view["can_now"], view["from_month"]) == ("您现在就能办", True, "2026-11")
    assert [item["short_name"] for item in view["items"]] == [
        "正常退休",
        "养老金核准和退休证明",
        "医保年限核定",
        "独生子女父母奖励金",
    ]
    assert all(item["limit_text"] and item["phone"] and item["when"] for item in view["items"])
    sure = [bring["label"] for bring in view["bring"] if bring["depends_on"] is None]
    assert sure[:2] == ["身份证", "社会保障卡"]
    assert {bring["label"]: bring["depends_on"] for bring in view["bring"]}["离婚证"] == "离婚、再婚的要"


TITLES = [
    ({"birth_month": "1966-06", "category": "male"}, "您现在就能办"),
    ({"birth_month": "1976-05"}, "到 2027年2月起能办"),
    ({"birth_month": "1976-05", "category": "female_unsure"}, "要看您原来是几岁退休"),
    ({"birth_month": "1964-05", "category": "female_unsure"}, "您现在就能办"),
    ({"retirement_type": "special", "birth_month": "1982-01"}, "省、市人社部门审核通过，到 2027年1月起能办"),
    ({"retirement_type": "special"}, "省、市人社部门审核通过，就能办"),
    ({"retirement_type": "disability"}, "拿到劳动能力鉴定结论，就能办"),
]


@pytest.mark.parametrize(("changes", "title"), TITLES)
def test_the_pre_check_says_first_when(town: Town, changes: dict[str, str], title: str) -> None:
    assert town.services.guides.precheck({**GIVEN, **changes})["title"] == title


def test_the_pre_check_can_be_printed(town: Town) -> None:
    pdf = town.services.guides.precheck_pdf(GIVEN)

    assert set("您现在就能办身份证社会保障卡") <= pdf_text.characters(pdf)
