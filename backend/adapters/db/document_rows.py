"""Documents in their table: what is printed is sealed, its keyed fingerprint tells an order that came before."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import tables
from backend.adapters.db.sealed import Seal
from backend.domain.documents import Document, PrintedForm
from backend.domain.errors import NotFound

_T = tables.documents
_SHOWN = [column for column in _T.c if column.name not in ("content", "content_index")]


class DocumentRows:
    """services/ports.py DocumentRows."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def add(self, document: Document, content: Mapping[str, Any]) -> bool:
        said = json.dumps(content, ensure_ascii=False, sort_keys=True)
        sealed = {
            "content": self._seal.seal(dict(content), _place(document.id)),
            "content_index": self._seal.index(said),
        }
        taken = (
            upsert(_T)
            .values({**asdict(document), **sealed})
            .on_conflict_do_nothing(index_elements=["case_id", "form", "content_index"])
        )
        return self._connection.execute(taken.returning(_T.c.id)).scalar() is not None

    def get(self, document_id: UUID) -> Document:
        return self._one(_T.c.id == document_id)

    def load(self, document_id: UUID) -> Document:
        return self._one(_T.c.id == document_id, locked=True)

    def by_code(self, code: str) -> Document:
        return self._one(_T.c.code == code)

    def content(self, document_id: UUID) -> Mapping[str, Any]:
        sealed = self._connection.execute(select(_T.c.content).where(_T.c.id == document_id)).scalar()
        if sealed is None:
            raise NotFound
        content: Mapping[str, Any] = self._seal.open(sealed, _place(document_id))
        return content

    def save(self, document: Document) -> None:
        self._connection.execute(update(_T).where(_T.c.id == document.id).values(asdict(document)))

    def of_case(self, case_id: UUID) -> list[Document]:
        wanted = select(*_SHOWN).where(_T.c.case_id == case_id).order_by(_T.c.ordered_at.desc(), _T.c.form)
        return [_document(row) for row in self._connection.execute(wanted).mappings()]

    def _one(self, condition: Any, *, locked: bool = False) -> Document:
        wanted = select(*_SHOWN).where(condition)
        row = self._connection.execute(wanted.with_for_update() if locked else wanted).mappings().first()
        if row is None:
            raise NotFound
        return _document(row)


def _place(document_id: UUID) -> str:
    return f"documents.content:{document_id}"


def _document(row: RowMapping) -> Document:
    return Document(**{**row, "form": PrintedForm(row["form"])})
