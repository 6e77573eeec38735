"""The rules of a staff account: user name, role and department, password, and how many wrong passwords lock it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from re import compile as pattern

from backend.domain.actors import Role
from backend.domain.errors import ContentRefused, LockedOut, WrongPassword
from backend.domain.items import Department

STAFF_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.OFFICER, Role.OVERSIGHT, Role.ADMINISTRATOR})

ATTEMPTS = 5
LOCK_MINUTES = 15
PASSWORD_MIN_CHARACTERS = 10
PASSWORD_MAX_CHARACTERS = 128
NAME_MAX_CHARACTERS = 40

_USERNAME = pattern(r"[a-z0-9][a-z0-9._-]{1,31}")


def normal_username(username: str) -> str:
    """The user name as it is kept: half-width, lower case, without blanks around it."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def check_account(username: str, role: str, department: str | None) -> None:
    """A normal user name; a department exactly for an officer. Raises ContentRefused (fact errors)."""
    if not _USERNAME.fullmatch(username):
        raise _refused("username", "账号用 2 到 32 个小写字母、数字、点、横线，以字母或数字开头。")
    if role not in STAFF_ROLES:
        raise _refused("role", "请选择岗位。")
    if role == Role.OFFICER and department not in set(Department):
        raise _refused("department", "部门经办要选择所在的部门。")
    if role != Role.OFFICER and department is not None:
        raise _refused("department", "只有部门经办才选择部门。")


def checked_name(name: str) -> str:
    """The staff name without blanks around it. Raises ContentRefused (fact errors)."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS:
        raise _refused("name", f"请填写姓名，不超过 {NAME_MAX_CHARACTERS} 个字。")
    return name


def check_password(password: str, username: str, field: str) -> None:
    """10 to 128 characters and not the user name. Raises ContentRefused (fact errors, at the form's `field`)."""
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        lengths = f"{PASSWORD_MIN_CHARACTERS} 到 {PASSWORD_MAX_CHARACTERS}"
        raise _refused(field, f"密码要 {lengths} 个字，可以用一句自己记得住的话。")
    if normal_username(password) == username:
        raise _refused(field, "密码不能和账号一样，请换一个。")


def _refused(field: str, sentence: str) -> ContentRefused:
    return ContentRefused(sentence, errors=[{"pointer": f"/{field}", "detail": sentence}])


@dataclass(frozen=True, slots=True)
class Attempts:
    """Sign-in attempts on one user name since the last good one. The fifth locks the name for 15 minutes."""

    failed: int = 0
    locked_until: datetime | None = None

    def counted(self, at: datetime) -> "Attempts":
        """With one more; the count begins anew after a lock. Raises LockedOut while the lock holds."""
        if self.locked_until is None:
            failed = self.failed + 1
        elif at < self.locked_until:
            raise self.refusal(at)
        else:
            failed = 1
        return Attempts(failed, at + timedelta(minutes=LOCK_MINUTES) if failed >= ATTEMPTS else None)

    def refusal(self, at: datetime) -> LockedOut | WrongPassword:
        """What the person hears when the counted attempt was wrong."""
        if self.locked_until is not None:
            wait = ceil((self.locked_until - at).total_seconds())
            return LockedOut(locked_until=self.locked_until.isoformat(), retry_after_seconds=wait)
        return WrongPassword(attempts_left=ATTEMPTS - self.failed)
