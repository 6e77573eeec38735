"""Who is calling: the caller each route declares, the session behind the cookie, CSRF, and a change's preconditions.

How people sign in is in api/identity.py; what a role may do to a case is in the domain.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import NamedTuple, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, current_app, g, request
from flask.blueprints import BlueprintSetupState

from backend.domain.accounts import STAFF_ROLES
from backend.domain.actors import Actor, Role
from backend.domain.errors import ContentRefused, CsrfRefused, NotAllowed, NotSignedIn, VersionMissing
from backend.services import Services
from backend.services.counter import AtDesk
from backend.services.ports import Session
from backend.settings import Settings

SESSION_COOKIE = "tuixiu_session"
CSRF_HEADER = "X-CSRF-Token"
LINK_HEADER = "X-Shoot-Code"  # of a phone that opened the counter's link: it stands for a session
BACKGROUND_HEADER = "X-Background"  # sent with what a page asks by itself: it does not keep a session from idling out
SIGN_IN_PATH = "/api/identity/wechat/start"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Flask's own files and flask-smorest's document are not ours to mark; both are public by nature.
PUBLIC_ENDPOINT = re.compile(r"static|api-docs\..+")

_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"')  # a proxy that compresses makes our strong tag a weak one
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{8,200}")

View = TypeVar("View", bound=Callable[..., object])


class Caller(Enum):
    """Who a route is for."""

    OPEN = "open"  # anybody, no session
    SIGNED_IN = "signed-in"  # an applicant or any member of staff
    APPLICANT = "applicant"
    STAFF = "staff"  # every role of the staff, or the ones that are named


class Declared(NamedTuple):
    """Who may call a route; `roles` is empty for an open one."""

    caller: Caller
    roles: frozenset[Role]


class UndeclaredRoutes(Exception):
    """Routes that do not say who may call them: the service does not start."""


# ── declaring ────────────────────────────────────────────────────────────────────────────────


def declare(blp: Blueprint, caller: Caller, roles: Iterable[Role] = ()) -> None:
    """Says who may call the routes of a blueprint; `roles` narrows STAFF."""
    declared = _declared(caller, roles)

    def remember(state: BlueprintSetupState) -> None:
        state.app.extensions.setdefault("callers_by_blueprint", {})[state.name] = declared

    blp.record(remember)


def called_by(caller: Caller, roles: Iterable[Role] = ()) -> Callable[[View], View]:
    """Says who may call one view function, whatever its blueprint says. Stands under the route."""
    declared = _declared(caller, roles)

    def mark(view: View) -> View:
        view.__dict__["called_by"] = declared
        return view

    return mark


def at_the_counter(view: View) -> View:
    """A clerk may call this view of the applicant's too, in the one case she sits for at the counter."""
    view.__dict__["at_the_counter"] = True
    return view


def by_shoot_link(view: View) -> View:
    """A phone may call this view too, with the code of a counter's link of the one case in X-Shoot-Code."""
    view.__dict__["by_shoot_link"] = True
    return view


def declared(app: Flask) -> Mapping[str, Declared]:
    """Endpoint → who may call it. Raises UndeclaredRoutes, naming them."""
    found = {rule.endpoint: _declaration(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    undeclared = sorted(endpoint for endpoint, declaration in found.items() if declaration is None)
    if undeclared:
        raise UndeclaredRoutes(f"No caller is declared for {', '.join(undeclared)}: use declare() or @called_by().")
    return {endpoint: declaration for endpoint, declaration in found.items() if declaration is not None}


def _declared(caller: Caller, roles: Iterable[Role]) -> Declared:
    every: Mapping[Caller, frozenset[Role]] = {
        Caller.OPEN: frozenset(),
        Caller.SIGNED_IN: STAFF_ROLES | {Role.APPLICANT},
        Caller.APPLICANT: frozenset({Role.APPLICANT}),
        Caller.STAFF: STAFF_ROLES,
    }
    named = frozenset(roles)
    if not named <= every[caller]:
        raise ValueError(f"{sorted(named - every[caller])} can never be {caller.value}")
    return Declared(caller, named or every[caller])


def _declaration(app: Flask, endpoint: str) -> Declared | None:
    view = app.view_functions[endpoint]
    methods = vars(getattr(view, "view_class", object)).values()
    if any("called_by" in getattr(method, "__dict__", {}) for method in methods):
        raise UndeclaredRoutes(f"{endpoint} marks a method of a view class, which has one caller: use view functions.")
    if "called_by" in view.__dict__:
        return cast(Declared, view.__dict__["called_by"])
    if PUBLIC_ENDPOINT.fullmatch(endpoint):
        return _declared(Caller.OPEN, ())
    by_blueprint: Mapping[str, Declared] = app.extensions.get("callers_by_blueprint", {})
    return by_blueprint.get(endpoint.rpartition(".")[0])


# ── letting in ───────────────────────────────────────────────────────────────────────────────


def install(app: Flask) -> None:
    """Lets in only whom each route is for. Comes after the last route, and after `services` and `settings` are set.

    Raises UndeclaredRoutes.
    """
    app.extensions["callers"] = declared(app)
    app.before_request(_admit)


def _admit() -> None:
    """Raises NotSignedIn, NotAllowed, CsrfRefused."""
    if request.endpoint is None:
        return  # no such route: Flask answers 404 or 405
    declaration: Declared = current_app.extensions["callers"][request.endpoint]
    if declaration.caller is Caller.OPEN:
        _refuse_other_sites()
        return
    if _lets_phone_in():
        return
    g.actor, g.session = _signed_in()
    if g.actor.role not in declaration.roles and not _lets_clerk_in(g.actor, g.session):
        raise NotAllowed(_wrong_audience(g.actor, declaration))
    if request.method not in SAFE_METHODS:
        _check_csrf(g.session)


def _lets_clerk_in(who: Actor, its_session: Session) -> bool:
    case_id = _case_of_request("at_the_counter")
    if case_id is None or who.role is not Role.CLERK:
        return False
    return services().counter.is_seated(AtDesk(who, its_session.token_digest), case_id)


def _lets_phone_in() -> bool:
    """Whether the request comes by a link; it acts as the link then. Raises ShootLinkGone."""
    code = request.headers.get(LINK_HEADER)
    case_id = _case_of_request("by_shoot_link") if code else None
    if code is None or case_id is None:
        return False
    photo_id: UUID | None = (request.view_args or {}).get("photo_id")
    g.actor = services().shoot_links.admit(code, case_id, photo_id)
    g.comes_by_link = True
    return True


def _case_of_request(mark: str) -> UUID | None:
    """The case in the address of a view that carries this mark."""
    view = current_app.view_functions[request.endpoint or ""]
    case_id: UUID | None = (request.view_args or {}).get("case_id")
    return case_id if mark in view.__dict__ else None


def _signed_in() -> tuple[Actor, Session]:
    identity = services().identity
    token = session_token()
    try:
        if token is None:
            raise NotSignedIn
        who, session = identity.who(token)
    except NotSignedIn as refusal:
        raise NotSignedIn(**_where_to_sign_in()) from refusal
    if BACKGROUND_HEADER not in request.headers:
        identity.seen(session)
    return who, session


def _where_to_sign_in() -> dict[str, str | None]:
    return {
        "sign_in_path": SIGN_IN_PATH,
        "public_url": settings().public_url,
        "sandbox_phone_url": settings().sandbox_wechat_phone_url,
    }


def _wrong_audience(who: Actor, declaration: Declared) -> str | None:
    if who.role is Role.APPLICANT:
        return "这个页面给工作人员用，请用工作账号登录。"
    if declaration.caller is Caller.APPLICANT:
        return "这个页面给申请人用，请从微信里打开。"
    return None


def _check_csrf(session: Session) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
        raise CsrfRefused


def _refuse_other_sites() -> None:
    """An open change has no session and so no token: another site's page must not sign a visitor in (login CSRF)."""
    if request.method in SAFE_METHODS:
        return
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site is not None:
        if fetch_site not in ("same-origin", "none"):
            raise CsrfRefused
    elif origin is not None and urlsplit(origin).netloc not in (urlsplit(settings().public_url).netloc, request.host):
        raise CsrfRefused


# ── what a view asks ─────────────────────────────────────────────────────────────────────────


def services() -> Services:
    """The use cases."""
    return cast(Services, current_app.extensions["services"])


def settings() -> Settings:
    """The settings the app was made with."""
    return cast(Settings, current_app.extensions["settings"])


def actor() -> Actor:
    """Who calls; not for open routes."""
    return cast(Actor, g.actor)


def session() -> Session:
    """The caller's session; not for open routes."""
    return cast(Session, g.session)


def comes_by_link() -> bool:
    """Whether this request was let in by a counter's link, without a session."""
    return bool(g.get("comes_by_link", False))


def desk() -> AtDesk:
    """The clerk and the session she works in."""
    return AtDesk(actor(), session().token_digest)


def session_token() -> str | None:
    """The token in the browser's cookie, good or not."""
    return request.cookies.get(SESSION_COOKIE) or None


def seen_version() -> int:
    """The version the caller saw, from If-Match: `"3"`. Raises VersionMissing, ContentRefused."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise VersionMissing
    match = _VERSION.fullmatch(sent.strip())
    if match is None:
        raise ContentRefused('If-Match 的写法不对，应当像 "3" 这样，请刷新页面后再试。', header="If-Match")
    return int(match[1])


def idempotency_key() -> str:
    """The Idempotency-Key, 8 to 200 visible ASCII characters. Raises ContentRefused (fact header)."""
    sent = request.headers.get("Idempotency-Key", "")
    if not _IDEMPOTENCY_KEY.fullmatch(sent):
        raise ContentRefused(
            "请求里缺少 Idempotency-Key（8 到 200 个字符），请刷新页面后再试。", header="Idempotency-Key"
        )
    return sent


def idempotency_key_if_any() -> str | None:
    """The same where a request may come without one. Raises ContentRefused for one of the wrong form."""
    return idempotency_key() if "Idempotency-Key" in request.headers else None
