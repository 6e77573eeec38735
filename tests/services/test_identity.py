"""Signing in by WeChat and by password, sessions and the staff list, on a real database and the stand-in WeChat."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from argon2 import Parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.wechat import WechatAccount, WechatSignIn
from backend.domain.actors import Actor, Role
from backend.domain.errors import (
    ContentRefused,
    LockedOut,
    NotAllowed,
    NotSignedIn,
    OutsideDown,
    RuleBroken,
    SignInExpired,
    StaleVersion,
    UsernameTaken,
    WrongPassword,
)
from backend.domain.items import Department, Office
from backend.sandbox.processes import free_port
from backend.services.identity import Identity, SessionLimits, StaffChange, local_path
from backend.services.ports import Session, StaffMember
from tests.sandbox_wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    H5_URL,
    TOKEN,
    WAIT_SECONDS,
    MovableClock,
    Wechat,
    a_clock,
    a_config,
    running_wechat,
)

PASSWORD = "青山不改，绿水长流。2026"
BOSS = Actor(uuid4(), Role.ADMINISTRATOR, "管理员")
LIMITS = SessionLimits(staff_idle=timedelta(minutes=30), staff=timedelta(hours=12), applicant=timedelta(days=7))
HEALTH = Office(Department.HEALTH, "区卫健局", "屈原管理区卫生健康局", "人口家庭窗口", "", "12345", frozenset())
A_SECOND = timedelta(seconds=1)
SEALS = Seal([("k1", bytes(16))], bytes(32))


@pytest.fixture
def clock() -> MovableClock:
    return a_clock()


@pytest.fixture
def store(database_url: str) -> Iterator[PostgresStore]:
    engine = make_engine(database_url, pool_size=4)
    yield PostgresStore(engine, SEALS)
    engine.dispose()


def an_identity(store: PostgresStore, clock: MovableClock, wechat_url: str, cost: Parameters = CHEAPEST) -> Identity:
    """The use cases with cheap hashes, so that tests which sign in often do not wait."""
    account = WechatAccount(APP_ID, APP_SECRET, TOKEN, AES_KEY, wechat_url, f"{wechat_url}/connect/oauth2/authorize")
    return Identity(
        store=store,
        clock=clock,
        passwords=Argon2Passwords(cost),
        seals=SEALS,
        wechat=WechatSignIn(account),
        offices={Department.HEALTH: HEALTH},
        cookie_secret=b"made-up cookie secret, 32 bytes.",
        public_url=H5_URL,
        limits=LIMITS,
    )


@pytest.fixture
def identity(store: PostgresStore, clock: MovableClock) -> Identity:
    """The use cases where nobody needs WeChat."""
    return an_identity(store, clock, "http://127.0.0.1:9")


@pytest.fixture
def wechat(tmp_path: Path) -> Iterator[Wechat]:
    with running_wechat(a_config(tmp_path)) as running:
        yield running


@pytest.fixture
def open_to_wechat(store: PostgresStore, clock: MovableClock, wechat: Wechat) -> Identity:
    """The use cases with the stand-in WeChat running."""
    return an_identity(store, clock, wechat.url)


def a_clerk(identity: Identity, username: str = "chen.clerk") -> StaffMember:
    return identity.add_staff(None, username, "陈明秀", "clerk", None, PASSWORD)


def answers_of(identity: Identity, username: str, password: str, times: int) -> list[RuleBroken]:
    return [refusal_of(lambda: identity.sign_in(username, password)) for _ in range(times)]


def refusal_of(act: Callable[[], object]) -> RuleBroken:
    with pytest.raises(RuleBroken) as refusal:
        act()
    return refusal.value


def is_signed_in(identity: Identity, token: str) -> bool:
    try:
        identity.who(token)
    except NotSignedIn:
        return False
    return True


def session_of(identity: Identity, token: str) -> Session:
    return identity.who(token)[1]


# ── by WeChat ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """What WeChat sends a browser back with, and the cookie that the browser holds."""

    code: str
    state: str
    cookie: str


def answered(identity: Identity, next_path: str = "/", person: str = "liu-guiying") -> Answer:
    """One of the made-up people goes to WeChat's page and comes back."""
    url, cookie = identity.begin(next_path)
    back = requests.post(url, data={"person": person}, allow_redirects=False, timeout=WAIT_SECONDS)
    query = parse_qs(urlsplit(back.headers["Location"]).query)
    return Answer(query["code"][0], query["state"][0], cookie)


def complete(identity: Identity, answer: Answer, replaces: str | None = None) -> tuple[str, str]:
    return identity.complete(answer.code, answer.state, answer.cookie, replaces)


def test_a_person_signs_in_by_wechat_and_goes_on_to_the_page_she_came_for(
    open_to_wechat: Identity, wechat: Wechat
) -> None:
    token, next_path = complete(open_to_wechat, answered(open_to_wechat, "/case?page=3"))

    who, session = open_to_wechat.who(token)
    assert (who.role, session.kind, next_path) == (Role.APPLICANT, "applicant", "/case?page=3")
    assert open_to_wechat.person(who).openid == wechat.openid("liu-guiying")


def test_the_same_person_is_the_same_person_again(open_to_wechat: Identity) -> None:
    first, _ = complete(open_to_wechat, answered(open_to_wechat))
    second, _ = complete(open_to_wechat, answered(open_to_wechat))

    assert first != second
    assert open_to_wechat.who(first)[0] == open_to_wechat.who(second)[0]


def test_an_answer_in_another_browser_is_refused(open_to_wechat: Identity) -> None:
    hers, his = answered(open_to_wechat), answered(open_to_wechat)

    with pytest.raises(SignInExpired):
        complete(open_to_wechat, replace(hers, cookie=his.cookie))
    with pytest.raises(SignInExpired):
        complete(open_to_wechat, replace(hers, cookie=""))


def test_a_cookie_that_was_tampered_with_is_refused(open_to_wechat: Identity) -> None:
    answer = answered(open_to_wechat)
    body, _, signature = answer.cookie.partition(".")

    for cookie in (f"{body[:-2]}AA.{signature}", f"{body}.", body, f"{body}.签名", "."):
        with pytest.raises(SignInExpired):
            complete(open_to_wechat, replace(answer, cookie=cookie))


@pytest.mark.parametrize(
    ("waited", "is_good"),
    [
        (timedelta(minutes=10) - A_SECOND, True),
        (timedelta(minutes=10),            False),
        (timedelta(minutes=10) + A_SECOND, False),
    ],
)  # fmt: skip
def test_an_answer_is_good_for_ten_minutes(
    open_to_wechat: Identity, clock: MovableClock, waited: timedelta, is_good: bool
) -> None:
    answer = answered(open_to_wechat)
    clock.at += waited

    if is_good:
        assert complete(open_to_wechat, answer)
    else:
        with pytest.raises(SignInExpired):
            complete(open_to_wechat, answer)


def test_an_answer_is_taken_once(open_to_wechat: Identity) -> None:
    answer = answered(open_to_wechat)
    complete(open_to_wechat, answer)

    with pytest.raises(SignInExpired):
        complete(open_to_wechat, answer)


def test_of_the_same_answer_several_times_at_once_one_signs_in(open_to_wechat: Identity) -> None:
    answer = answered(open_to_wechat)

    def outcome(_: int) -> str:
        try:
            return "signed in" if complete(open_to_wechat, answer) else ""
        except SignInExpired:
            return "expired"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(outcome, range(4)))

    assert outcomes == ["expired", "expired", "expired", "signed in"]


def test_a_person_who_refuses_at_wechat_is_not_signed_in(open_to_wechat: Identity) -> None:
    with pytest.raises(SignInExpired):
        complete(open_to_wechat, replace(answered(open_to_wechat), code=""))


def test_a_code_that_wechat_does_not_know_signs_nobody_in(open_to_wechat: Identity) -> None:
    with pytest.raises(SignInExpired):
        complete(open_to_wechat, replace(answered(open_to_wechat), code="021made-up"))


def test_when_wechat_is_down_the_person_hears_that(store: PostgresStore, clock: MovableClock) -> None:
    identity = an_identity(store, clock, f"http://127.0.0.1:{free_port()}")
    url, cookie = identity.begin("/")
    state = parse_qs(urlsplit(url).query)["state"][0]

    with pytest.raises(OutsideDown):
        identity.complete("a-code", state, cookie)


def test_signing_in_again_ends_the_session_the_browser_had(open_to_wechat: Identity) -> None:
    before, _ = complete(open_to_wechat, answered(open_to_wechat))

    after, _ = complete(open_to_wechat, answered(open_to_wechat), replaces=before)

    assert not is_signed_in(open_to_wechat, before)
    assert is_signed_in(open_to_wechat, after)


@pytest.mark.parametrize(
    ("path", "goes_to"),
    [
        ("/",                          "/"),
        ("/case/photos?slot=id#front", "/case/photos?slot=id#front"),
        ("/办件",                       "/办件"),
        ("",                           "/"),
        ("case",                       "/"),
        ("https://evil.example",       "/"),
        ("//evil.example",             "/"),
        ("/\\evil.example",            "/"),
        ("/\t/evil.example",           "/"),
        ("/a\\..\\evil.example",       "/"),
        ("/a\r\nSet-Cookie: a=b",      "/"),
        ("javascript:alert(1)",        "/"),
        ("/api/identity/session",      "/"),
        ("/" + "a" * 600,              "/"),
    ],
)  # fmt: skip
def test_sign_in_goes_on_to_pages_of_this_site_only(path: str, goes_to: str) -> None:
    assert local_path(path) == goes_to


# ── by password ──────────────────────────────────────────────────────────────────────────────


def test_a_clerk_signs_in_with_her_password(identity: Identity, clock: MovableClock) -> None:
    clerk = a_clerk(identity)

    token = identity.sign_in(" Chen.Clerk ", PASSWORD)

    assert identity.who(token)[0] == Actor(clerk.id, Role.CLERK, "陈明秀")
    [listed] = identity.list_staff(BOSS)
    assert (listed.last_signed_in_at, listed.failed_attempts) == (clock.now(), 0)


def test_an_officer_acts_for_her_department(identity: Identity) -> None:
    identity.add_staff(None, "officer.he", "何晓", "officer", "health", PASSWORD)

    who, _ = identity.who(identity.sign_in("officer.he", PASSWORD))

    assert (who.role, who.department, identity.department_label(who.department)) == (
        Role.OFFICER,
        "health",
        "区卫健局",
    )


def test_wrong_passwords_count_down_and_the_fifth_locks_for_fifteen_minutes(
    identity: Identity, clock: MovableClock
) -> None:
    a_clerk(identity)

    *wrong, locked = answers_of(identity, "chen.clerk", "not-her-password", 5)

    assert [each.facts for each in wrong] == [{"attempts_left": left} for left in (4, 3, 2, 1)]
    assert all(isinstance(each, WrongPassword) for each in wrong)
    assert isinstance(locked, LockedOut)
    until = clock.now() + timedelta(minutes=15)
    assert locked.facts == {"locked_until": until.isoformat(), "retry_after_seconds": 900}
    assert identity.is_locked(identity.list_staff(BOSS)[0])


@pytest.mark.parametrize(
    ("waited", "is_locked"),
    [
        (timedelta(minutes=15) - A_SECOND, True),
        (timedelta(minutes=15),            False),
        (timedelta(minutes=15) + A_SECOND, False),
    ],
)  # fmt: skip
def test_a_lock_ends_by_itself(identity: Identity, clock: MovableClock, waited: timedelta, is_locked: bool) -> None:
    a_clerk(identity)
    answers_of(identity, "chen.clerk", "not-her-password", 5)
    clock.at += waited

    if is_locked:
        with pytest.raises(LockedOut):
            identity.sign_in("chen.clerk", PASSWORD)
    else:
        assert is_signed_in(identity, identity.sign_in("chen.clerk", PASSWORD))


def test_after_a_lock_the_count_begins_anew(identity: Identity, clock: MovableClock) -> None:
    a_clerk(identity)
    answers_of(identity, "chen.clerk", "not-her-password", 5)
    clock.move(minutes=15)

    [wrong] = answers_of(identity, "chen.clerk", "not-her-password", 1)

    assert wrong.facts == {"attempts_left": 4}


def test_a_good_sign_in_forgets_the_wrong_ones(identity: Identity) -> None:
    a_clerk(identity)
    answers_of(identity, "chen.clerk", "not-her-password", 4)
    identity.sign_in("chen.clerk", PASSWORD)

    [wrong] = answers_of(identity, "chen.clerk", "not-her-password", 1)

    assert wrong.facts == {"attempts_left": 4}


def test_guesses_at_the_same_time_get_no_more_attempts(identity: Identity) -> None:
    a_clerk(identity)

    with ThreadPoolExecutor(4) as pool:
        guesses = [pool.submit(answers_of, identity, "chen.clerk", "not-her-password", 2) for _ in range(4)]
    answers = [answer for guess in guesses for answer in guess.result()]

    assert sorted(each.facts["attempts_left"] for each in answers if isinstance(each, WrongPassword)) == [1, 2, 3, 4]
    assert sum(isinstance(each, LockedOut) for each in answers) == 4


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(identity: Identity) -> None:
    a_clerk(identity)

    known = answers_of(identity, "chen.clerk", "not-her-password", 6)
    unknown = answers_of(identity, "nobody.here", "not-her-password", 6)

    assert [(type(each), each.detail, each.facts) for each in unknown] == [
        (type(each), each.detail, each.facts) for each in known
    ]


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(
    store: PostgresStore, clock: MovableClock
) -> None:
    identity = an_identity(store, clock, "http://127.0.0.1:9", RFC_9106_LOW_MEMORY)
    a_clerk(identity)

    def fastest(username: str) -> float:
        taken = []
        for _ in range(3):
            began = time.perf_counter()
            refusal_of(lambda: identity.sign_in(username, "not-her-password"))
            taken.append(time.perf_counter() - began)
        return min(taken)

    assert fastest("nobody.here") > fastest("chen.clerk") / 2


def test_the_log_names_staff_by_id_only(identity: Identity, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="backend.services.identity")
    clerk = a_clerk(identity)

    answers_of(identity, "chen.clerk", "not-her-password", 1)
    identity.sign_in("chen.clerk", PASSWORD)

    lines = [record.__dict__ for record in caplog.records]
    assert [(line["message"], line["staff_id"]) for line in lines] == [
        (message, str(clerk.id)) for message in ("staff added", "staff sign-in refused", "staff signed in")
    ]
    assert not any(private in str(line) for line in lines for private in ("chen.clerk", "陈明秀", PASSWORD))


# ── sessions ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("idle", "holds"),
    [
        (timedelta(minutes=30) - A_SECOND, True),
        (timedelta(minutes=30),            False),
        (timedelta(minutes=30) + A_SECOND, False),
    ],
)  # fmt: skip
def test_an_idle_staff_session_ends(identity: Identity, clock: MovableClock, idle: timedelta, holds: bool) -> None:
    a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)
    clock.at += idle

    assert is_signed_in(identity, token) == holds


def test_activity_keeps_a_staff_session_for_twelve_hours_and_no_longer(identity: Identity, clock: MovableClock) -> None:
    a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)

    for _ in range(35):
        clock.move(minutes=20)
        identity.seen(session_of(identity, token))
    clock.move(minutes=20)

    assert not is_signed_in(identity, token)


def test_activity_is_written_at_most_once_a_minute(identity: Identity, clock: MovableClock) -> None:
    a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)
    signed_in_at = clock.now()

    clock.move(seconds=59)
    identity.seen(session_of(identity, token))
    assert session_of(identity, token).last_seen_at == signed_in_at

    clock.move(seconds=1)
    identity.seen(session_of(identity, token))
    assert session_of(identity, token).last_seen_at == signed_in_at + timedelta(minutes=1)


def test_an_applicants_session_lasts_seven_days_without_a_visit(open_to_wechat: Identity, clock: MovableClock) -> None:
    token, _ = complete(open_to_wechat, answered(open_to_wechat))

    clock.at += timedelta(days=7) - A_SECOND
    assert is_signed_in(open_to_wechat, token)
    clock.at += A_SECOND
    assert not is_signed_in(open_to_wechat, token)


def test_the_database_holds_no_token(identity: Identity, store: PostgresStore) -> None:
    a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)

    with store.engine.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT s::text, octet_length(token_digest) AS size FROM sessions s")
    assert token not in row[0]
    assert token.encode().hex() not in row[0]
    assert row.size == 32


def test_signing_out_ends_the_session(identity: Identity) -> None:
    a_clerk(identity)
    token, other = identity.sign_in("chen.clerk", PASSWORD), identity.sign_in("chen.clerk", PASSWORD)

    identity.sign_out(token)

    assert not is_signed_in(identity, token)
    assert is_signed_in(identity, other)


@pytest.mark.parametrize("token", ["", "made-up", "令牌", "\ud800", "x" * 5000])
def test_a_token_nobody_has_is_nobody(identity: Identity, token: str) -> None:
    assert not is_signed_in(identity, token)
    identity.sign_out(token)


def test_sessions_that_are_over_are_swept(identity: Identity, store: PostgresStore, clock: MovableClock) -> None:
    a_clerk(identity)
    identity.sign_in("chen.clerk", PASSWORD)
    clock.move(hours=11)
    current = identity.sign_in("chen.clerk", PASSWORD)
    clock.move(hours=1, seconds=1)

    assert identity.sweep_sessions() == 1
    with store.engine.connect() as connection:
        [left] = connection.exec_driver_sql("SELECT token_digest FROM sessions")
    assert left.token_digest == SEALS.digest(current.encode())


# ── the staff list ───────────────────────────────────────────────────────────────────────────


def test_disabling_ends_the_members_sessions_at_once(identity: Identity) -> None:
    clerk = a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)
    [seen] = identity.list_staff(BOSS)

    disabled = identity.change_staff(BOSS, clerk.id, seen.version, StaffChange(active=False))

    assert (disabled.active, disabled.version) == (False, seen.version + 1)
    assert not is_signed_in(identity, token)


def test_a_disabled_member_cannot_sign_in_and_is_told_only_with_the_right_password(identity: Identity) -> None:
    clerk = a_clerk(identity)
    identity.change_staff(BOSS, clerk.id, clerk.version, StaffChange(active=False))

    assert isinstance(refusal_of(lambda: identity.sign_in("chen.clerk", "not-her-password")), WrongPassword)
    assert isinstance(refusal_of(lambda: identity.sign_in("chen.clerk", PASSWORD)), NotAllowed)


def test_a_new_password_ends_the_members_sessions_and_unlocks(identity: Identity) -> None:
    clerk = a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)
    answers_of(identity, "chen.clerk", "not-her-password", 5)
    [seen] = identity.list_staff(BOSS)

    identity.change_staff(BOSS, clerk.id, seen.version, StaffChange(new_password="岁岁年年，平平安安。2026"))

    assert not is_signed_in(identity, token)
    assert is_signed_in(identity, identity.sign_in("chen.clerk", "岁岁年年，平平安安。2026"))


def test_a_new_name_changes_nothing_else(identity: Identity) -> None:
    clerk = a_clerk(identity)
    token = identity.sign_in("chen.clerk", PASSWORD)
    [seen] = identity.list_staff(BOSS)

    renamed = identity.change_staff(BOSS, clerk.id, seen.version, StaffChange(name=" 陈明 "))

    assert renamed == replace(seen, name="陈明", version=seen.version + 1)
    assert identity.who(token)[0].name == "陈明"


def test_a_change_of_what_somebody_else_changed_is_refused(identity: Identity) -> None:
    clerk = a_clerk(identity)
    identity.change_staff(BOSS, clerk.id, clerk.version, StaffChange(name="陈明"))

    with pytest.raises(StaleVersion):
        identity.change_staff(BOSS, clerk.id, clerk.version, StaffChange(active=False))


def test_an_administrator_cannot_disable_herself(identity: Identity) -> None:
    boss = identity.add_staff(None, "boss", "吴管", "administrator", None, PASSWORD)

    with pytest.raises(NotAllowed):
        identity.change_staff(
            Actor(boss.id, Role.ADMINISTRATOR, "吴管"), boss.id, boss.version, StaffChange(active=False)
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_keeps_the_staff_list(identity: Identity, role: Role) -> None:
    clerk = a_clerk(identity)
    other = Actor(uuid4(), role, "别人")

    for act in (
        lambda: identity.list_staff(other),
        lambda: identity.add_staff(other, "new.one", "新人", "clerk", None, PASSWORD),
        lambda: identity.change_staff(other, clerk.id, clerk.version, StaffChange(name="别名")),
    ):
        assert isinstance(refusal_of(act), NotAllowed)


def test_a_user_name_is_taken_once_however_it_is_written(identity: Identity) -> None:
    a_clerk(identity)

    with pytest.raises(UsernameTaken):
        a_clerk(identity, "ＣＨＥＮ.clerk")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"username": "c"},                                    "/username"),
        ({"username": "陈秀"},                                  "/username"),
        ({"username": "a b"},                                  "/username"),
        ({"username": "a\n"},                                  "/username"),
        ({"name": " "},                                        "/name"),
        ({"name": "陈" * 41},                                   "/name"),
        ({"role": "applicant"},                                "/role"),
        ({"role": "system"},                                   "/role"),
        ({"role": "officer"},                                  "/department"),
        ({"role": "officer", "department": "tax"},             "/department"),
        ({"department": "health"},                             "/department"),
        ({"password": "123456789"},                            "/password"),
        ({"password": "a" * 129},                              "/password"),
        ({"username": "longusername", "password": "LongUserName"}, "/password"),
    ],
)  # fmt: skip
def test_an_account_against_the_rules_is_refused_at_its_field(
    identity: Identity, change: dict[str, str], pointer: str
) -> None:
    account = {"username": "new.one", "name": "新人", "role": "clerk", "department": None, "password": PASSWORD}

    refusal = refusal_of(lambda: identity.add_staff(BOSS, **account | change))  # type: ignore[arg-type]  # a table row

    assert isinstance(refusal, ContentRefused)
    assert [error["pointer"] for error in refusal.facts["errors"]] == [pointer]


@pytest.mark.parametrize("department", [None, *Department])
def test_each_department_and_only_an_officer_has_one(identity: Identity, department: Department | None) -> None:
    role = "officer" if department else "clerk"

    member = identity.add_staff(BOSS, "new.one", "新人", role, department, "1234567890")

    assert (member.role, member.department) == (role, department)
