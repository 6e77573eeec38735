"""Signing in and out over HTTP, for applicants and staff; the session cookie; the administrator's staff list."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from flask import Response, after_this_request, redirect, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from backend.api import fields as field
from backend.api.callers import (
    SESSION_COOKIE,
    Caller,
    actor,
    called_by,
    declare,
    seen_version,
    services,
    session,
    session_token,
    settings,
)
from backend.domain.accounts import STAFF_ROLES
from backend.domain.actors import Actor, Role
from backend.domain.errors import NotSignedIn, OutsideDown, RuleBroken, SignInExpired
from backend.domain.items import Department
from backend.services.identity import SIGN_IN_MINUTES, StaffChange, local_path
from backend.services.ports import Session, StaffMember

STATE_COOKIE = "tuixiu_wechat_state"
STATE_COOKIE_PATH = "/api/identity/wechat"

blp = Blueprint("identity", __name__, url_prefix="/api/identity", description="登录、会话和工作人员账号")
declare(blp, Caller.SIGNED_IN)

# ── what goes in and out ─────────────────────────────────────────────────────────────────────

_ROLES = sorted(STAFF_ROLES)
_DEPARTMENTS = sorted(Department)


class SignedInPerson(Schema):
    """The applicant who is signed in."""

    id = fields.UUID(required=True)
    follows = fields.Boolean(required=True, metadata={"description": "Follows the official account, so pushes arrive."})


class SignedInStaff(Schema):
    """The member of staff who is signed in."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    department = fields.String(required=True, allow_none=True, validate=validate.OneOf(_DEPARTMENTS))
    department_label = fields.String(required=True, allow_none=True)


class CounterSeat(Schema):
    """For whom the clerk fills in at the counter now."""

    case_id = fields.UUID(required=True)
    applicant_name = fields.String(required=True)
    clerk_name = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    signs_on_paper = fields.Boolean(required=True)
    is_walk_in = fields.Boolean(required=True)


class SessionView(Schema):
    """Who is signed in; `person` for an applicant, `staff` and `idle_minutes` for staff, `counter` for whom."""

    kind = fields.String(required=True, validate=validate.OneOf(["applicant", "staff"]))
    csrf_token = fields.String(required=True, metadata={"description": "For the X-CSRF-Token header of every change."})
    person = fields.Nested(SignedInPerson)
    staff = fields.Nested(SignedInStaff)
    idle_minutes = fields.Integer()
    counter = fields.Nested(CounterSeat)


class NextQuery(Schema):
    """Where to go on to: a path of this site; anything else becomes the start page."""

    class Meta:
        unknown = EXCLUDE

    next = fields.String(load_default="/")


class WechatReturnQuery(Schema):
    """What WeChat sends back; no code when the person refused."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(load_default="", validate=validate.Length(max=512))
    state = fields.String(load_default="", validate=validate.Length(max=128))


class StaffCredentials(Schema):
    """账号和密码."""

    username = fields.String(required=True, validate=validate.Length(1, 100))
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 200))


class StaffRow(Schema):
    """A member of staff as the administrator sees one."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    department = fields.String(required=True, allow_none=True, validate=validate.OneOf(_DEPARTMENTS))
    active = fields.Boolean(required=True)
    locked = fields.Boolean(required=True, metadata={"description": "Too many wrong passwords, for 15 minutes."})
    last_signed_in_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class StaffList(Schema):
    """Every member of staff, the disabled ones too."""

    staff = fields.List(fields.Nested(StaffRow), required=True)


class NewStaff(Schema):
    """A new account; `department` exactly for an officer."""

    username = fields.String(required=True, validate=validate.Length(1, 100))
    name = fields.String(required=True, validate=validate.Length(1, 100))
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    department = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(_DEPARTMENTS))
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 200))


class StaffPatch(Schema):
    """What to change; what is left out stays."""

    active = fields.Boolean()
    name = fields.String(validate=validate.Length(1, 100))
    new_password = fields.String(load_only=True, validate=validate.Length(1, 200))


# ── sessions ─────────────────────────────────────────────────────────────────────────────────


@blp.get("/session")
@blp.response(200, SessionView)
def get_session() -> dict[str, Any]:
    """Say who is signed in, with the CSRF token for changes."""
    return _session_view(actor(), session())


@blp.delete("/session")
@blp.response(204)
def sign_out() -> None:
    """Sign out."""
    services().identity.sign_out(session_token() or "")
    after_this_request(_forget_session)


@blp.post("/staff/session")
@called_by(Caller.OPEN)
@blp.arguments(StaffCredentials)
@blp.response(200, SessionView)
def sign_in_staff(credentials: dict[str, str]) -> dict[str, Any]:
    """Sign a member of staff in. Five wrong passwords lock the account for 15 minutes."""
    identity = services().identity
    token = identity.sign_in(credentials["username"], credentials["password"], replaces=session_token())
    _remember_session(token, lifetime=None)
    return _session_view(*identity.who(token))


# ── WeChat ───────────────────────────────────────────────────────────────────────────────────


@blp.get("/wechat/start")
@called_by(Caller.OPEN)
@blp.arguments(NextQuery, location="query")
@blp.response(302, description="To WeChat's sign-in page; a cookie ties its answer to this browser.")
def start_wechat(query: dict[str, str]) -> BaseResponse:
    """Send the browser to WeChat to sign in."""
    url, cookie = services().identity.begin(query["next"])
    response = redirect(url)
    response.set_cookie(
        STATE_COOKIE,
        cookie,
        max_age=timedelta(minutes=SIGN_IN_MINUTES),
        path=STATE_COOKIE_PATH,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


@blp.get("/wechat/return")
@called_by(Caller.OPEN)
@blp.arguments(WechatReturnQuery, location="query")
@blp.response(302, description="Signed in, on to the page the person came for.")
def return_from_wechat(query: dict[str, str]) -> BaseResponse:
    """Take WeChat's answer: a session for the person. A browser is answered with a page when it did not work."""
    cookie = request.cookies.get(STATE_COOKIE, "")
    try:
        token, next_path = services().identity.complete(query["code"], query["state"], cookie, session_token())
    except (SignInExpired, OutsideDown) as refusal:
        return _not_signed_in(refusal)
    response = redirect(next_path)
    response.delete_cookie(STATE_COOKIE, path=STATE_COOKIE_PATH, secure=_is_https(), httponly=True, samesite="Lax")
    _remember_session(token, lifetime=timedelta(days=settings().applicant_session_days))
    return response


@blp.get("/qr.svg")
@called_by(Caller.OPEN)
@blp.arguments(NextQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="image/svg+xml")
def qr(query: dict[str, str]) -> Response:
    """Draw the code to scan with WeChat: the public address of a page of this site."""
    code = segno.make(settings().public_url + local_path(query["next"]), micro=False, error="m")
    picture = BytesIO()
    code.save(picture, kind="svg", scale=8, border=4, light="#fff", title="用微信扫一扫")
    return Response(picture.getvalue(), mimetype="image/svg+xml")


# ── the staff list ───────────────────────────────────────────────────────────────────────────


@blp.get("/staff")
@called_by(Caller.STAFF, roles=(Role.ADMINISTRATOR,))
@blp.response(200, StaffList)
def list_staff() -> dict[str, Any]:
    """List the accounts of all staff."""
    return {"staff": [_staff_row(member) for member in services().identity.list_staff(actor())]}


@blp.post("/staff")
@called_by(Caller.STAFF, roles=(Role.ADMINISTRATOR,))
@blp.arguments(NewStaff)
@blp.response(201, StaffRow)
def add_staff(new: dict[str, Any]) -> dict[str, Any]:
    """Add an account for a member of staff."""
    return _staff_row(services().identity.add_staff(actor(), **new))


@blp.patch("/staff/<uuid:staff_id>")
@called_by(Caller.STAFF, roles=(Role.ADMINISTRATOR,))
@blp.arguments(StaffPatch)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, StaffRow)
def change_staff(change: dict[str, Any], staff_id: UUID) -> dict[str, Any]:
    """Rename, disable or enable an account, or give it a new password, which also unlocks it."""
    return _staff_row(services().identity.change_staff(actor(), staff_id, seen_version(), StaffChange(**change)))


# ── views and cookies ────────────────────────────────────────────────────────────────────────


def _session_view(who: Actor, current: Session) -> dict[str, Any]:
    identity = services().identity
    view: dict[str, Any] = {"kind": current.kind, "csrf_token": current.csrf_token}
    if who.role is Role.APPLICANT:
        return {**view, "person": identity.person(who)}
    label = identity.department_label(who.department)
    staff = {"id": who.id, "name": who.name, "role": who.role.value, "department": who.department}
    seat = services().counter.seat(current.token_digest) if who.role is Role.CLERK else None
    at_counter = {"counter": seat} if seat else {}
    whole = {**staff, "department_label": label}
    return {**view, "staff": whole, "idle_minutes": identity.staff_idle_minutes, **at_counter}


def _staff_row(member: StaffMember) -> dict[str, Any]:
    shown = ("id", "username", "name", "role", "department", "active", "last_signed_in_at", "version")
    return {**{name: getattr(member, name) for name in shown}, "locked": services().identity.is_locked(member)}


def _is_https() -> bool:
    return settings().public_url.startswith("https://")


def _remember_session(token: str, lifetime: timedelta | None) -> None:
    """Without a lifetime the cookie ends with the browser."""

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            SESSION_COOKIE, token, max_age=lifetime, path="/", secure=_is_https(), httponly=True, samesite="Lax"
        )
        return response


def _forget_session(response: Response) -> Response:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=_is_https(), httponly=True, samesite="Lax")
    return response


_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 32rem; margin: 0 auto; padding: 2.5rem 1.25rem; font: 1.25rem/1.7 sans-serif; color: #1a1a1a }}
h1 {{ font-size: 1.625rem }}
a {{ display: block; padding: 1rem; border-radius: .5rem; background: #006b3c; color: #fff; text-align: center;
  text-decoration: none }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{sentence}</p>
<a href="/">重新打开</a>
</body>
</html>
"""


def _not_signed_in(refusal: RuleBroken) -> BaseResponse:
    """A page for a browser, a problem for a program.

    WeChat's browser sometimes opens the return address twice; whom the first one signed in just goes on.
    """
    if _has_a_session():
        return redirect("/")
    if not request.accept_mimetypes.accept_html or request.accept_mimetypes.best == "*/*":
        raise refusal
    page = _PAGE.format(title=refusal.title, sentence=refusal.detail)
    return Response(page, 401 if isinstance(refusal, NotSignedIn) else 503, mimetype="text/html")


def _has_a_session() -> bool:
    token = session_token()
    try:
        return token is not None and services().identity.who(token)[0].role is Role.APPLICANT
    except NotSignedIn:
        return False
