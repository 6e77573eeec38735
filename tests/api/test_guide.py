"""The guide over HTTP: open to anyone, and said in words a person can use."""

from __future__ import annotations

from backend.domain.items import Department, ItemCode
from tests.api.tabs import Tabs, problem_of
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
