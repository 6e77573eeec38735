"""Who acts: a person or a member of staff, with the one role they act in. No sessions, no passwords."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The roles of 工作方案 三 to 八; the values are the wire values."""

    APPLICANT = "applicant"  # 申请人
    HELPER = "helper"  # 代办人, in the case of an applicant who authorised her
    CLERK = "clerk"  # 窗口人员
    SUPERVISOR = "supervisor"  # 窗口主管
    OFFICER = "officer"  # 部门经办
    OVERSIGHT = "oversight"  # 督查
    ADMINISTRATOR = "administrator"  # 管理员
    SYSTEM = "system"  # the service itself, by the clock


ROLE_LABELS = {
    Role.APPLICANT: "申请人",
    Role.HELPER: "代办人",
    Role.CLERK: "窗口人员",
    Role.SUPERVISOR: "窗口主管",
    Role.OFFICER: "部门经办",
    Role.OVERSIGHT: "督查",
    Role.ADMINISTRATOR: "管理员",
    Role.SYSTEM: "系统",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something. `name` is a staff name, 申请人, or 代办人 with a masked name.

    `department` is set for officers only.
    """

    id: UUID
    role: Role
    name: str
    department: str | None = None


SYSTEM = Actor(UUID(int=0), Role.SYSTEM, "系统")
