"""Who acts in tests: staff and applicants with made-up names.

Staff are put in as rows with one password's hash, which takes a tenth of a second to make.
"""

from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from backend.adapters.passwords import Argon2Passwords
from backend.domain.actors import Actor, Role
from backend.services.ports import StaffMember, Store
from tests.sandbox_wechat import MovableClock

PASSWORD = "a-made-up-password-1"


@dataclass(frozen=True, slots=True)
class Staff:
    """One of each, and a second clerk."""

    clerk: Actor
    other_clerk: Actor
    supervisor: Actor
    social_security: Actor
    medical_insurance: Actor
    health: Actor
    housing_fund: Actor
    oversight: Actor
    administrator: Actor


def hire_staff(store: Store) -> Staff:
    """One of each role, all with the same password."""
    return Staff(
        clerk=hire(store, "clerk", "陈窗口", Role.CLERK),
        other_clerk=hire(store, "clerk2", "李窗口", Role.CLERK),
        supervisor=hire(store, "supervisor", "何主管", Role.SUPERVISOR),
        social_security=hire(store, "rensheju", "吴社保", Role.OFFICER, "social_security"),
        medical_insurance=hire(store, "yibaoju", "郑医保", Role.OFFICER, "medical_insurance"),
        health=hire(store, "weijianju", "冯卫健", Role.OFFICER, "health"),
        housing_fund=hire(store, "gongjijin", "蒋公积", Role.OFFICER, "housing_fund"),
        oversight=hire(store, "ducha", "沈督查", Role.OVERSIGHT),
        administrator=hire(store, "admin", "韩管理", Role.ADMINISTRATOR),
    )


def hire(store: Store, username: str, name: str, role: Role, department: str | None = None) -> Actor:
    """Adds a member of staff and returns who she acts as."""
    member = StaffMember(
        id=uuid4(),
        username=username,
        name=name,
        role=role,
        department=department,
        password_hash=_password_hash(),
        active=True,
        failed_attempts=0,
        locked_until=None,
        last_signed_in_at=None,
        version=1,
    )
    with store.begin() as tx:
        tx.staff.add(member)
    return Actor(member.id, role, name, department)


def an_applicant(store: Store, clock: MovableClock, openid: str = "o-made-up-1") -> Actor:
    """A person who signed in by WeChat."""
    with store.begin() as tx:
        person = tx.people.sign_in(openid, clock.now())
    return Actor(person.id, Role.APPLICANT, "申请人")


@cache
def _password_hash() -> str:
    return Argon2Passwords().hash(PASSWORD)
