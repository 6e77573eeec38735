"""Who is there: people sign in by WeChat, staff by password; sessions; the staff list.

Cookies and headers are in api/identity.py and api/callers.py, password hashing in adapters/passwords.py.
"""

import base64
import hmac
import json
import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from backend.domain.accounts import Attempts, check_account, check_password, checked_name, normal_username
from backend.domain.actors import SYSTEM, Actor, Role
from backend.domain.errors import (
    NotAllowed,
    NotSignedIn,
    SignInExpired,
    StaleVersion,
)
from backend.domain.items import Department, Office
from backend.services.ports import (
    Clock,
    Passwords,
    Person,
    Seals,
    Session,
    StaffMember,
    Store,
    Transaction,
    WechatIdentity,
)
from backend.services.repeats import is_repeat

LOG = logging.getLogger(__name__)

RETURN_PATH = "/api/identity/wechat/return"
SIGN_IN_MINUTES = 10
SEEN_SECONDS = 60
STRANGERS_REMEMBERED = 10_000

# A second slash, a backslash or a blank would let a browser read the path as another host's address.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]{0,500}")


@dataclass(frozen=True, slots=True)
class StaffChange:
    """What an administrator changes about a member of staff; None leaves it as it is."""

    active: bool | None = None
    name: str | None = None
    new_password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long sessions last. Staff sessions also end when they are idle."""

    staff_idle: timedelta
    staff: timedelta
    applicant: timedelta


class Identity:
    """Sign-in, sessions and the staff list. `public_url` is the origin WeChat sends people back to."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        passwords: Passwords,
        seals: Seals,
        wechat: WechatIdentity,
        offices: Mapping[Department, Office],
        cookie_secret: bytes,
        public_url: str,
        limits: SessionLimits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._seals = seals
        self._wechat = wechat
        self._offices = offices
        self._cookie_secret = cookie_secret
        self._public_url = public_url
        self._limits = limits
        self._strangers = _Strangers()
        self._nobodys_hash = passwords.hash(secrets.token_urlsafe())

    # ── people, by WeChat ────────────────────────────────────────────────────────────────────

    def begin(self, next_path: str) -> tuple[str, str]:
        """WeChat's page to send the browser to, and the cookie that ties the answer to this browser for ten minutes."""
        state = secrets.token_hex(16)
        expires_at = self._clock.now() + timedelta(minutes=SIGN_IN_MINUTES)
        cookie = _signed([state, local_path(next_path), int(expires_at.timestamp())], self._cookie_secret)
        return self._wechat.authorize_url(self._public_url + RETURN_PATH, state), cookie

    def complete(self, code: str, state: str, cookie: str, replaces: str | None = None) -> tuple[str, str]:
        """A new session's token and the local path to go on to. The session `replaces` (a token) ends.

        Raises SignInExpired when the answer is not this browser's, is late or came before; OutsideDown.
        """
        at = self._clock.now()
        next_path = self._open_cookie(cookie, state, at)
        with self._store.begin() as tx:
            # Committed before WeChat is asked: of two answers at once only one may exchange the code.
            if is_repeat(tx, self._seals, SYSTEM, f"wechat-sign-in:{state}", {}, at):
                raise SignInExpired
        openid = self._wechat.openid_for(code)
        with self._store.begin() as tx:
            person = tx.people.sign_in(openid, at)
            token = self._new_session(tx, "applicant", person.id, at, replaces)
        return token, next_path

    def _open_cookie(self, cookie: str, state: str, at: datetime) -> str:
        """The path to go on to. Raises SignInExpired."""
        content = _unsigned(cookie, self._cookie_secret)
        if content is None:
            raise SignInExpired
        expected_state, next_path, expires_at = content
        if not hmac.compare_digest(state.encode(), expected_state.encode()) or at.timestamp() >= expires_at:
            raise SignInExpired
        return local_path(next_path)

    # ── staff, by password ───────────────────────────────────────────────────────────────────

    def sign_in(self, username: str, password: str, replaces: str | None = None) -> str:
        """A new session's token. The session `replaces` (a token) ends. An unknown name is answered like a known one.

        Raises WrongPassword (attempts_left), LockedOut (locked_until) from the fifth failure for 15 minutes, NotAllowed
        for a right password of a disabled account.
        """
        at = self._clock.now()
        member, attempts = self._count_attempt(normal_username(username), at)
        right = self._passwords.matches(password, member.password_hash if member else self._nobodys_hash)
        if member is None or not right:
            LOG.warning("staff sign-in refused", extra={"staff_id": str(member.id) if member else None})
            raise attempts.refusal(at)
        with self._store.begin() as tx:
            member = tx.staff.by_username(member.username)
            if member is None or not member.active:
                raise NotAllowed("这个账号已经停用，请联系管理员。")
            tx.staff.save(replace(member, failed_attempts=0, locked_until=None, last_signed_in_at=at))
            token = self._new_session(tx, "staff", member.id, at, replaces)
        LOG.info("staff signed in", extra={"staff_id": str(member.id)})
        return token

    def _count_attempt(self, username: str, at: datetime) -> tuple[StaffMember | None, Attempts]:
        """The member and the attempts with this one, counted before the password is tried so that none is free.

        Raises LockedOut.
        """
        with self._store.begin() as tx:
            member = tx.staff.by_username(username)
            if member is None:
                return None, self._strangers.count(username, at)
            attempts = Attempts(member.failed_attempts, member.locked_until).counted(at)
            tx.staff.save(replace(member, failed_attempts=attempts.failed, locked_until=attempts.locked_until))
        return member, attempts

    # ── sessions ─────────────────────────────────────────────────────────────────────────────

    def who(self, token: str) -> tuple[Actor, Session]:
        """Who holds this token. Raises NotSignedIn when the session is over, idle too long, or its owner disabled."""
        found = self._store.signed_in(self._digest(token))
        if found is None or self._clock.now() >= self._ends_at(found.session):
            raise NotSignedIn
        session = found.session
        if session.kind == "applicant":
            return Actor(session.subject_id, Role.APPLICANT, "申请人"), session
        if not found.active or found.role is None or found.name is None:
            raise NotSignedIn
        return Actor(session.subject_id, Role(found.role), found.name, found.department), session

    def seen(self, session: Session) -> None:
        """Notes that the owner is active, at most once a minute."""
        at = self._clock.now()
        if at - session.last_seen_at >= timedelta(seconds=SEEN_SECONDS):
            with self._store.begin() as tx:
                tx.sessions.seen(session.token_digest, at)

    def sign_out(self, token: str) -> None:
        """Ends this session; a token nobody has is no error."""
        with self._store.begin() as tx:
            tx.sessions.end(self._digest(token))

    def sweep_sessions(self) -> int:
        """Removes the sessions that are over; returns how many."""
        with self._store.begin() as tx:
            return tx.sessions.sweep(self._clock.now())

    def person(self, actor: Actor) -> Person:
        """The person behind an applicant. Raises NotFound."""
        with self._store.begin() as tx:
            return tx.people.get(actor.id)

    def department_label(self, department: str | None) -> str | None:
        """区人社局 and the others, by code."""
        return self._offices[Department(department)].name if department else None

    @property
    def staff_idle_minutes(self) -> int:
        """Minutes without activity after which a staff session ends."""
        return int(self._limits.staff_idle.total_seconds() // 60)

    def _new_session(self, tx: Transaction, kind: str, subject_id: UUID, at: datetime, replaces: str | None) -> str:
        if replaces:
            tx.sessions.end(self._digest(replaces))
        token = secrets.token_urlsafe(32)
        lifetime = self._limits.staff if kind == "staff" else self._limits.applicant
        csrf_token = secrets.token_urlsafe(32)
        tx.sessions.add(Session(self._digest(token), kind, subject_id, csrf_token, at, at, at + lifetime))
        return token

    def _ends_at(self, session: Session) -> datetime:
        if session.kind == "staff":
            return min(session.expires_at, session.last_seen_at + self._limits.staff_idle)
        return session.expires_at

    def _digest(self, token: str) -> bytes:
        return self._seals.digest(token.encode("utf-8", "replace"))

    # ── the staff list ───────────────────────────────────────────────────────────────────────

    def list_staff(self, actor: Actor) -> list[StaffMember]:
        """All members of staff, the disabled ones too. Raises NotAllowed."""
        _require_administrator(actor)
        with self._store.begin() as tx:
            return tx.staff.all()

    def is_locked(self, member: StaffMember) -> bool:
        """Whether too many wrong passwords keep the member out now."""
        return member.locked_until is not None and self._clock.now() < member.locked_until

    def add_staff(
        self, actor: Actor | None, username: str, name: str, role: str, department: str | None, password: str
    ) -> StaffMember:
        """Adds a member of staff; no actor means the command line on the server itself.

        Raises NotAllowed, UsernameTaken, ContentRefused (fact errors, by field).
        """
        if actor is not None:
            _require_administrator(actor)
        username, name = normal_username(username), checked_name(name)
        check_account(username, role, department)
        check_password(password, username, "password")
        member = StaffMember(
            id=uuid4(),
            username=username,
            name=name,
            role=role,
            department=department,
            password_hash=self._passwords.hash(password),
            active=True,
            failed_attempts=0,
            locked_until=None,
            last_signed_in_at=None,
            version=1,
        )
        with self._store.begin() as tx:
            tx.staff.add(member)
        LOG.info("staff added", extra={"staff_id": str(member.id), "by": str(actor.id) if actor else "command line"})
        return member

    def change_staff(self, actor: Actor, staff_id: UUID, seen_version: int, change: StaffChange) -> StaffMember:
        """Changes a member of staff. Disabling or a new password ends the member's sessions; the latter unlocks.

        Raises NotAllowed (also for disabling oneself), NotFound, StaleVersion, ContentRefused.
        """
        _require_administrator(actor)
        if change.active is False and staff_id == actor.id:
            raise NotAllowed("不能停用自己的账号，请另一位管理员来做。")
        with self._store.begin() as tx:
            member = tx.staff.get(staff_id)
        if change.new_password is not None:
            check_password(change.new_password, member.username, "new_password")
        password_hash = self._passwords.hash(change.new_password) if change.new_password is not None else None
        with self._store.begin() as tx:
            member = tx.staff.by_username(member.username) or member  # a user name never changes; this locks the row
            if member.version != seen_version:
                raise StaleVersion("这个账号刚刚有人改动过，请看过新的内容再改。", version=member.version)
            tx.staff.save(_changed(member, change, password_hash))
            if change.active is False or password_hash is not None:
                tx.sessions.end_all_of(staff_id)
            changed = tx.staff.get(staff_id)
        LOG.info("staff changed", extra={"staff_id": str(staff_id), "by": str(actor.id)})
        return changed


def local_path(path: str) -> str:
    """The path if it stays on this site and is a page of it, else the start page: never an open redirect."""
    return path if _LOCAL_PATH.fullmatch(path) and not path.startswith("/api/") else "/"


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed


def _changed(member: StaffMember, change: StaffChange, password_hash: str | None) -> StaffMember:
    if change.name is not None:
        member = replace(member, name=checked_name(change.name))
    if change.active is not None:
        member = replace(member, active=change.active)
    if password_hash is not None:
        member = replace(member, password_hash=password_hash, failed_attempts=0, locked_until=None)
    return member


class _Strangers:
    """Attempts on names that nobody has, so that the answers do not tell which names exist. Of this process only."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, Attempts] = OrderedDict()
        self._lock = Lock()

    def count(self, username: str, at: datetime) -> Attempts:
        """Raises LockedOut."""
        with self._lock:
            attempts = self._attempts.get(username, Attempts()).counted(at)
            self._attempts[username] = attempts
            self._attempts.move_to_end(username)
            if len(self._attempts) > STRANGERS_REMEMBERED:
                self._attempts.popitem(last=False)
            return attempts


# ── the cookie between going to WeChat and coming back ───────────────────────────────────────


def _signed(content: list[str | int], secret: bytes) -> str:
    body = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    return f"{body}.{_signature(body, secret)}"


def _unsigned(cookie: str, secret: bytes) -> tuple[str, str, int] | None:
    body, _, signature = cookie.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, secret).encode()):
        return None
    state, next_path, expires_at = json.loads(base64.urlsafe_b64decode(body))
    return state, next_path, expires_at


def _signature(body: str, secret: bytes) -> str:
    return hmac.new(secret, b"wechat-sign-in:" + body.encode("utf-8", "replace"), "sha256").hexdigest()
