"""A file on its way from a browser: announced, sent by a signed form, arrived as announced. What it is for and whether
it is good is the business of those who ask for it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.domain.coaching import Coached
from backend.domain.errors import PhotoChanged, PhotoEmpty, PhotoTooLarge
from backend.services.ports import Evidence, Transaction, UploadForm

KEPT_UNCLAIMED = timedelta(days=1)  # what arrived and was never asked for goes then


@dataclass(frozen=True, slots=True)
class Announced:
    """What a browser says of the file it is about to send. `sha256` in hex, `bytes` its size; `coached` is what the
    phone said of a photo."""

    content_type: str
    bytes: int
    sha256: str
    coached: Coached | None = None


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How long a form is good, and how many bytes a file may have."""

    link_minutes: int
    min_bytes: int
    max_bytes: int


class Uploads:
    """Incoming files, in the evidence bucket under `incoming/`."""

    def __init__(self, evidence: Evidence, limits: UploadLimits) -> None:
        self._evidence = evidence
        self._limits = limits

    @property
    def max_bytes(self) -> int:
        return self._limits.max_bytes

    def must_be_of_a_size(self, file: Announced) -> None:
        """Raises PhotoEmpty, PhotoTooLarge."""
        if file.bytes < self._limits.min_bytes:
            raise PhotoEmpty
        if file.bytes > self._limits.max_bytes:
            raise PhotoTooLarge(max_megabytes=self._limits.max_bytes // 1_000_000)

    def form(self, key: str, file: Announced, at: datetime) -> UploadForm:
        """The form that takes exactly this file, for as long as the limits say."""
        return self._evidence.upload_form(
            key,
            content_type=file.content_type,
            size=file.bytes,
            sha256_hex=file.sha256,
            at=at,
            minutes=self._limits.link_minutes,
        )

    def arrived(self, key: str, size: int, sha256: str) -> bytes:
        """The bytes as they were announced. Raises PhotoNotArrived, PhotoTooLarge, PhotoChanged, OutsideDown."""
        content = self._evidence.fetch(key, self._limits.max_bytes)
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise PhotoChanged
        return content

    def remove_some_day(self, tx: Transaction, key: str) -> None:
        """Sees to it that the file as it came does not stay, even if nobody ever asks for it."""
        tx.jobs.defer("remove_incoming", after=KEPT_UNCLAIMED, key=key)

    def remove_soon(self, tx: Transaction, key: str) -> None:
        """The file as it came, with place and phone in it, is no longer needed once this transaction commits."""
        tx.jobs.defer("remove_incoming", key=key)

    def remove(self, key: str) -> None:
        """The job itself. Raises OutsideDown."""
        self._evidence.delete(key)
