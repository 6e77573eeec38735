"""The published versions of the service guide in their table, which only ever grows."""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import rows, tables
from backend.domain.errors import NotFound, StaleVersion
from backend.domain.service_guide import GuideVersion


class GuideRows:
    """services/ports.py GuideVersions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self) -> GuideVersion | None:
        t = tables.guide_versions
        row = self._connection.execute(select(t).order_by(t.c.number.desc()).limit(1)).mappings().first()
        return GuideVersion(**row) if row else None

    def get(self, number: int) -> GuideVersion:
        t = tables.guide_versions
        row = self._connection.execute(select(t).where(t.c.number == number)).mappings().first()
        if row is None:
            raise NotFound
        return GuideVersion(**row)

    def all(self) -> list[GuideVersion]:
        t = tables.guide_versions
        every = self._connection.execute(select(t).order_by(t.c.number.desc())).mappings()
        return [GuideVersion(**row) for row in every]

    def add(self, version: GuideVersion) -> None:
        if not self._added(version):
            meanwhile = self.get(version.number)
            raise StaleVersion(
                version=meanwhile.number,
                changed_by=meanwhile.published_by,
                changed_at=meanwhile.published_at.isoformat(),
            )

    def add_first(self, version: GuideVersion) -> None:
        self._added(version)

    def _added(self, version: GuideVersion) -> bool:
        """Whether this number was still free; waits for one that is being published now."""
        t = tables.guide_versions
        columns: dict[str, Any] = rows.columns(version) | {"content": dict(version.content)}
        added = upsert(t).values(columns).on_conflict_do_nothing().returning(t.c.number)
        return self._connection.execute(added).scalar() is not None
