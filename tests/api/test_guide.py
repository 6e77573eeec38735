"""The guide over HTTP: open to anyone, and said in words a person can use."""

from __future__ import annotations

import pytest

from backend.domain.items import Department, ItemCode
from tests.api.tabs import Tabs, json_of, problem_of
from tests.builders import Town


def test_anyone_may_read_the_guide_and_it_is_not_sent_twice(tabs: Tabs) -> None:
    first = tabs.stranger.get("/api/guide")

    again = tabs.stranger.get("/api/guide", If_None_Match=first.headers["ETag"])

    assert (first.status_code, again.status_code) == (200, 304)


def test_the_guide_names_the_seven_items_their_offices_and_every_text_that_is_agreed_to(tabs: Tabs) -> None:
    guide = tabs.stranger.view("/api/guide")

    assert [item["code"] for item in guide["items"]] == [code.value for code in ItemCode]
    # The fund gets nothing from us: she hands herself over to its own account.
    routed_to = {department.value for department in Department} - {"housing_fund"}
    assert {each["department"] for each in guide["consents"]} == routed_to
    assert all(each["version"] and each["paragraphs"] for each in (*guide["consents"], guide["notice"]))
    assert set(guide["self_filing"]) <= {code.value for code in ItemCode}
    assert all(each["where"] and each["phone"] and each["bring"] for each in guide["self_filing"].values())
    assert "！" not in str(guide)


def test_the_districts_towns_come_first_in_the_picker(tabs: Tabs) -> None:
    areas = tabs.stranger.view("/api/guide/areas")

    assert areas["county"]["code"] == "430671"
    assert {town["label"] for town in areas["towns"]} == {"天问街道", "营田镇", "河市镇", "凤凰乡"}


# ── the published guide ──────────────────────────────────────────────────────────────────────

SERVICE, PUBLICATION = "/api/guide/service", "/api/guide/publication"


def test_anyone_may_read_and_print_the_published_guide_and_it_is_not_sent_twice(tabs: Tabs) -> None:
    page, printed = tabs.stranger.get(SERVICE), tabs.stranger.get(f"{SERVICE}.pdf")

    again = [
        tabs.stranger.get(path, If_None_Match=answer.headers["ETag"]).status_code
        for path, answer in ((SERVICE, page), (f"{SERVICE}.pdf", printed))
    ]

    assert (page.get_json()["number"], page.get_json()["published_on"]) == (1, "2026-11-24")
    assert (printed.content_type, printed.get_data()[:5]) == ("application/pdf", b"%PDF-")
    assert "inline" in printed.headers["Content-Disposition"]
    assert again == [304, 304]


def test_the_administrator_previews_publishes_and_prints(tabs: Tabs, town: Town) -> None:
    town.publish_an_older_guide()
    before = tabs.administrator.get(PUBLICATION)

    view = tabs.administrator.change("POST", PUBLICATION, {"note": "改了名称"}, version=1)

    assert (before.headers["ETag"], before.get_json()["differs"]) == ('"1"', True)
    assert (view["number"], view["differs"]) == (2, False)
    for path in ("preview.pdf", "versions/1.pdf", "versions/2.pdf"):
        assert tabs.administrator.get(f"{PUBLICATION}/{path}").content_type == "application/pdf"
    assert problem_of(tabs.administrator.get(f"{PUBLICATION}/versions/3.pdf"), 404)["code"] == "not-found"


def test_a_version_published_on_an_older_page_is_refused(tabs: Tabs, town: Town) -> None:
    town.publish_an_older_guide()
    body = {"note": "改了名称"}
    tabs.administrator.change("POST", PUBLICATION, body, version=1)

    stale = tabs.administrator.send("POST", PUBLICATION, body, If_Match='"1"', Idempotency_Key="another-key")
    same = tabs.administrator.send("POST", PUBLICATION, body, If_Match='"2"', Idempotency_Key="a-third-key")
    unseen = tabs.administrator.send("POST", PUBLICATION, body, Idempotency_Key="a-fourth-key")

    assert problem_of(stale, 412)["changed_by"] == "韩管理"
    assert problem_of(same, 409)["code"] == "guide-unchanged"
    assert problem_of(unseen, 428)["code"] == "version-missing"


# ── pre-check ────────────────────────────────────────────────────────────────────────────────

FIVE = "birth_month=1976-03&category=female_50&retirement_type=normal&wants_only_child_reward=yes&has_housing_fund=no"


def test_anyone_may_ask_the_pre_check_and_print_it(tabs: Tabs) -> None:
    view = tabs.stranger.view(f"/api/guide/precheck?{FIVE}")
    printed = tabs.stranger.get(f"/api/guide/precheck.pdf?{FIVE}")

    assert view["title"] == "您现在就能办"
    assert (printed.content_type, printed.headers["Cache-Control"]) == ("application/pdf", "private, no-store")


@pytest.mark.parametrize("path", ["precheck", "precheck.pdf"])
def test_what_is_missing_is_named_each_by_its_own_sentence(tabs: Tabs, path: str) -> None:
    problem = problem_of(tabs.stranger.get(f"/api/guide/{path}?birth_month=1976-03&category=nobody"), 422)

    assert [fault["pointer"] for fault in problem["errors"]] == [
        "/answers/category",
        "/answers/retirement_type",
        "/answers/wants_only_child_reward",
        "/answers/has_housing_fund",
    ]


def test_a_case_begins_with_the_pre_checks_answers(tabs: Tabs) -> None:
    guide = tabs.stranger.view("/api/guide")
    consents = {each["key"]: each["version"] for each in guide["consents"]}
    begun = tabs.stranger.view(f"/api/guide/precheck?{FIVE}")["precheck"]
    body = {"consents": consents, "notice_version": guide["notice"]["version"], "precheck": begun}

    view = json_of(tabs.her.send("POST", "/api/filing/cases", body))
    refused = tabs.her.send("POST", "/api/filing/cases", body | {"precheck": {"retirement_type": "someday"}})

    given = {q["key"]: q["value"] for page in view["pages"] for q in page["questions"] if q["value"] is not None}
    assert given == {"retirement_type": "normal", "wants_only_child_reward": "yes", "has_housing_fund": "no"}
    assert problem_of(refused, 422)["errors"][0]["pointer"] == "/answers/retirement_type"
