"""The guide over HTTP: open to anyone, and said in words a person can use."""

from __future__ import annotations

from backend.domain.items import Department, ItemCode
from tests.api.tabs import Tabs


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
