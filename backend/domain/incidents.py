"""Incidents (异常): what the nightly proof of the evidence found broken, in words for the administrator.

The proof itself is in services/proofs.py. An incident is opened once for each thing, seen again while it lasts, and
closed by a person with a note.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.errors import ReasonMissing, StaleVersion

NOTE_LEAST_CHARACTERS = 4


class IncidentKind(StrEnum):
    """What is broken; the values are the wire and database values."""

    OBJECT_MISSING = "object_missing"
    OBJECT_CHANGED = "object_changed"
    DERIVATIVE_MISSING = "derivative_missing"
    ROW_MISSING = "row_missing"
    LINK_MISSING = "link_missing"
    SLOT_EMPTY = "slot_empty"
    DOCUMENT_NOT_MADE = "document_not_made"


# fmt: off
INCIDENT_LABELS: dict[IncidentKind, str] = {
    IncidentKind.OBJECT_MISSING:     "文件不见了",
    IncidentKind.OBJECT_CHANGED:     "文件和登记的不一样",
    IncidentKind.DERIVATIVE_MISSING: "缩略图不见了",
    IncidentKind.ROW_MISSING:        "登记不见了",
    IncidentKind.LINK_MISSING:       "没有留痕记录",
    IncidentKind.SLOT_EMPTY:         "材料是空的",
    IncidentKind.DOCUMENT_NOT_MADE:  "文书没有生成",
}

WHAT_TO_DO: dict[IncidentKind, str] = {
    IncidentKind.OBJECT_MISSING:
        "存储里找不到这个文件。请技术人员从存储的历史版本或备份里恢复，再核一遍；恢复不了的，请窗口联系申请人重新提供。",
    IncidentKind.OBJECT_CHANGED:
        "文件的内容和登记的校验值对不上，可能被换过或损坏。请技术人员从历史版本里恢复，查清是谁动过存储，再核一遍。",
    IncidentKind.DERIVATIVE_MISSING:
        "原图还在，只是缩略图没有了，不影响办理。请技术人员从备份里恢复。",
    IncidentKind.ROW_MISSING:
        "留痕里记着收过这个文件，数据库里却没有它的登记。请技术人员查数据库的改动，从备份里恢复这一条。",
    IncidentKind.LINK_MISSING:
        "数据库里有这个文件的登记，留痕里却没有它。请技术人员核对这件的留痕，查清登记是怎么来的。",
    IncidentKind.SLOT_EMPTY:
        "已经提交的办件，这份材料却没有照片，也没有说明。请窗口看一看这一件，需要的话请申请人补交。",
    IncidentKind.DOCUMENT_NOT_MADE:
        "文书过了一天还没有生成。请技术人员看后台任务 make_document 的报错。",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Incident:
    """One broken thing. `subject` names it (`photo:…`, `document:…`, `result:…`); nothing in it is personal."""

    id: UUID
    kind: IncidentKind
    case_id: UUID
    subject: str
    detail: str
    found_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    note: str | None = None

    @property
    def version(self) -> int:
        """Open it is the first, closed the second and last."""
        return 1 if self.closed_at is None else 2

    def closed(self, actor: Actor, seen_version: int, note: str, at: datetime) -> "Incident":
        """Raises StaleVersion when somebody closed it since it was seen, ReasonMissing for a note that says nothing."""
        if seen_version != self.version or self.closed_at is not None:
            closed_at = self.closed_at.isoformat() if self.closed_at else None
            raise StaleVersion(
                "这一条已经有人关闭了，请刷新页面看看。",
                version=self.version,
                changed_by=self.closed_by,
                changed_at=closed_at,
            )
        if len(note.strip()) < NOTE_LEAST_CHARACTERS:
            raise ReasonMissing("关闭要写明查到什么、怎么处理的。")
        return replace(self, closed_at=at, closed_by=actor.name, note=note.strip())


@dataclass(frozen=True, slots=True)
class Break:
    """What the proof of one case found, before it is an incident."""

    kind: IncidentKind
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProofRun:
    """One walk over every case in the order of their ids; `after_case` is the last one that was proved."""

    id: int
    started_at: datetime
    cases: int = 0
    objects: int = 0
    breaks: int = 0
    finished_at: datetime | None = None
    after_case: UUID | None = None
