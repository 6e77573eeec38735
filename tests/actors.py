"""Who acts in tests: staff and applicants as the service itself makes them, with made-up names."""

from dataclasses import dataclass
from uuid import UUID

from backend.domain.actors import Actor, Role
from backend.services import Services
from backend.services.ports import Store
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


def hire_staff(services: Services) -> Staff:
    """Adds one of each role by the use case."""
    return Staff(
        clerk=hire(services, "clerk", "陈窗口", Role.CLERK),
        other_clerk=hire(services, "clerk2", "李窗口", Role.CLERK),
        supervisor=hire(services, "supervisor", "何主管", Role.SUPERVISOR),
        social_security=hire(services, "rensheju", "吴社保", Role.OFFICER, "social_security"),
        medical_insurance=hire(services, "yibaoju", "郑医保", Role.OFFICER, "medical_insurance"),
        health=hire(services, "weijianju", "冯卫健", Role.OFFICER, "health"),
        housing_fund=hire(services, "gongjijin", "蒋公积", Role.OFFICER, "housing_fund"),
        oversight=hire(services, "ducha", "沈督查", Role.OVERSIGHT),
        administrator=hire(services, "admin", "韩管理", Role.ADMINISTRATOR),
    )


def hire(services: Services, username: str, name: str, role: Role, department: str | None = None) -> Actor:
    """Adds a member of staff and returns who she acts as."""
    staff_id = services.identity.add_staff(None, username, name, role, department, PASSWORD)
    return Actor(_id(staff_id), role, name, department)


def an_applicant(store: Store, clock: MovableClock, openid: str = "o-made-up-1") -> Actor:
    """A person who signed in by WeChat."""
    with store.begin() as tx:
        person = tx.people.sign_in(openid, clock.now())
    return Actor(person.id, Role.APPLICANT, "申请人")


def _id(added: object) -> UUID:
    found = getattr(added, "id", added)
    assert isinstance(found, UUID)
    return found
