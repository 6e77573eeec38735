"""Departments' result files (办理结果): an officer uploads them before the decision, the applicant reads them after.

Photos of material slots are in materials.py.
"""

from dataclasses import replace
from uuid import UUID, uuid4

from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry
from backend.domain.case import Case
from backend.domain.errors import ActionNotAllowed, ContentRefused, FileRefused, NotFound
from backend.domain.routing import ITEM_STATE_LABELS, ItemState, RoutedItem
from backend.services.ports import Clock, Evidence, Pictures, ResultFile, Seals, Store, Transaction, UploadForm
from backend.services.repeats import is_repeat
from backend.services.uploads import Announced, Uploads

RESULT_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
RESULTS_PER_ITEM = 50


class ResultFiles:
    """Result files, checked and kept in the bucket `outputs`."""

    def __init__(
        self, *, store: Store, clock: Clock, outputs: Evidence, pictures: Pictures, seals: Seals, uploads: Uploads
    ) -> None:
        self._store = store
        self._clock = clock
        self._outputs = outputs
        self._pictures = pictures
        self._seals = seals
        self._uploads = uploads

    def request_result_upload(self, actor: Actor, item_id: UUID, name: str, file: Announced) -> tuple[UUID, UploadForm]:
        """A result file that is awaited for an item, and the form to send it by.

        Raises: NotFound, ActionNotAllowed, FileRefused, ContentRefused.
        """
        if file.content_type not in RESULT_TYPES:
            raise FileRefused
        if not 0 < file.bytes <= self._uploads.max_bytes:
            megabytes = self._uploads.max_bytes // 1_000_000
            raise FileRefused(f"文件不能是空的，也不能大于 {megabytes} 兆，请另选一个。")
        at, result_id = self._clock.now(), uuid4()
        with self._store.begin() as tx:
            _, item = self._open_item(tx, actor, item_id)
            if len(tx.results.of_items([item.id])) >= RESULTS_PER_ITEM:
                raise ContentRefused("这个事项的结果文件太多了，请先删掉不要的。")
            result = ResultFile(
                id=result_id,
                item_id=item.id,
                name=_file_name(name, file.content_type),
                state="awaiting",
                content_type=file.content_type,
                declared_bytes=file.bytes,
                declared_sha256=file.sha256,
                incoming_key=f"incoming/results/{result_id}",
                object_key=None,
                sha256=None,
                bytes=None,
                uploaded_by=actor.name,
                uploaded_at=at,
            )
            tx.results.add(result)
            self._uploads.remove_some_day(tx, result.incoming_key)
        return result_id, self._uploads.form(result.incoming_key, file, at)

    def complete_result(self, actor: Actor, item_id: UUID, result_id: UUID, key: str) -> None:
        """The result file arrived: it is checked and belongs to the item. Again and again the same.

        Raises: NotFound, ActionNotAllowed, AlreadyUsed, FileRefused, PhotoChanged, PhotoNotArrived, OutsideDown.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.read_by_item(item_id)
            case.item(item_id).must_be_seen_by(actor)
            result = _result_of(tx, item_id, result_id)
            if result.state != "awaiting":
                return
            _must_be_open(case.item(item_id))
        content = self._uploads.arrived(result.incoming_key, result.declared_bytes, result.declared_sha256)
        self._pictures.check_result(content, result.content_type)
        object_key = f"cases/{case.id}/results/{result.id}.{RESULT_TYPES[result.content_type]}"
        self._outputs.put(object_key, content, result.content_type)
        sha256, size = result.declared_sha256, len(content)
        with self._store.begin() as tx:
            case, _ = self._open_item(tx, actor, item_id)
            again = is_repeat(tx, self._seals, actor, key, {"complete_result": result_id}, at)
            if not again and _result_of(tx, item_id, result_id).state == "awaiting":
                tx.results.save(replace(result, state="ready", object_key=object_key, sha256=sha256, bytes=size))
                self._uploads.remove_soon(tx, result.incoming_key)
                facts = {"sha256": sha256, "item": str(item_id)}
                tx.audit.append(
                    AuditEntry(
                        case.id, at, actor.id, actor.role, actor.name, "result_kept", f"result:{result_id}", None, facts
                    )
                )

    def remove_result(self, actor: Actor, item_id: UUID, result_id: UUID) -> None:
        """Takes a result file away, before the decision. Raises NotFound, ActionNotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, _ = self._open_item(tx, actor, item_id)
            result = _result_of(tx, item_id, result_id)
            if result.state != "removed":
                tx.results.save(replace(result, state="removed"))
                tx.audit.append(
                    AuditEntry(case.id, at, actor.id, actor.role, actor.name, "result_removed", f"result:{result_id}")
                )

    def result_file(self, actor: Actor, case_id: UUID, result_id: UUID) -> tuple[ResultFile, bytes]:
        """A result of the applicant's own case, once its item is decided. Raises NotFound, OutsideDown."""
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
            case.must_belong_to(actor)
            result = tx.results.get(result_id)
        if case.item(result.item_id).state is not ItemState.DECIDED:
            raise NotFound
        return self._content_of(result)

    def item_result_file(self, actor: Actor, item_id: UUID, result_id: UUID) -> tuple[ResultFile, bytes]:
        """A result of an item of the officer's department, decided or not. Raises NotFound, OutsideDown."""
        with self._store.begin() as tx:
            tx.cases.read_by_item(item_id).item(item_id).must_be_seen_by(actor)
            result = _result_of(tx, item_id, result_id)
        return self._content_of(result)

    def _content_of(self, result: ResultFile) -> tuple[ResultFile, bytes]:
        if result.state != "ready" or result.object_key is None:
            raise NotFound
        return result, self._outputs.fetch(result.object_key, self._uploads.max_bytes)

    def _open_item(self, tx: Transaction, actor: Actor, item_id: UUID) -> tuple[Case, RoutedItem]:
        """The officer's own item before its decision, its case locked. Raises NotFound, ActionNotAllowed."""
        case = tx.cases.load_by_item(item_id)
        item = case.item(item_id)
        item.must_be_seen_by(actor)
        _must_be_open(item)
        return case, item


def _must_be_open(item: RoutedItem) -> None:
    if not item.is_open:
        raise ActionNotAllowed(state=ITEM_STATE_LABELS[item.state], action="改动结果文件")


def _result_of(tx: Transaction, item_id: UUID, result_id: UUID) -> ResultFile:
    result = tx.results.get(result_id)
    if result.item_id != item_id:
        raise NotFound
    return result


def _file_name(name: str, content_type: str) -> str:
    """A name that is safe in a header and a folder, ending as its type does."""
    ending = RESULT_TYPES[content_type]
    plain = "".join(c for c in name if c.isprintable() and c not in '\\/:*?"<>|').strip(" .")[:80]
    stem = plain[: -len(ending) - 1] if plain.lower().endswith(f".{ending}") else plain
    return f"{stem or '办理结果'}.{ending}"
