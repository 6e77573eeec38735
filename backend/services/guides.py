"""The published service guide (办事指南): read by everyone, published version by version by an administrator.

What the guide says is composed in service_guide.py; how versions follow each other is in domain/service_guide.py.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import segno

from backend.domain.actors import SYSTEM, Actor, Role
from backend.domain.errors import ContentRefused, NotAllowed
from backend.domain.people import chinese_date
from backend.domain.precheck import read_precheck
from backend.domain.rulebook import Rulebook
from backend.domain.service_guide import Change, GuideVersion, changes, content_hash, must_be_latest, next_version
from backend.services.ports import Clock, Forms, Seals, Store, Transaction
from backend.services.precheck_view import precheck_view
from backend.services.repeats import is_repeat
from backend.services.service_guide import service_guide
from backend.services.wording import iso, local_date

LOG = logging.getLogger(__name__)

View = dict[str, Any]

NOTE_MAX_LENGTH = 500
FIRST_NOTE = "第一版，系统启用时发布。"


class Guides:
    """The guide in force, its earlier versions, the next one; and the pre-check, which stands on the same rules."""

    def __init__(
        self, *, store: Store, clock: Clock, seals: Seals, rulebook: Rulebook, forms: Forms, public_url: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._seals = seals
        self._forms = forms
        self._public_url = public_url
        self._rulebook = rulebook
        self._content = service_guide(rulebook)
        self._hash = content_hash(self._content)
        self._printed: tuple[GuideVersion, bytes] | None = None

    def take_up(self) -> bool:
        """Publishes the first version where there is none; true when config now says something else than the latest.

        Safe in every process, at every start; the log says so.
        """
        with self._store.begin() as tx:
            latest = self._latest(tx)
        if latest.content_hash == self._hash:
            return False
        LOG.warning(
            "config differs from the published guide: an administrator publishes it on the desk",
            extra={"published": latest.number},
        )
        return True

    def published(self) -> View:
        """The guide in force. Open to anyone."""
        with self._store.begin() as tx:
            latest = self._latest(tx)
        return {**latest.content, **_imprint(latest)}

    def published_pdf(self) -> tuple[int, bytes]:
        """The guide in force for the printer, with its number. Open to anyone."""
        with self._store.begin() as tx:
            latest = self._latest(tx)
        if self._printed is None or self._printed[0] != latest:
            self._printed = (latest, self._pdf(latest))  # set once for all who ask
        return latest.number, self._printed[1]

    def version_pdf(self, actor: Actor, number: int) -> bytes:
        """An earlier version for the printer. Raises NotAllowed, NotFound."""
        _require_administrator(actor)
        with self._store.begin() as tx:
            self._latest(tx)
            version = tx.guides.get(number)
        return self._pdf(version)

    def preview_pdf(self, actor: Actor) -> bytes:
        """What would be published now, as a draft. Raises NotAllowed."""
        _require_administrator(actor)
        at = self._clock.now()
        with self._store.begin() as tx:
            latest = self._latest(tx)
        imprint = {"number": latest.number + 1, "published_on": "", "draft": True}
        return self._render({**self._content, **imprint, "edition": f"第 {latest.number + 1} 版预览，还没有发布"}, at)

    def publication(self, actor: Actor) -> View:
        """The administrator's page: what is published, what would change, every version. Raises NotAllowed."""
        _require_administrator(actor)
        with self._store.begin() as tx:
            return self._publication(tx)

    def publish(self, actor: Actor, seen_number: int, key: str, note: str) -> View:
        """Makes what config says now the next version.

        Raises NotAllowed, StaleVersion, GuideUnchanged, ContentRefused.
        """
        _require_administrator(actor)
        note = " ".join(note.split())
        if not note or len(note) > NOTE_MAX_LENGTH:
            raise ContentRefused(f"请写一句这次改了什么，最多 {NOTE_MAX_LENGTH} 个字。", field="note")
        at = self._clock.now()
        with self._store.begin() as tx:
            request = {"publish": self._hash, "after": seen_number, "note": note}
            if not is_repeat(tx, self._seals, actor, key, request, at):
                latest = self._latest(tx)
                must_be_latest(latest, seen_number)
                version = next_version(latest, self._content, note, at, (actor.id, actor.name))
                tx.guides.add(version)
                LOG.info("guide published", extra={"number": version.number, "by": str(actor.id)})
            return self._publication(tx)

    # ── pre-check ────────────────────────────────────────────────────────────────────────────

    def precheck(self, raw: Mapping[str, str]) -> View:
        """What five answers already say: items, when, what to bring. Open to anyone; nothing is kept.

        Raises AnswersInvalid.
        """
        return precheck_view(read_precheck(raw), self._rulebook, self._clock.today())

    def precheck_pdf(self, raw: Mapping[str, str]) -> bytes:
        """The same to print. Raises AnswersInvalid."""
        at, today = self._clock.now(), self._clock.today()
        view = precheck_view(read_precheck(raw), self._rulebook, today)
        printed = {**view, "checked_on": chinese_date(today), "code": _code(self._public_url)}
        return self._forms.render("precheck", printed, at)

    # ── parts ────────────────────────────────────────────────────────────────────────────────

    def _latest(self, tx: Transaction) -> GuideVersion:
        """The version in force; the first one is published by the system itself."""
        latest = tx.guides.latest()
        if latest is not None:
            return latest
        at = self._clock.now()
        tx.guides.add_first(GuideVersion(1, self._content, self._hash, FIRST_NOTE, at, SYSTEM.id, SYSTEM.name))
        return tx.guides.get(1)

    def _publication(self, tx: Transaction) -> View:
        latest = self._latest(tx)
        found = changes(latest.content, self._content)
        return {
            "number": latest.number,
            "next_number": latest.number + 1,
            "differs": latest.content_hash != self._hash,
            "groups": _grouped(found),
            "versions": [_version_row(version) for version in tx.guides.all()],
        }

    def _pdf(self, version: GuideVersion) -> bytes:
        edition = f"第 {version.number} 版　{chinese_date(local_date(version.published_at))}发布"
        return self._render({**version.content, **_imprint(version), "edition": edition}, version.published_at)

    def _render(self, document: View, at: datetime) -> bytes:
        return self._forms.render("service_guide", {**document, "code": _code(self._public_url)}, at)


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed


def _imprint(version: GuideVersion) -> View:
    return {"number": version.number, "published_on": local_date(version.published_at).isoformat()}


def _version_row(version: GuideVersion) -> View:
    return {
        "number": version.number,
        "published_at": iso(version.published_at),
        "published_by": version.published_by,
        "note": version.note,
    }


def _grouped(found: tuple[Change, ...]) -> list[View]:
    """Changes under their headings, in the order of the guide."""
    groups: dict[str, list[View]] = {}
    for change in found:
        line = {"label": change.label, "before": list(change.before), "after": list(change.after)}
        groups.setdefault(change.group, []).append(line)
    return [{"title": title, "changes": lines} for title, lines in groups.items()]


def _code(address: str) -> bytes:
    """The address as a picture (SVG) to scan."""
    picture = BytesIO()
    segno.make(address, micro=False, error="m").save(picture, kind="svg", border=0, light=None)
    return picture.getvalue()
