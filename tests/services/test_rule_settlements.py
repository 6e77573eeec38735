"""The window sees every check of the policy, confirms what is left to it, and overrides only for a reason."""

from __future__ import annotations

from uuid import UUID

import pytest

from backend.domain.errors import (
    ActionNotAllowed,
    ContentRefused,
    HeldByAnother,
    NotFound,
    ReasonMissing,
    RulesUnsettled,
    StaleVersion,
)
from backend.domain.review import SettlementKind
from backend.domain.rule_checks import RuleKey
from backend.services.review import GivenSettlement
from tests.builders import Town, View

OVERRIDDEN, CONFIRMED, TAKEN_BACK = SettlementKind.OVERRIDDEN, SettlementKind.CONFIRMED, SettlementKind.TAKEN_BACK
REASON = "档案里另有十年视同缴费，人社局已经认定"


def a_case_fourteen_months_short(town: Town) -> View:
    """She corrected her months after the window sent them back; judged and checked again, all but the policy."""
    view = town.a_returned_case({"field:contribution_months": "differs_from_photo"})
    view = town.answer(view, "contribution_months", contribution_months=166)
    view = town.submit(town.sign(view))
    return town.confirm(town.judge_all(town.claimed(UUID(view["id"]))))


def check_of(view: View, key: str) -> View:
    found: View = next(check for check in view["rule_checks"] if check["key"] == key)
    return found


def test_a_correction_that_falls_short_reaches_the_window_as_a_failing_check(town: Town) -> None:
    view = a_case_fourteen_months_short(town)

    check = check_of(view, RuleKey.CONTRIBUTION)

    assert view["eligibility"]["status"] == "contribution_short"
    assert (check["outcome"], check["to_settle"], check["is_open"]) == ("fails", OVERRIDDEN, True)
    assert {"label": "最少要缴", "text": "15年（180 个月）"} in check["wanted"]
    assert any("166 个月" in each["text"] for each in check["given"])


def test_a_check_that_fails_is_in_the_way_until_a_reason_is_written(town: Town) -> None:
    view = a_case_fourteen_months_short(town)

    with pytest.raises(RulesUnsettled) as refusal:
        town.accept(view)
    for reason in (None, "  ", "特批"):
        with pytest.raises(ReasonMissing):
            town.settle(view, RuleKey.CONTRIBUTION, OVERRIDDEN, reason)
    with pytest.raises(ContentRefused, match="不能只点确认"):
        town.settle(view, RuleKey.CONTRIBUTION)
    settled = town.settle(view, RuleKey.CONTRIBUTION, OVERRIDDEN, REASON)

    assert refusal.value.facts == {"open": ["养老保险缴费年限"]}
    assert settled["rules_open"] == []
    assert town.accept(settled)["state"] == "reviewed"


def test_the_supervisor_sees_what_was_overridden_and_the_history_keeps_why(town: Town) -> None:
    view = town.settle(a_case_fourteen_months_short(town), RuleKey.CONTRIBUTION, OVERRIDDEN, REASON)
    reviewed = town.accept(view)

    seen = town.services.review.view(town.staff.supervisor, UUID(view["id"]))
    [override] = seen["overrides"]
    [line] = [event for event in seen["events"] if event["action"] == "rule_overridden"]

    assert (override["key"], override["note"], override["by"]) == ("contribution", REASON, "陈窗口")
    assert (line["action_label"], line["subject"], line["note"]) == ("写明理由照办", "养老保险缴费年限", REASON)
    assert town.approve(reviewed)["state"] == "approved"
    assert town.services.supervision.verify() == []


def test_what_was_settled_can_be_taken_back(town: Town) -> None:
    view = town.settle(a_case_fourteen_months_short(town), RuleKey.CONTRIBUTION, OVERRIDDEN, REASON)

    back = town.settle(view, RuleKey.CONTRIBUTION, TAKEN_BACK)

    assert back["rules_open"] == ["养老保险缴费年限"]
    assert back["overrides"] == []
    with pytest.raises(RulesUnsettled):
        town.accept(back)


def test_a_new_round_asks_again_and_shows_what_was_said_before(town: Town) -> None:
    view = town.settle(a_case_fourteen_months_short(town), RuleKey.CONTRIBUTION, OVERRIDDEN, REASON)
    again = {"field:bank_name": "incomplete"}
    view = town.judge_all({**view, "fields": [{**f, "needs_judgement": True} for f in view["fields"]]}, again)
    case_id, review = UUID(view["id"]), town.services.review
    asked = review.ask_return(town.staff.clerk, case_id, view["version"], "a-key-of-it", "银行没填全", "上次没看出来")
    review.return_for_correction(town.staff.supervisor, case_id, asked["version"], "another-key-of-it", "")

    hers = town.services.filing.view(town.applicant, UUID(view["id"]))
    hers = town.answer(hers, "bank", bank_name="中国银行", bank_account_again="6228480000000000018")
    town.submit(town.sign(hers))
    seen = town.claimed(UUID(view["id"]))
    check = check_of(seen, RuleKey.CONTRIBUTION)

    assert seen["overrides"] == []
    assert check["is_open"]
    assert check["settlement"] is None
    assert (check["earlier"]["kind"], check["earlier"]["note"]) == (OVERRIDDEN, REASON)


def test_an_age_other_than_the_rules_needs_a_reason(town: Town) -> None:
    view = town.a_judged_case()
    by_rules = view["age"]["statutory_age_months"]

    view = town.services.review.check(town.staff.clerk, UUID(view["id"]), view["version"], {}, by_rules + 60)

    check = check_of(view, RuleKey.AGE)
    assert (check["outcome"], check["to_settle"]) == ("passes", OVERRIDDEN)
    assert "不一样" in check["contradiction"]
    with pytest.raises(RulesUnsettled):
        town.accept(view)
    agreed = town.services.review.check(town.staff.clerk, UUID(view["id"]), view["version"], {}, by_rules)
    assert check_of(agreed, RuleKey.AGE)["contradiction"] is None
    assert town.accept(agreed)["state"] == "reviewed"


def test_only_the_holder_settles_only_what_is_there_and_only_what_she_saw(town: Town) -> None:
    view = a_case_fourteen_months_short(town)
    case_id, settle = UUID(view["id"]), town.services.review.settle
    given = GivenSettlement(OVERRIDDEN, REASON)

    with pytest.raises(HeldByAnother):
        settle(town.staff.other_clerk, case_id, view["version"], RuleKey.CONTRIBUTION, given)
    with pytest.raises(StaleVersion):
        settle(town.staff.clerk, case_id, view["version"] - 1, RuleKey.CONTRIBUTION, given)
    with pytest.raises(NotFound):
        settle(town.staff.clerk, case_id, view["version"], RuleKey.SPECIAL_WORK, given)
    with pytest.raises(ContentRefused, match="已经符合"):
        settle(town.staff.clerk, case_id, view["version"], RuleKey.AGE, given)


def test_a_case_that_waits_for_another_office_is_not_settled_meanwhile(town: Town) -> None:
    view = town.claimed(UUID(town.a_waiting_case()["id"]))

    with pytest.raises(ActionNotAllowed):
        town.settle(view, RuleKey.AGE, OVERRIDDEN, REASON)


def test_every_check_names_its_clause_and_the_version_it_rests_on(town: Town) -> None:
    view = town.a_claimed_case()

    assert all(check["law"] and check["label"] for check in view["rule_checks"])
    assert view["policy"]["since"] == "2026-11-24"
    assert view["policy"]["is_current"]
    assert len(view["policy"]["short"]) == 8
