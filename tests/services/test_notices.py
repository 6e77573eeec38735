"""Pushes and callbacks on a real PostgreSQL and the stand-in WeChat, with every disorder the two can bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from backend.adapters import policy_files
from backend.adapters.db.screens import PostgresScreens
from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.adapters.db.tokens import PostgresTokenStore
from backend.adapters.wechat import WechatAccount, WechatCallbackDoor, WechatMessenger
from backend.adapters.wechat_wording import read_replies, read_wording
from backend.domain.actors import Actor, Role
from backend.domain.case import Case, Signature, SubmissionTerms
from backend.domain.notices import CallbackRefused, NoticeEvent, NoticeFacts, PushState, compose
from backend.sandbox.wechat import envelope
from backend.services.notices import RETRY_AFTER, Notices, dedupe_key, kept_fields
from backend.services.ports import Push
from backend.settings import CHECKOUT
from tests.domain.cases import EVALUATION
from tests.sandbox_wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    H5_URL,
    TOKEN,
    MovableClock,
    Wechat,
    a_config,
    running_wechat,
)

CONFIG = CHECKOUT / "config"
WORDING, REPLIES, RULEBOOK = read_wording(CONFIG), read_replies(CONFIG), policy_files.load(CONFIG)
SEAL = Seal([("k1", b"\1" * 16)], b"\2" * 32)
ID_NUMBER = "430671197602100288"


@dataclass
class Desk:
    """The use case with its real parts, and a hand that works off the jobs it leaves in the database."""

    notices: Notices
    store: PostgresStore
    engine: Engine
    wechat: Wechat

    @property
    def clock(self) -> MovableClock:
        """The clock that WeChat and the service share."""
        return self.wechat.clock

    def openid(self, key: str = "liu-guiying") -> str:
        """Somebody's openid."""
        return self.wechat.openid(key)

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs in the database: task, lock, arguments and whether they are due at once."""
        query = (
            "SELECT id, task_name, lock, args, scheduled_at FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def work(self) -> int:
        """Works off every job there is, due or not, and those they leave, up to fifty; returns how many."""
        for count in range(50):
            jobs = self.jobs()
            if not jobs:
                return count
            with self.engine.begin() as connection:
                connection.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": jobs[0]["id"]})
            self.run(jobs[0])
        return 50

    def run(self, job: dict[str, Any]) -> None:
        """Runs one job as the worker does."""
        if job["task_name"] == "send_push":
            self.notices.send_push(UUID(job["args"]["push_id"]))
        else:
            self.notices.work_off_callback(**job["args"])

    def push(self, push_id: UUID) -> Push:
        """A push as it is stored."""
        with self.store.begin() as tx:
            return tx.pushes.load(push_id)

    def take(self, **fields: str | int) -> None:
        """Posts one callback, signed and encrypted."""
        query, body = posted({"CreateTime": int(self.clock.now().timestamp()), **fields})
        self.notices.take_callback(query, body)

    def receipt(self, msgid: str, status: str = "success") -> None:
        """Posts the receipt of a push."""
        event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
        self.take(FromUserName=self.openid(), **event)

    def follows(self, key: str = "liu-guiying") -> bool:
        """Whether the service believes that somebody follows."""
        with self.store.begin() as tx:
            person = tx.people.by_openid(self.openid(key))
            assert person is not None
            return person.follows

    def fault(self, endpoint: str, times: int = 1, **fault: Any) -> None:
        """Plans a fault of WeChat."""
        self.wechat.post("/sandbox/faults", {"endpoint": endpoint, "times": times, **fault})


def posted(fields: dict[str, str | int]) -> tuple[dict[str, str], bytes]:
    ciphertext = envelope.encrypt(envelope.to_xml(fields), APP_ID, AES_KEY)
    query = {"timestamp": "1764000000", "nonce": "42", "encrypt_type": "aes"}
    query["msg_signature"] = envelope.sign(TOKEN, query["timestamp"], query["nonce"], ciphertext)
    return query, envelope.to_xml({"Encrypt": ciphertext}).encode()


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    engine = make_engine(database_url, 4)
    store = PostgresStore(engine, SEAL)
    with running_wechat(a_config(tmp_path)) as wechat:
        account = WechatAccount(APP_ID, APP_SECRET, TOKEN, AES_KEY, api_url=wechat.url)
        ids = {event.value: template.template_id for event, template in WORDING.templates.items()}
        notices = Notices(
            store=store,
            screens=PostgresScreens(engine, SEAL),
            messenger=WechatMessenger(account, ids, PostgresTokenStore(engine, SEAL), wechat.clock),
            door=WechatCallbackDoor(account),
            clock=wechat.clock,
            wording=WORDING,
            replies=REPLIES,
            rulebook=RULEBOOK,
            public_url=H5_URL,
        )
        wechat.post("/sandbox/people/liu-guiying/follow")
        yield Desk(notices, store, engine, wechat)
    engine.dispose()


def a_submitted_case(desk: Desk) -> Case:
    """A case of 刘桂莹's, handed in."""
    at = desk.clock.now()
    with desk.store.begin() as tx:
        person = tx.people.sign_in(desk.openid(), at)
        case = Case(uuid4(), person.id, at, answers={"name": "刘桂莹", "id_number": ID_NUMBER})
        tx.cases.add(case)
        case.signature = Signature("signatures/1.png", "0" * 64, at)
        terms = SubmissionTerms(
            tx.cases.next_number(date(2026, 11, 24)), date(2026, 12, 1), "1", "0" * 64, [], EVALUATION
        )
        case.submit(Actor(person.id, Role.APPLICANT, "申请人"), at, unanswered=[], missing=[], terms=terms)
        tx.cases.save(case)
    return case


def a_queued_push(desk: Desk, case: Case | None = None) -> UUID:
    """A push about a case, and the job that sends it, in one transaction."""
    case, at = case or a_submitted_case(desk), desk.clock.now()
    facts = NoticeFacts(at, case.id, case.number or "", "刘**")
    notice = compose(WORDING, NoticeEvent.SUBMITTED, facts)
    push_id = uuid4()
    push = Push(
        id=push_id, case_id=case.id, person_id=case.applicant_id, event=notice.event, template_key=notice.event,
        fields=notice.fields, path=notice.path, client_msg_id=push_id.hex, msgid=None, state=PushState.QUEUED,
        reason=None, attempts=0, queued_at=at, sent_at=None, settled_at=None,
    )  # fmt: skip
    with desk.store.begin() as tx:
        tx.pushes.add(push)
        tx.jobs.defer("send_push", push_id=str(push_id))
    return push_id


# -- sending ------------------------------------------------------------------------------------------------------


def test_a_push_is_sent_once_and_keeps_its_msgid(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.work()
    desk.notices.send_push(push_id)

    push = desk.push(push_id)
    (shown,) = desk.wechat.chat("liu-guiying", "push", 1)
    assert (push.state, push.msgid, push.attempts) == ("sent", str(shown["message_id"]), 1)
    assert push.sent_at == desk.clock.now()
    assert shown["url"] == f"{H5_URL}/api/identity/wechat/start?next=/cases/{push.case_id}"


def test_a_push_holds_nothing_that_tells_who_she_is(desk: Desk) -> None:
    a_queued_push(desk)
    desk.work()

    shown = str(desk.wechat.chat("liu-guiying", "push", 1)[0])
    assert ID_NUMBER not in shown
    assert "刘桂莹" not in shown


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"http_status": 500}, {"lose_answer": True}, {"errcode": 40001}])
def test_a_push_survives_a_wechat_in_trouble_and_is_shown_once(desk: Desk, fault: dict[str, Any]) -> None:
    push_id = a_queued_push(desk)
    desk.fault("template/send", times=2, **fault)

    desk.work()

    push = desk.push(push_id)
    assert push.state == "sent"
    assert len(desk.wechat.chat("liu-guiying", "push", 1)) == 1
    assert {one["client_msg_id"] for one in desk.wechat.chat("liu-guiying", "push")} == {push.client_msg_id}


def test_a_push_is_tried_again_later_and_later(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.fault("template/send", times=2, errcode=-1)

    waits = []
    for _ in range(2):
        desk.notices.send_push(push_id)
        with desk.engine.begin() as connection:
            query = "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs ORDER BY id DESC LIMIT 1"
            waits.append(float(connection.execute(text(query)).scalar_one()))

    assert [round(wait / 5) * 5 for wait in waits] == [wait.total_seconds() for wait in RETRY_AFTER[:2]]
    assert desk.push(push_id).state == "queued"


def test_a_push_that_wechat_never_takes_fails_with_a_reason(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.fault("template/send", times=100, errcode=-1)

    jobs = desk.work()

    push = desk.push(push_id)
    assert (push.state, jobs) == ("failed", len(RETRY_AFTER) + 1)
    assert push.reason == "微信一直连不上，没有发出去，请打电话告诉本人"
    assert desk.wechat.chat("liu-guiying", "push") == []


def test_a_push_to_one_who_does_not_follow_fails_at_once_and_says_so(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.wechat.post("/sandbox/people/liu-guiying/unfollow")

    assert desk.work() == 1

    assert (desk.push(push_id).state, desk.push(push_id).reason) == ("failed", "没有关注服务号，请打电话告诉本人")


def test_a_kill_between_sending_and_storing_does_not_show_the_push_twice(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    before = desk.push(push_id)
    desk.notices.send_push(push_id)
    with desk.store.begin() as tx:
        tx.pushes.save(before)  # what the database held when the worker was killed

    desk.notices.send_push(push_id)

    (shown,) = desk.wechat.chat("liu-guiying", "push", 1)
    assert (desk.push(push_id).state, desk.push(push_id).msgid) == ("sent", str(shown["message_id"]))


# -- receipts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("success", "delivered", None),
        ("failed:user block", "failed", "本人拒收服务号的消息，请打电话告诉本人"),
        ("failed: system failed", "failed", "微信没有送到，请打电话告诉本人"),
    ],
)
def test_a_receipt_moves_its_push_forward(desk: Desk, status: str, state: str, reason: str | None) -> None:
    push_id = a_queued_push(desk)
    desk.work()
    desk.clock.move(seconds=3)

    desk.receipt(desk.push(push_id).msgid or "", status)
    desk.work()

    push = desk.push(push_id)
    assert (push.state, push.reason, push.settled_at) == (state, reason, desk.clock.now())


def test_a_receipt_that_comes_before_the_msgid_is_stored_is_not_lost(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    before = desk.push(push_id)
    desk.notices.send_push(push_id)
    msgid = desk.push(push_id).msgid or ""
    with desk.store.begin() as tx:
        tx.pushes.save(before)
    desk.receipt(msgid)
    desk.run(desk.jobs()[-1])
    assert desk.push(push_id).state == "queued"

    desk.notices.send_push(push_id)

    assert (desk.push(push_id).state, desk.push(push_id).msgid) == ("delivered", msgid)


def test_a_kill_after_the_msgid_was_stored_still_finds_the_early_receipt(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.work()
    sent = desk.push(push_id)
    with desk.store.begin() as tx:
        tx.pushes.park_receipt(sent.msgid or "", "success", desk.clock.now())

    desk.notices.send_push(push_id)

    assert desk.push(push_id).state == "delivered"


def test_a_fate_that_is_settled_stays_as_it_is(desk: Desk) -> None:
    push_id = a_queued_push(desk)
    desk.work()
    msgid = desk.push(push_id).msgid or ""
    desk.receipt(msgid)
    desk.work()
    desk.clock.move(seconds=1)
    desk.receipt(msgid, "failed:user block")
    desk.work()

    assert (desk.push(push_id).state, desk.push(push_id).reason) == ("delivered", None)


def test_a_receipt_of_no_push_of_ours_harms_nothing(desk: Desk) -> None:
    for msgid in ("1", "0", ""):
        desk.receipt(msgid)

    assert desk.work() == 3


def test_two_receipts_of_one_second_for_one_person_both_count(desk: Desk) -> None:
    case = a_submitted_case(desk)
    pushes = [a_queued_push(desk, case), a_queued_push(desk, case)]
    desk.work()

    for push_id in pushes:
        desk.receipt(desk.push(push_id).msgid or "")
    desk.work()

    assert [desk.push(push_id).state for push_id in pushes] == ["delivered", "delivered"]


# -- what people do and write -------------------------------------------------------------------------------------


def event(desk: Desk, name: str) -> None:
    desk.take(FromUserName=desk.openid(), MsgType="event", Event=name, EventKey="")


def write(desk: Desk, words: str, msgid: int = 7) -> None:
    """She writes on her phone; the callback comes by the test's own hand, so that it can come twice."""
    desk.wechat.post("/sandbox/people/liu-guiying/texts", {"text": words})
    desk.take(FromUserName=desk.openid(), MsgType="text", Content=words, MsgId=msgid)


def answers(desk: Desk, at_least: int = 0) -> list[str]:
    return [one["text"] for one in desk.wechat.chat("liu-guiying", "service", at_least)]


def test_follow_and_unfollow_mark_the_person(desk: Desk) -> None:
    event(desk, "subscribe")
    desk.work()
    assert desk.follows()

    event(desk, "unsubscribe")
    desk.work()
    assert not desk.follows()


def test_one_who_follows_is_greeted_with_the_way_in(desk: Desk) -> None:
    event(desk, "subscribe")
    desk.work()

    assert f'<a href="{H5_URL}/api/identity/wechat/start?next=/">' in answers(desk, 1)[0]


def test_progress_is_answered_with_the_case_in_plain_words(desk: Desk) -> None:
    case = a_submitted_case(desk)
    write(desk, "进度")
    desk.work()

    (answer,) = answers(desk, 1)
    assert answer.startswith(f"{case.number} 已经收到，正等窗口人员审核，最晚2026年12月1日前审完。")
    assert f"next=/cases/{case.id}" in answer


def test_progress_without_a_case_says_how_to_begin(desk: Desk) -> None:
    write(desk, "进度")
    desk.work()

    assert answers(desk, 1)[0].startswith("没有查到您正在办的件。")


def test_anything_else_gets_a_kind_pointer(desk: Desk) -> None:
    write(desk, "你们几点上班")
    desk.work()

    assert "发“进度”两个字就行" in answers(desk, 1)[0]
    assert RULEBOOK.service_centre.phone in answers(desk)[0]


def test_what_people_write_is_not_kept(desk: Desk) -> None:
    write(desk, f"我的身份证号是 {ID_NUMBER}，进度呢")

    with desk.engine.begin() as connection:
        kept = connection.execute(text("SELECT fields::text FROM wechat_callbacks")).scalar_one()
    assert ID_NUMBER not in kept


def test_the_same_message_again_is_answered_once(desk: Desk) -> None:
    write(desk, "进度")
    desk.take(FromUserName=desk.openid(), MsgType="text", Content="进度", MsgId=7)

    assert desk.work() == 1
    assert len(answers(desk, 1)) == 1


def test_a_callback_worked_off_twice_is_answered_once(desk: Desk) -> None:
    write(desk, "进度")
    (job,) = desk.jobs()
    desk.run(job)
    desk.run(job)

    assert len(answers(desk, 1)) == 1


def test_an_answer_is_tried_again_while_wechat_is_busy(desk: Desk) -> None:
    desk.fault("custom/send", times=2, errcode=-1)
    write(desk, "进度")

    assert desk.work() == 3
    assert len(answers(desk, 1)) == 1


def test_an_answer_that_may_no_longer_be_given_ends_quietly(desk: Desk) -> None:
    desk.clock.move(hours=49)
    desk.take(FromUserName=desk.openid(), MsgType="text", Content="进度", MsgId=7)

    assert desk.work() == 1
    assert answers(desk) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "image", "MsgId": 8, "PicUrl": "https://example.com/1.jpg"},
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://example.com/"},
        {"MsgType": "news"},
    ],
)
def test_what_nobody_waits_for_is_taken_and_done(desk: Desk, fields: dict[str, str | int]) -> None:
    desk.take(FromUserName=desk.openid(), **fields)

    assert desk.work() == 1
    with desk.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM wechat_callbacks WHERE done_at IS NULL")).scalar_one() == 0


def test_the_callbacks_of_one_person_are_worked_off_in_order(desk: Desk) -> None:
    event(desk, "subscribe")
    event(desk, "unsubscribe")
    desk.take(FromUserName="another", MsgType="event", Event="subscribe")

    first, second, other = (job["lock"] for job in desk.jobs())
    assert first == second != other
    assert desk.openid() not in first


@pytest.mark.parametrize("missing", [{"FromUserName": ""}, {"CreateTime": ""}, {"CreateTime": "soon"}])
def test_a_callback_from_nobody_or_at_no_time_is_refused(desk: Desk, missing: dict[str, str]) -> None:
    with pytest.raises(CallbackRefused):
        desk.take(**{"FromUserName": "o1", "MsgType": "text", "MsgId": "1", **missing})

    assert desk.jobs() == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"MsgId": "1"}, {"MsgId": "1", "CreateTime": "6"}, True),
        ({"MsgId": "1"}, {"MsgId": "2"}, False),
        ({"Event": "subscribe"}, {"Event": "subscribe"}, True),
        ({"Event": "subscribe"}, {"Event": "subscribe", "CreateTime": "6"}, False),
        ({"Event": "subscribe"}, {"Event": "unsubscribe"}, False),
        ({"Event": "VIEW", "EventKey": "a"}, {"Event": "VIEW", "EventKey": "b"}, False),
        ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "1"}, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "2"}, False),
        ({"Event": "subscribe"}, {"Event": "subscribe", "FromUserName": "o2"}, False),
    ],
)
def test_repeats_are_known_by_their_key(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    sender = {"FromUserName": "o1", "CreateTime": "5"}
    keys = [dedupe_key(kept_fields(REPLIES, {**sender, **fields})) for fields in (one, other)]

    assert (keys[0] == keys[1]) is same


def test_progress_of_a_closed_case_is_told_until_a_new_one_is_open(desk: Desk) -> None:
    case = a_submitted_case(desk)
    with desk.store.begin() as tx:
        loaded = tx.cases.load(case.id)
        loaded.withdraw(Actor(case.applicant_id, Role.APPLICANT, "申请人"), desk.clock.now(), "想再等等")
        tx.cases.save(loaded)
    write(desk, "进度")
    desk.work()

    desk.clock.move(minutes=1)
    with desk.store.begin() as tx:
        tx.cases.add(Case(uuid4(), case.applicant_id, desk.clock.now()))
    write(desk, "进度", msgid=8)
    desk.work()

    first, second = answers(desk, 2)
    assert first.startswith(f"{case.number} 已经按您的意思撤回")
    assert second.startswith("您的申请还没有提交")
