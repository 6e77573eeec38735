"""A daughter asks, her father confirms, she acts in his case as herself, either ends it: on a real database and S3."""

from uuid import UUID, uuid4

import pytest

from backend.domain.actors import Actor, Role
from backend.domain.authorisation import AuthorisationState
from backend.domain.errors import (
    AuthorisedNameDiffers,
    ConsentMissing,
    ContentRefused,
    HelperExists,
    InvitationGone,
    NotFound,
    OwnInvitation,
    ReasonMissing,
    SignatureMissing,
    StaleVersion,
    TooManyAsked,
)
from tests import pictures
from tests.adapters import pdf_text
from tests.authorising import DAUGHTER, FATHER, PHONE, Family, code_of
from tests.builders import Town, a_key
from tests.domain.examples import answers as example_answers
from tests.racing import at_once


@pytest.fixture
def family(town: Town) -> Family:
    return Family(town)


# ── asking and confirming ────────────────────────────────────────────────────────────────────


def test_a_daughter_asks_and_her_father_confirms_from_his_own_wechat(family: Family) -> None:
    authorising = family.town.services.authorising
    asked = family.asked_by_daughter()

    invitation = authorising.open_invitation(family.father, code_of(asked))
    confirmed = authorising.confirm_as_applicant(family.father, code_of(asked), family.his())

    assert (invitation["asked_side"], invitation["helper_name"], invitation["helper_phone"]) == (
        "applicant",
        DAUGHTER,
        "138****1234",
    )
    assert FATHER in "".join(invitation["paragraphs"])
    assert (confirmed["state"], confirmed["my_side"]) == ("active", "applicant")
    assert authorising.view(family.daughter, UUID(confirmed["id"]))["may"] == ["start", "revoke"]


def test_a_father_asks_signed_and_his_daughter_confirms(family: Family) -> None:
    authorising = family.town.services.authorising
    asked = family.asked_by_father()

    confirmed = authorising.confirm_as_helper(family.daughter, code_of(asked), family.hers())

    assert (confirmed["state"], confirmed["my_side"], confirmed["helper_phone"]) == ("active", "helper", "138****1234")


def test_the_document_says_who_whom_what_and_for_how_long_and_both_can_open_it(family: Family) -> None:
    authorisation_id = family.authorised()

    pdf = family.town.services.authorising.document(family.father, authorisation_id)

    assert pdf_text.pages(pdf) == 1
    assert set(FATHER + DAUGHTER + PHONE + "子女期限申请人签名") <= pdf_text.characters(pdf)
    assert family.town.services.authorising.document(family.daughter, authorisation_id) == pdf


def test_the_same_key_asks_once_and_the_newest_link_is_the_good_one(family: Family) -> None:
    key = a_key()
    first, second = family.asked_by_daughter(key), family.asked_by_daughter(key)

    assert first["id"] == second["id"]
    with pytest.raises(InvitationGone):
        family.town.services.authorising.open_invitation(family.father, code_of(first))
    assert family.town.services.authorising.open_invitation(family.father, code_of(second))


def test_a_link_is_used_once(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()
    confirmed = authorising.confirm_as_applicant(family.father, code_of(asked), family.his())
    somebody = family.town.another_applicant(3)

    again = authorising.confirm_as_applicant(family.father, code_of(asked), family.his())

    assert again == confirmed
    with pytest.raises(InvitationGone):
        authorising.confirm_as_applicant(somebody, code_of(asked), family.his())
    with pytest.raises(InvitationGone):
        authorising.open_invitation(somebody, code_of(asked))


def test_a_link_that_was_used_leads_its_own_people_to_the_authorisation(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()
    authorising.confirm_as_applicant(family.father, code_of(asked), family.his())

    assert authorising.open_invitation(family.father, code_of(asked))["authorisation_id"] == asked["id"]
    assert authorising.open_invitation(family.daughter, code_of(asked))["authorisation_id"] == asked["id"]


def test_a_link_lives_for_72_hours(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()

    family.town.clock.move(hours=71, minutes=59)
    assert authorising.open_invitation(family.father, code_of(asked))
    family.town.clock.move(minutes=1)

    with pytest.raises(InvitationGone):
        authorising.open_invitation(family.father, code_of(asked))
    with pytest.raises(InvitationGone):
        authorising.confirm_as_applicant(family.father, code_of(asked), family.his())


def test_nobody_authorises_herself(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()

    for attempt in (
        lambda: authorising.open_invitation(family.daughter, code_of(asked)),
        lambda: authorising.confirm_as_applicant(family.daughter, code_of(asked), family.his()),
        lambda: authorising.decline(family.daughter, code_of(asked)),
    ):
        with pytest.raises(OwnInvitation):
            attempt()


def test_the_wrong_side_cannot_confirm(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()

    with pytest.raises(InvitationGone):
        authorising.confirm_as_helper(family.father, code_of(asked), family.hers())


def test_a_no_ends_it_and_the_one_who_asked_sees_it(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()

    authorising.decline(family.father, code_of(asked))

    assert authorising.view(family.daughter, UUID(asked["id"]))["state"] == "declined"
    with pytest.raises(InvitationGone):
        authorising.confirm_as_applicant(family.father, code_of(asked), family.his())


def test_the_applicant_signs_reads_the_notice_and_consents_herself(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()
    code = code_of(asked)

    with pytest.raises(SignatureMissing):
        authorising.confirm_as_applicant(family.father, code, family.his(signature_png=pictures.empty_signature()))
    with pytest.raises(ConsentMissing):
        authorising.confirm_as_applicant(family.father, code, family.his(notice_version="2020-01"))
    with pytest.raises(ConsentMissing):
        authorising.confirm_as_applicant(family.father, code, family.his(terms_version="2020-01"))
    authorising.confirm_as_applicant(family.father, code, family.his())

    with family.town.store.begin() as tx:
        assert set(tx.people.consents(family.father.id)) == {"notice", *family.his().consents}
        assert tx.people.consents(family.daughter.id) == {}


def test_one_applicant_has_one_helper_at_a_time(family: Family) -> None:
    authorising, first = family.town.services.authorising, family.authorised()
    employer = family.town.another_applicant(5)
    asked = authorising.ask_as_helper(employer, a_key(), family.names(), family.hers())

    with pytest.raises(HelperExists):
        authorising.confirm_as_applicant(family.father, code_of(asked), family.his())
    with pytest.raises(HelperExists):
        family.asked_by_father()
    family.revoke(first)

    assert authorising.confirm_as_applicant(family.father, code_of(asked), family.his())["state"] == "active"


def test_a_helper_may_help_several(family: Family) -> None:
    family.authorised()
    other = family.town.another_applicant(6)
    family.town.clock.move(minutes=1)
    asked = family.asked_by_daughter(applicant_name="刘桂莹")

    family.town.services.authorising.confirm_as_applicant(other, code_of(asked), family.his())

    rows = family.town.services.filing.home(family.daughter)["authorisations"]
    assert [(row["my_side"], row["other_name"], row["state"]) for row in rows] == [
        ("helper", "刘**", "active"),
        ("helper", "周**", "active"),
    ]


def test_what_one_person_has_waiting_is_bounded(family: Family) -> None:
    for _ in range(20):
        family.asked_by_daughter()

    with pytest.raises(TooManyAsked):
        family.asked_by_daughter()


@pytest.mark.parametrize("name", ["", "周", "周1楠", "x" * 41, "a@b.cn"])
def test_a_name_that_is_none_is_said_at_its_field(family: Family, name: str) -> None:
    with pytest.raises(ContentRefused) as refusal:
        family.asked_by_daughter(applicant_name=name)

    assert refusal.value.facts["errors"][0]["pointer"] == "/applicant_name"


# ── acting for him ───────────────────────────────────────────────────────────────────────────


def test_a_helper_starts_answers_photographs_signs_and_submits_as_herself(family: Family) -> None:
    town, case_id = family.town, family.started(family.authorised())
    view = _answered(family, case_id)
    town.photograph(case_id, "id_card", "front", None, family.daughter)
    town.give_every_photo(view)
    town.services.materials.save_signature(
        family.daughter, case_id, town.services.filing.view(family.daughter, case_id)["version"], pictures.signature()
    )
    view = town.services.filing.view(family.daughter, case_id)

    submitted = town.submit(view, family.daughter)

    assert (view["acting_as"], view["signature"]["by"]) == ("helper", "helper")
    assert submitted["state"] == "submitted"
    with town.store.begin() as tx:
        acts = [(e.entry.action, e.entry.actor_role, e.entry.actor_name) for e in tx.audit.chain(case_id)]
    assert {role for _, role, _ in acts} == {"helper"}
    assert {name for _, _, name in acts} == {"代办人周**"}
    assert [action for action, *_ in acts if action != "answer"] == [
        "authorisation_joined", "photo_kept", "sign", "submit",
    ]  # fmt: skip


def test_what_is_masked_for_him_is_masked_for_her(family: Family) -> None:
    case_id = family.started(family.authorised())

    view = _answered(family, case_id)

    shown = {q["key"]: (q["value"], q["display"]) for page in view["pages"] for q in page["questions"]}
    assert shown["id_number"][0] is None
    assert "*" in shown["id_number"][1]
    assert view == family.town.services.filing.view(family.father, case_id) | {
        "acting_as": "helper", "may": view["may"],
    }  # fmt: skip


def test_she_sees_his_running_case_when_he_authorises_her_later(family: Family) -> None:
    draft = family.town.a_new_draft()

    authorisation_id = family.authorised()

    assert family.started(authorisation_id) == UUID(draft["id"])
    assert family.town.acts(UUID(draft["id"])) == ["authorisation_joined"]


def test_a_case_that_he_starts_himself_is_hers_to_help_with(family: Family) -> None:
    family.authorised()

    draft = family.town.a_new_draft()

    assert family.town.services.filing.view(family.daughter, UUID(draft["id"]))["acting_as"] == "helper"


def test_an_old_case_stays_out_of_a_new_authorisation(family: Family) -> None:
    old = family.town.a_submitted_case()
    view = family.town.services.filing.view(family.father, old)
    family.town.services.filing.withdraw(family.father, old, view["version"], "")

    family.authorised()

    with pytest.raises(NotFound):
        family.town.services.filing.view(family.daughter, old)


def test_she_hands_in_only_for_the_one_who_signed(family: Family) -> None:
    case_id = family.started(family.authorised(applicant_name="刘桂莹"))
    view = _answered(family, case_id)
    family.town.give_every_photo(view)
    view = family.town.sign(family.town.services.filing.view(family.daughter, case_id), family.daughter)

    with pytest.raises(AuthorisedNameDiffers):
        family.town.submit(view, family.daughter)


def test_consent_that_he_did_not_give_she_cannot_give(family: Family) -> None:
    asked = family.asked_by_daughter()
    confirmed = family.town.services.authorising.confirm_as_applicant(
        family.father, code_of(asked), family.his(consents={})
    )
    case_id = family.started(UUID(confirmed["id"]))
    family.town.give_every_photo(_answered(family, case_id))
    view = family.town.sign(family.town.services.filing.view(family.daughter, case_id), family.daughter)

    with pytest.raises(ConsentMissing, match="申请人本人在自己的微信里同意"):
        family.town.submit(view, family.daughter)


def test_a_stranger_neither_starts_nor_sees(family: Family) -> None:
    authorisation_id = family.authorised()
    case_id, stranger = family.started(authorisation_id), family.town.another_applicant(9)

    for attempt in (
        lambda: family.town.services.filing.start_for(stranger, authorisation_id),
        lambda: family.town.services.filing.start_for(family.father, authorisation_id),
        lambda: family.town.services.filing.view(stranger, case_id),
        lambda: family.town.services.authorising.view(stranger, authorisation_id),
        lambda: family.town.services.authorising.document(stranger, authorisation_id),
        lambda: family.town.services.authorising.revoke(stranger, authorisation_id, 1),
    ):
        with pytest.raises(NotFound):
            attempt()


# ── ending ───────────────────────────────────────────────────────────────────────────────────


def test_revoked_she_is_out_at_once(family: Family) -> None:
    authorisation_id = family.authorised()
    case_id = family.started(authorisation_id)
    services, version = family.town.services, family.town.services.filing.view(family.father, case_id)["version"]

    revoked = family.revoke(authorisation_id)

    assert (revoked["state"], revoked["ended_by"]) == ("revoked", "applicant")
    for attempt in (
        lambda: services.filing.view(family.daughter, case_id),
        lambda: services.filing.answer(family.daughter, case_id, version, "name", {"name": FATHER}),
        lambda: services.filing.withdraw(family.daughter, case_id, version, ""),
        lambda: services.materials.declare_absent(family.daughter, case_id, "id_card", "没有"),
        lambda: services.materials.save_signature(family.daughter, case_id, version, pictures.signature()),
        lambda: services.filing.start_for(family.daughter, authorisation_id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert services.authorising.view(family.daughter, authorisation_id)["cases"] == []
    assert services.filing.view(family.father, case_id)["helper"] is None


def test_what_she_did_and_the_document_stay_with_him(family: Family) -> None:
    authorisation_id = family.authorised()
    _answered(family, family.started(authorisation_id))
    family.revoke(authorisation_id)

    view = family.town.services.authorising.view(family.father, authorisation_id)

    assert [act["title"] for act in view["acts"]] == ["填写或修改了内容", "开始替您办"]
    assert view["acts"][0]["times"] > 5
    assert family.town.services.authorising.document(family.father, authorisation_id).startswith(b"%PDF-")


def test_a_helper_can_give_it_up_too(family: Family) -> None:
    authorisation_id = family.authorised()
    case_id = family.started(authorisation_id)

    ended = family.revoke(authorisation_id, family.daughter)

    assert (ended["state"], ended["ended_by"]) == ("revoked", "helper")
    with family.town.store.begin() as tx:
        last = tx.audit.chain(case_id)[-1].entry
    assert (last.action, last.actor_name) == ("authorisation_revoked", "代办人周**")


def test_revoked_twice_it_is_revoked_once(family: Family) -> None:
    authorisation_id = family.authorised()
    case_id = family.started(authorisation_id)

    first, second = family.revoke(authorisation_id), family.revoke(authorisation_id)

    assert first == second
    assert family.town.acts(case_id).count("authorisation_revoked") == 1


def test_a_stale_revocation_is_refused_while_there_is_something_to_revoke(family: Family) -> None:
    authorisation_id = family.authorised()

    with pytest.raises(StaleVersion):
        family.town.services.authorising.revoke(family.father, authorisation_id, 1)


def test_a_question_can_be_taken_back_by_who_asked_only(family: Family) -> None:
    authorising, asked = family.town.services.authorising, family.asked_by_daughter()

    with pytest.raises(NotFound):
        authorising.revoke(family.father, UUID(asked["id"]), 1)
    family.revoke(UUID(asked["id"]), family.daughter)

    with pytest.raises(InvitationGone):
        authorising.open_invitation(family.father, code_of(asked))


def test_the_clock_ends_what_nobody_confirmed_and_what_is_over(family: Family) -> None:
    authorising, authorisation_id = family.town.services.authorising, family.authorised()
    case_id, asked = family.started(authorisation_id), family.asked_by_daughter()

    family.town.clock.move(hours=72)
    assert authorising.lapse_due() == 1
    assert authorising.view(family.daughter, UUID(asked["id"]))["state"] == "lapsed"
    family.town.clock.move(days=366)
    assert authorising.lapse_due() == 1

    assert authorising.view(family.father, authorisation_id)["state"] == AuthorisationState.LAPSED
    assert family.town.acts(case_id)[-1] == "authorisation_lapsed"
    with pytest.raises(NotFound):
        family.town.services.filing.view(family.daughter, case_id)


# ── the window ───────────────────────────────────────────────────────────────────────────────


def test_the_clerk_sees_who_helps_masked_and_looks_on_the_record(family: Family) -> None:
    town, authorisation_id = family.town, family.authorised(applicant_name=example_answers()["name"])
    case_id = town.a_submitted_case()
    services, clerk = town.services, town.staff.clerk

    row = services.review.view(clerk, case_id)["authorisations"][0]
    contact = services.authorising.look(clerk, case_id, authorisation_id, "联系代办人")
    pdf = services.authorising.staff_document(clerk, case_id, authorisation_id)

    assert (row["helper_name"], row["helper_phone"], row["relation_label"], row["name_matches"]) == (
        "周**", "138****1234", "子女", True,
    )  # fmt: skip
    assert contact == {"helper_name": DAUGHTER, "helper_phone": PHONE}
    assert pdf.startswith(b"%PDF-")
    assert town.acts(case_id)[-2:] == ["authorisation_looked_at", "authorisation_document_looked_at"]


def test_a_look_needs_its_reason_and_the_right_case(family: Family) -> None:
    town, authorisation_id = family.town, family.authorised()
    case_id, clerk = town.a_submitted_case(), town.staff.clerk

    with pytest.raises(ReasonMissing):
        town.services.authorising.look(clerk, case_id, authorisation_id, " ")
    with pytest.raises(NotFound):
        town.services.authorising.staff_document(clerk, case_id, uuid4())


def test_an_ended_authorisation_stays_in_the_case_and_says_so(family: Family) -> None:
    town, authorisation_id = family.town, family.authorised()
    case_id = town.a_submitted_case()
    family.revoke(authorisation_id)

    row = town.services.review.view(town.staff.clerk, case_id)["authorisations"][0]

    assert (row["state"], row["ended_by"]) == ("revoked", "applicant")
    assert row["ended_at"] is not None


def _answered(family: Family, case_id: UUID) -> dict[str, object]:
    """Every page answered by the daughter, one after the other."""
    helper = Actor(family.daughter.id, Role.APPLICANT, "申请人")
    view = family.town.services.filing.view(helper, case_id)
    while page := view["open_page"]:
        view = family.town.answer(view, page, helper, **example_answers(name=FATHER))
    return view


# ── telling both ─────────────────────────────────────────────────────────────────────────────


def test_both_are_told_of_the_authorisation_and_of_everything_in_the_case_once(family: Family) -> None:
    town = family.town
    authorisation_id = family.authorised(applicant_name=example_answers()["name"])
    town.clock.move(minutes=1)
    case_id = town.a_submitted_case()
    town.clock.move(minutes=1)
    family.revoke(authorisation_id)
    town.clock.move(minutes=1)
    view = town.services.filing.view(family.father, case_id)
    town.services.filing.withdraw(family.father, case_id, view["version"], "")

    his, hers = (_titles(family, who) for who in (family.father, family.daughter))

    assert hers == ["代办授权结束通知", "办件提交成功通知", "代办授权确认通知"]
    assert his == ["办件撤回通知", *hers]
    told = [(push.event, push.person_id) for push in town.pushes(case_id)]
    assert len(told) == len(set(told)) == 3  # his and hers of the submission, his of the withdrawal


def test_a_push_about_an_authorisation_names_both_by_masked_names(family: Family) -> None:
    family.authorised()

    message = family.town.services.filing.home(family.father)["messages"][0]

    assert "周**" in message["text"]
    assert FATHER not in message["text"]
    assert DAUGHTER not in message["text"]
    assert message["path"].startswith("/authorisations/")


def test_the_window_sees_to_whom_each_push_went(family: Family) -> None:
    family.authorised()
    case_id = family.town.a_submitted_case()

    pushes = family.town.services.review.view(family.town.staff.clerk, case_id)["pushes"]

    assert sorted((push["event"], push["to_label"]) for push in pushes) == [
        ("submitted", "代办人"), ("submitted", "申请人"),
    ]  # fmt: skip


def test_what_was_queued_for_a_helper_who_helps_no_more_is_not_sent(family: Family) -> None:
    authorisation_id = family.authorised(applicant_name=example_answers()["name"])
    case_id = family.town.a_submitted_case()
    family.revoke(authorisation_id)
    hers = next(push for push in family.town.pushes(case_id) if push.person_id == family.daughter.id)

    family.town.services.notices.send_push(hers.id)

    unsent = next(push for push in family.town.pushes(case_id) if push.id == hers.id)
    assert (unsent.state, unsent.reason) == ("failed", "授权已经结束，没有再发给代办人")
    assert unsent.attempts == 0


def test_a_helper_in_the_middle_of_a_change_and_a_revocation_come_one_after_the_other(family: Family) -> None:
    authorisation_id = family.authorised()
    case_id = family.started(authorisation_id)
    filing, version = family.town.services.filing, family.town.services.filing.view(family.father, case_id)["version"]

    answered, revoked = at_once(
        lambda: filing.answer(family.daughter, case_id, version, "name", {"name": FATHER}),
        lambda: family.revoke(authorisation_id),
    )

    assert revoked["state"] == "revoked"
    acts = family.town.acts(case_id)
    if isinstance(answered, Exception):
        assert isinstance(answered, NotFound)
        assert acts == ["authorisation_joined", "authorisation_revoked"]
    else:
        assert acts == ["authorisation_joined", "answer", "authorisation_revoked"]


def test_two_helpers_who_are_confirmed_at_once_are_one(family: Family) -> None:
    authorising, employer = family.town.services.authorising, family.town.another_applicant(5)
    first = family.asked_by_daughter()
    second = authorising.ask_as_helper(employer, a_key(), family.names(), family.hers())

    came = at_once(
        *(
            lambda asked=asked: authorising.confirm_as_applicant(family.father, code_of(asked), family.his())
            for asked in (first, second)
        )
    )

    assert sum(isinstance(each, HelperExists) for each in came) == 1
    assert [row["state"] for row in family.town.services.filing.home(family.father)["authorisations"]] == ["active"]


def _titles(family: Family, who: Actor) -> list[str]:
    """The titles of what somebody was told, the newest first."""
    return [message["title"] for message in family.town.services.filing.home(who)["messages"]]
