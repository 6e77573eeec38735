"""The counter: who sits for whom, one case for each person, phones by a link, signing on paper, joining by WeChat."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from backend.domain.case import SignatureKind, State
from backend.domain.counter import ConsentHow
from backend.domain.errors import (
    ActionNotAllowed,
    ActiveCaseExists,
    AnswersInvalid,
    ConsentMissing,
    HeldByAnother,
    JoinRefused,
    MaterialsMissing,
    NotAllowed,
    NotFound,
    ReasonMissing,
    ShootLinkGone,
    SignatureMissing,
    WalkInHasCase,
)
from backend.domain.notices import NO_WECHAT
from tests import pictures
from tests.adapters.pdf_text import text_of
from tests.builders import a_key
from tests.counters import CounterOfTown
from tests.domain.examples import answers
from tests.racing import at_once

if TYPE_CHECKING:
    from tests.builders import Town

NAME, ID_NUMBER = "王秀兰", answers()["id_number"]


@pytest.fixture
def counter(town: Town) -> CounterOfTown:
    return CounterOfTown(town)


def test_a_clerk_starts_with_name_and_number_answered_and_the_consents_recorded(counter: CounterOfTown) -> None:
    case_id = counter.started()

    view = counter.view(case_id)
    assert (view["acting_as"], view["open_page"]) == ("clerk", "phone")
    assert "submit" in view["may"]
    assert "sign" not in view["may"]
    assert counter.recorded_consents(case_id) == {("spoken", counter.clerk.id)}
    assert counter.town.acts(case_id) == ["counter_opened"]


def test_what_cannot_be_read_is_told_for_both_fields(counter: CounterOfTown) -> None:
    with pytest.raises(AnswersInvalid) as refusal:
        counter.start(name="王", id_number="43068119")

    assert [key for key, _ in refusal.value.errors] == ["name", "id_number"]


def test_a_start_wants_the_notice_in_force(counter: CounterOfTown) -> None:
    with pytest.raises(ConsentMissing):
        counter.start(notice_version="1999-01-01")


def test_a_start_that_is_sent_twice_opens_one_case(counter: CounterOfTown) -> None:
    key = a_key()

    first, second = counter.start(key), counter.start(key)

    assert first["case_id"] == second["case_id"]


def test_two_clerks_who_type_the_same_number_at_once_open_one_case(counter: CounterOfTown) -> None:
    found = at_once(counter.start, lambda: counter.start(desk=counter.other_desk))

    assert sorted(type(each).__name__ for each in found) == ["WalkInHasCase", "dict"]


def test_a_case_she_has_in_wechat_is_told_and_stays_the_only_one(counter: CounterOfTown) -> None:
    town = counter.town
    draft = town.an_answered_draft()

    looked = counter.look_up()
    with pytest.raises(WalkInHasCase) as refusal:
        counter.start()

    assert looked["found"]["case_id"] == refusal.value.facts["case_id"] == draft["id"]
    assert looked["found"] | {"changed_at": None} == {
        "case_id": draft["id"], "number": None, "state": State.DRAFT, "state_label": "填写中",
        "name_masked": "王**", "changed_at": None, "is_walk_in": False, "may_continue": True, "held_by": None,
    }
    assert town.acts(UUID(draft["id"])) == ["counter_found"]


def test_with_her_consent_the_clerk_goes_on_with_the_case_from_wechat(counter: CounterOfTown) -> None:
    town = counter.town
    case_id = UUID(town.a_ready_draft()["id"])

    counter.sit(case_id, ConsentHow.SIGNED)
    view = counter.submit(case_id)

    assert view["state"] == State.SUBMITTED
    assert town.services.filing.view(town.applicant, case_id)["acting_as"] == "applicant"  # it is still hers
    with town.store.begin() as tx:
        submitted = tx.audit.chain(case_id)[-1].entry
    assert (submitted.action, submitted.actor_role, submitted.actor_name) == ("submit", "clerk", "陈窗口")


def test_a_case_that_is_handed_in_is_not_gone_on_with(counter: CounterOfTown) -> None:
    case_id = counter.town.a_submitted_case()

    assert counter.look_up()["found"]["may_continue"] is False
    with pytest.raises(ActionNotAllowed):
        counter.sit(case_id)


def test_nobody_may_act_for_her_but_the_clerk_who_sits_in_this_session(counter: CounterOfTown) -> None:
    case_id, town = counter.started(), counter.town

    for who in (town.staff.other_clerk, town.staff.supervisor, town.another_applicant()):
        with pytest.raises(NotFound):
            town.services.filing.view(who, case_id)
    assert counter.is_seated(case_id)
    assert not counter.is_seated(case_id, counter.other_desk)
    assert not counter.is_seated(UUID(town.a_new_draft()["id"]))


def test_a_sitting_lapses_and_is_renewed_by_every_step(counter: CounterOfTown) -> None:
    case_id, clock = counter.started(), counter.town.clock

    clock.move(minutes=29)
    assert counter.is_seated(case_id)
    clock.move(minutes=29)
    assert counter.is_seated(case_id)
    clock.move(minutes=31)
    assert not counter.is_seated(case_id)


def test_signing_out_ends_what_a_clerk_may_do(counter: CounterOfTown) -> None:
    case_id = counter.started()
    code = counter.open_link(case_id)

    counter.sign_out()

    with pytest.raises(ShootLinkGone):
        counter.town.services.shoot_links.view(code)
    counter.resume(case_id, counter.other_desk)  # a colleague goes on at once
    assert not counter.is_seated(case_id)


def test_a_colleague_waits_while_somebody_sits_and_goes_on_afterwards(counter: CounterOfTown) -> None:
    case_id = counter.started()

    with pytest.raises(HeldByAnother):
        counter.resume(case_id, counter.other_desk)
    counter.leave(case_id)
    counter.resume(case_id, counter.other_desk)

    (row,) = counter.lists()["unfinished"]
    assert (row["id"], row["holder"]["name"], row["holder"]["is_me"]) == (str(case_id), "李窗口", False)


def test_going_on_shows_who_took_her_consent_down_and_another_day_asks_anew(counter: CounterOfTown) -> None:
    case_id, town = UUID(counter.town.a_new_draft()["id"]), counter.town
    counter.sit(case_id, ConsentHow.SIGNED)
    counter.leave(case_id)

    counter.resume(case_id, counter.other_desk)
    todays = counter.lists()["unfinished"][0]["consent"]
    with town.store.begin() as tx:
        *_, last = tx.audit.chain(case_id)
    town.clock.move(days=1)
    later = counter.lists()["unfinished"][0]["consent"]
    with pytest.raises(ConsentMissing, match="再念一遍"):
        counter.resume(case_id, counter.desk)
    counter.sit(case_id)

    assert (todays["how_label"], todays["by"], todays["holds"]) == ("纸上签字同意", "陈窗口", True)
    assert (last.entry.actor_name, last.entry.facts["how"]) == ("李窗口", "signed")
    assert last.entry.facts["consent_taken_by"] == "陈窗口"
    assert (later["holds"], counter.is_seated(case_id)) == (False, True)


def test_sitting_down_for_another_ends_the_first(counter: CounterOfTown) -> None:
    first = counter.started()

    second = counter.started(name="李桂兰", id_number=counter.another_id_number())

    assert not counter.is_seated(first)
    assert counter.is_seated(second)


def test_a_draft_is_given_up_with_a_reason_but_never_one_from_wechat(counter: CounterOfTown) -> None:
    case_id, hers = counter.started(), UUID(counter.town.a_new_draft()["id"])

    with pytest.raises(ReasonMissing):
        counter.abandon(case_id, " ")
    with pytest.raises(NotFound):
        counter.abandon(hers, "她不办了")
    counter.abandon(case_id, "她不办了")

    assert counter.lists()["unfinished"] == []
    assert counter.look_up() == {"found": None}


def test_a_clerk_takes_back_nothing_that_was_handed_in(counter: CounterOfTown) -> None:
    case_id = counter.submitted()

    with pytest.raises(NotAllowed):
        counter.town.services.filing.withdraw(counter.clerk, case_id, counter.view(case_id)["version"], "")


# ── the link ─────────────────────────────────────────────────────────────────────────────────


def test_a_phone_sees_names_and_states_and_nothing_else(counter: CounterOfTown) -> None:
    case_id = counter.answered()
    counter.town.give_every_photo(counter.view(case_id))

    view = counter.shown(counter.open_link(case_id))

    said = str(view["slots"])
    assert view["name_masked"] == "王**"
    assert ID_NUMBER not in str(view)
    assert "/api/" not in said
    assert {slot["status"] for slot in view["slots"]} == {"done", "generated"}


def test_a_photo_by_the_link_names_the_clerk_who_opened_it(counter: CounterOfTown) -> None:
    case_id = counter.answered()
    code = counter.open_link(case_id)
    actor = counter.town.services.shoot_links.admit(code, case_id)

    slot = counter.town.photograph(case_id, "id_card", "front", None, actor)

    assert slot["parts"][0]["photo"]["state"] == "ready"
    with counter.town.store.begin() as tx:
        kept = tx.audit.chain(case_id)[-1].entry
    assert (kept.action, kept.actor_name) == ("photo_kept", "扫码手机（陈窗口开的二维码）")
    assert (kept.actor_id, kept.actor_role) == (counter.clerk.id, "clerk")


def test_a_link_is_over_after_a_quarter_of_an_hour_or_when_it_is_ended_or_renewed(counter: CounterOfTown) -> None:
    case_id, links = counter.answered(), counter.town.services.shoot_links
    over, ended, renewed = [], [], []

    renewed.append(counter.open_link(case_id))
    ended.append(counter.open_link(case_id))
    with pytest.raises(ShootLinkGone):
        links.view(renewed[0])
    links.end(counter.desk, case_id)
    with pytest.raises(ShootLinkGone):
        links.view(ended[0])
    over.append(counter.open_link(case_id))
    counter.town.clock.move(minutes=15)
    with pytest.raises(ShootLinkGone):
        links.view(over[0])


def test_a_link_opens_its_own_case_only(counter: CounterOfTown) -> None:
    code = counter.open_link(counter.answered())

    for case_id, unknown in ((uuid4(), code), (uuid4(), "a-code-nobody-gave")):
        with pytest.raises(ShootLinkGone):
            counter.town.services.shoot_links.admit(unknown, case_id)


def test_a_photo_under_way_at_the_end_is_not_lost(counter: CounterOfTown) -> None:
    case_id, town = counter.answered(), counter.town
    code = counter.open_link(case_id)
    links = town.services.shoot_links
    town.clock.move(minutes=14)
    photo_id = counter.announced(links.admit(code, case_id), case_id)

    town.clock.move(minutes=2)
    actor = links.admit(code, case_id, photo_id)
    assert town.services.materials.complete(actor, case_id, photo_id, a_key())["parts"][0]["photo"]
    with pytest.raises(ShootLinkGone):
        links.admit(code, case_id)  # nothing new begins
    town.clock.move(minutes=2)
    with pytest.raises(ShootLinkGone):
        links.admit(code, case_id, photo_id)


# ── signing ──────────────────────────────────────────────────────────────────────────────────


def test_she_signs_on_the_phone_when_everything_is_there_and_the_clerk_hands_in(counter: CounterOfTown) -> None:
    case_id, links = counter.answered(), counter.town.services.shoot_links
    code = counter.open_link(case_id)
    with pytest.raises(ActionNotAllowed):
        links.sign(code, counter.view(case_id)["version"], pictures.signature())
    counter.town.give_every_photo(counter.view(case_id))

    shown = counter.shown(code)
    signed = links.sign(code, shown["version"], pictures.signature())
    view = counter.submit(case_id)

    assert shown["sign"]["name"] == NAME
    assert signed["sign"]["signed_at"] is not None
    assert view["signature"] | {"signed_at": None} == {"signed_at": None, "by": "applicant", "kind": "handwritten"}
    assert view["state"] == State.SUBMITTED


def test_a_clerk_never_signs_for_her(counter: CounterOfTown) -> None:
    case_id = counter.answered()

    version = counter.view(case_id)["version"]
    with pytest.raises(NotAllowed):
        counter.town.services.materials.save_signature(counter.clerk, case_id, version, pictures.signature())


def test_the_printed_form_signed_and_scanned_is_her_signature(counter: CounterOfTown) -> None:
    case_id, town = counter.answered(), counter.town
    town.give_every_photo(counter.view(case_id))

    view = counter.sign_on(case_id, SignatureKind.PAPER)
    with pytest.raises(SignatureMissing):
        counter.confirm_paper(case_id)
    with pytest.raises(MaterialsMissing):
        counter.submit(case_id)
    town.photograph(case_id, "application_form", "page_1", None, counter.clerk)
    counter.confirm_paper(case_id)
    submitted = counter.submit(case_id)

    form = next(slot for slot in view["slots"] if slot["key"] == "application_form")
    assert (form["status"], form["editable"]) == ("open", True)
    assert submitted["signature"]["kind"] == "paper"
    review = town.claimed(case_id)
    assert next(slot for slot in review["slots"] if slot["key"] == "application_form")["parts"][0]["photo"]


def test_a_changed_answer_makes_the_signed_paper_void(counter: CounterOfTown) -> None:
    case_id = counter.answered()
    counter.town.give_every_photo(counter.view(case_id))
    counter.sign_on(case_id, SignatureKind.PAPER)
    counter.town.photograph(case_id, "application_form", "page_1", None, counter.clerk)
    counter.confirm_paper(case_id)

    view = counter.answer(case_id, "work_started_month", "1996-08")

    assert view["signature"] is None
    assert next(slot for slot in view["slots"] if slot["key"] == "application_form")["status"] == "open"


def test_another_scan_is_compared_again(counter: CounterOfTown) -> None:
    case_id = counter.answered()
    counter.town.give_every_photo(counter.view(case_id))
    counter.sign_on(case_id, SignatureKind.PAPER)
    for _ in range(2):
        counter.town.photograph(case_id, "application_form", "page_1", None, counter.clerk)
        view = counter.view(case_id)
        assert view["signature"] is None
        counter.confirm_paper(case_id)


# ── without a WeChat, and joining ────────────────────────────────────────────────────────────


def test_a_push_to_somebody_without_a_wechat_says_so_and_the_window_telephones(counter: CounterOfTown) -> None:
    case_id, town = counter.submitted(), counter.town
    (push,) = town.pushes(case_id)

    town.services.notices.send_push(push.id)

    (push,) = town.pushes(case_id)
    assert (push.state, push.reason) == ("failed", NO_WECHAT)
    (row,) = counter.lists()["unreached"]
    assert (row["id"], row["event"]) == (str(case_id), "submitted")


def test_she_takes_the_case_into_her_wechat_with_the_code_of_the_receipt(counter: CounterOfTown) -> None:
    case_id, town = counter.submitted(), counter.town
    number, code = counter.receipt(case_id)
    person = town.another_applicant()

    joined = town.services.joining.join(person, number, code, ID_NUMBER)

    assert joined["case_id"] == str(case_id)
    home = town.services.filing.home(person)
    assert home["case"]["id"] == str(case_id)
    assert [message["title"] for message in home["messages"]] != []
    assert counter.lists()["unreached"] == []
    assert town.acts(case_id)[-1] == "counter_joined"
    again = town.services.joining.join(person, number, code, ID_NUMBER)
    assert again == joined


def test_every_wrong_word_is_refused_alike_and_five_tries_end_the_code(counter: CounterOfTown) -> None:
    number, code = counter.receipt(counter.submitted())
    joining, person = counter.town.services.joining, counter.town.another_applicant()
    another = counter.another_id_number()
    wrong = [("QY-20991231-00001", code, ID_NUMBER), (number, "00000000", ID_NUMBER), (number, code, another)]

    said = set()
    for given in [*wrong, (number, code, ""), (number, code, another), (number, code, another)]:
        with pytest.raises(JoinRefused) as refusal:
            joining.join(person, *given)
        said.add(refusal.value.detail)
    with pytest.raises(JoinRefused):
        joining.join(person, number, code, ID_NUMBER)  # right, but the code has been tried too often

    assert len(said) == 1


def test_a_code_is_used_once_and_a_new_receipt_ends_the_old(counter: CounterOfTown) -> None:
    case_id, town = counter.submitted(), counter.town
    number, old = counter.receipt(case_id)
    _, new = counter.receipt(case_id)

    with pytest.raises(JoinRefused):
        town.services.joining.join(town.another_applicant(), number, old, ID_NUMBER)
    town.services.joining.join(town.another_applicant(), number, new, ID_NUMBER)
    with pytest.raises(JoinRefused):
        town.services.joining.join(town.another_applicant(3), number, new, ID_NUMBER)


def test_who_has_a_case_open_herself_finishes_it_first(counter: CounterOfTown) -> None:
    number, code = counter.receipt(counter.submitted())
    town = counter.town
    town.a_new_draft()

    with pytest.raises(ActiveCaseExists):
        town.services.joining.join(town.applicant, number, code, ID_NUMBER)


def test_the_supervisor_sees_that_one_clerk_filled_in_and_reviewed(counter: CounterOfTown) -> None:
    case_id, town = counter.submitted(), counter.town

    view = town.claimed(case_id)
    assert view["filed_at_counter"] == {"by": "陈窗口", "same_as_reviewer": False}
    view = town.accept(town.confirm(town.judge_all(view)))

    assert view["filed_at_counter"] == {"by": "陈窗口", "same_as_reviewer": True}


def test_the_prints_say_what_they_should(counter: CounterOfTown) -> None:
    case_id = counter.submitted()

    receipt = text_of(counter.town.services.counter.receipt(counter.desk, case_id))
    consents = text_of(counter.town.services.counter.consents(NAME))

    assert "领取码" in receipt
    assert "区医保局" in consents
    assert ID_NUMBER not in receipt


def test_a_clerk_opens_the_papers_she_filed_under_her_own_name_and_no_longer_than_she_sits(
    counter: CounterOfTown,
) -> None:
    case_id, town = counter.answered(), counter.town
    documents = town.services.documents
    town.give_every_photo(counter.view(case_id))
    town.services.shoot_links.sign(
        counter.open_link(case_id), counter.view(case_id)["version"], pictures.signature()
    )
    counter.submit(case_id)
    with counter.town.store.begin() as tx:
        [ordered] = tx.documents.of_case(case_id)
    documents.make(ordered.id)

    name, content = documents.file(counter.clerk, case_id, ordered.id)
    with counter.town.store.begin() as tx:
        *_, look = [link.entry for link in tx.audit.chain(case_id) if link.entry.action == "document_looked_at"]
    counter.leave(case_id)

    assert (name.endswith(".pdf"), content[:4]) == (True, b"%PDF")
    assert (look.actor_name, look.reason) == ("陈窗口", "窗口代填，和申请人一起看")
    with pytest.raises(NotFound):
        documents.of_case(counter.clerk, case_id)
