"""All that the use cases need of the world, on one page. Adapters fulfil these; nothing here knows how.

A Transaction is one database transaction: what is done through it, jobs included, is committed together or not at all.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry, AuditLink
from backend.domain.authorisation import Authorisation
from backend.domain.case import Case
from backend.domain.documents import Document
from backend.domain.findings import Dismissal, Finding, FindingVerdict, KindCount
from backend.domain.incidents import Incident, ProofRun
from backend.domain.marks import Mark
from backend.domain.reading import Reading, Seen
from backend.domain.reminders import Reminder
from backend.domain.rulebook import Rulebook
from backend.domain.service_guide import GuideVersion
from backend.services.counter_ports import CounterRows

# ── what goes in and out ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in by WeChat (openid is per account), or came to the counter and has none."""

    id: UUID
    openid: str | None
    follows: bool


@dataclass(frozen=True, slots=True)
class RecordedConsent:
    """A consent that a clerk took down at the counter: how it was given (counter.py ConsentHow), and the clerk."""

    how: str
    by: UUID


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff with a password hash (argon2id)."""

    id: UUID
    username: str
    name: str
    role: str
    department: str | None
    password_hash: str
    active: bool
    failed_attempts: int
    locked_until: datetime | None
    last_signed_in_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. Only the SM3 of its token is stored. `kind` is applicant or staff."""

    token_digest: bytes
    kind: str
    subject_id: UUID
    csrf_token: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and, for staff, who acts in it."""

    session: Session
    name: str | None
    role: str | None
    department: str | None
    active: bool | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on a case: one row, one truth. It lapses at `expires_at` unless it is renewed."""

    case_id: UUID
    staff_id: UUID
    staff_name: str
    claimed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A case that was never handed in, and whose it is: one a person."""

    case_id: UUID
    applicant_id: UUID


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result that a department uploaded for an item. `state` is awaiting, ready or removed."""

    id: UUID
    item_id: UUID
    name: str
    state: str
    content_type: str
    declared_bytes: int
    declared_sha256: str
    incoming_key: str
    object_key: str | None
    sha256: str | None
    bytes: int | None
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """A message to a person, mostly about her case. `fields` are the template's, already masked."""

    id: UUID
    case_id: UUID | None
    person_id: UUID
    event: str
    template_key: str
    fields: Mapping[str, str]
    path: str
    client_msg_id: str
    msgid: str | None
    state: str
    reason: str | None
    attempts: int
    queued_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Callback:
    """One message or event WeChat posted to us, decrypted, as flat fields."""

    id: int
    dedupe_key: str
    fields: Mapping[str, str]
    received_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A state of config: the text of every file by its path. `content_hash` names it."""

    content_hash: str
    kept_at: datetime
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A version taken up at a moment; `id` rises with every change."""

    id: int
    content_hash: str
    taken_up_at: datetime


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A photo of another person's case that has the same bytes (`is_exact`) as one of this case, or looks like it."""

    photo_id: UUID
    other_photo_id: UUID
    other_case_id: UUID
    other_slot_key: str
    is_exact: bool


# ── the database ─────────────────────────────────────────────────────────────────────────────


class Cases(Protocol):
    def add(self, case: Case) -> None: ...
    def load(self, case_id: UUID) -> Case:
        """The case, its row locked until the transaction ends. Raises NotFound."""

    def read(self, case_id: UUID) -> Case:
        """The case as it is, not locked. Raises NotFound."""

    def load_by_item(self, item_id: UUID) -> Case:
        """The case an item belongs to, locked. Raises NotFound."""

    def read_by_item(self, item_id: UUID) -> Case:
        """The case an item belongs to, not locked. Raises NotFound."""

    def save(self, case: Case) -> None:
        """Writes what changed; the version rises by one if the case's own row did. Raises ActiveCaseExists."""

    def open_of(self, applicant_id: UUID) -> UUID | None:
        """The applicant's draft or running case, the newest first."""

    def open_by_id_number(self, id_number: str) -> UUID | None:
        """The draft or running case of this ID number, the running one first. Until the transaction ends nobody else
        asks for the same number."""

    def by_number(self, number: str) -> UUID | None: ...
    def owing(self, today: date, after: UUID | None, limit: int) -> list[UUID]:
        """Running cases with a promised paper of which she is to be reminded by today, in their ids' order."""

    def after(self, case_id: UUID | None, limit: int) -> list[UUID]:
        """Every case, drafts too, in the order of their ids."""

    def numbered_after(self, number: str, limit: int) -> list[UUID]:
        """Cases that have a number, in its order, from behind this one on."""

    def drafts_after(self, applicant_id: UUID | None, limit: int) -> list[Draft]:
        """Drafts in their owners' order, from behind this one on."""

    def next_number(self, on: date) -> str:
        """A case number never given before, QY-20261124-00017."""


class Photos(Protocol):
    def is_known(self, photo_id: UUID) -> bool:
        """Whether a photo was ever announced under this id, even one that was replaced since."""

    def forget_unsent(self, before: datetime) -> list[str]:
        """Removes photos announced before then that never counted; returns where they would have come in."""


class Claims(Protocol):
    def live(self, case_id: UUID, at: datetime) -> Claim | None: ...
    def take(self, case_id: UUID, actor: Actor, at: datetime, lease: timedelta) -> Claim:
        """Takes or renews the lease. Raises HeldByAnother."""

    def take_next(self, actor: Actor, at: datetime, lease: timedelta) -> UUID | None:
        """The waiting case with the earliest deadline that nobody holds, now held by the actor."""

    def latest_of(self, actor: Actor, at: datetime) -> UUID | None:
        """The case the actor claimed last and still holds."""

    def release(self, case_id: UUID, actor: Actor) -> None: ...
    def end(self, case_id: UUID) -> None:
        """Nobody holds the case any more, whoever did."""


class Authorisations(Protocol):
    def add(self, authorisation: Authorisation) -> None: ...
    def load(self, authorisation_id: UUID) -> Authorisation:
        """The authorisation, its row locked until the transaction ends. Raises NotFound."""

    def read(self, authorisation_id: UUID) -> Authorisation:
        """The authorisation as it is, not locked. Raises NotFound."""

    def find(self, authorisation_id: UUID) -> Authorisation | None:
        """As `load`, for one that may not be there."""

    def by_code(self, digest: bytes) -> Authorisation | None:
        """The one whose link's code has this digest, locked."""

    def active_of(self, applicant_id: UUID) -> Authorisation | None: ...
    def save(self, authorisation: Authorisation) -> Authorisation:
        """Writes it with its version risen by one. Raises HelperExists, StaleVersion."""

    def join(self, case_id: UUID, authorisation_id: UUID, at: datetime) -> bool:
        """The authorisation is for this case too; False when it was already."""

    def of_case(self, case_id: UUID) -> list[Authorisation]:
        """All that ever were for the case, the oldest first."""

    def cases_of(self, authorisation_id: UUID) -> list[UUID]:
        """The cases it is for, in the order they joined."""

    def count_asked_by(self, person_id: UUID) -> int:
        """How many this person began that still wait for the other's answer."""

    def due(self, at: datetime) -> list[UUID]:
        """Those whose code or term is over at `at`, some hundreds at a time."""


class Readings(Protocol):
    """What the machine read on photos."""

    def await_for(self, photo_id: UUID, at: datetime) -> None:
        """The photo, which is saved, waits to be read; once."""

    def get(self, photo_id: UUID) -> Reading | None:
        """None for a photo from before photos were read."""

    def of_case(self, case_id: UUID) -> dict[UUID, Reading]:
        """By photo, replaced ones too."""

    def save(self, reading: Reading) -> None: ...
    def forget(self, photo_id: UUID) -> None:
        """Nobody waits for this one any more."""


class Results(Protocol):
    def add(self, result: ResultFile) -> None: ...
    def get(self, result_id: UUID) -> ResultFile:
        """Raises NotFound."""

    def save(self, result: ResultFile) -> None: ...
    def of_items(self, item_ids: Sequence[UUID]) -> list[ResultFile]:
        """The ready ones, oldest first."""


class DocumentRows(Protocol):
    def add(self, document: Document, content: Mapping[str, Any]) -> bool:
        """Keeps an order and what is to be printed, sealed; False when the case has one with the same content."""

    def get(self, document_id: UUID) -> Document:
        """Raises NotFound."""

    def load(self, document_id: UUID) -> Document:
        """The document, its row locked until the transaction ends. Raises NotFound."""

    def by_code(self, code: str) -> Document:
        """Raises NotFound."""

    def content(self, document_id: UUID) -> Mapping[str, Any]:
        """What is printed. Raises NotFound."""

    def save(self, document: Document) -> None: ...
    def of_case(self, case_id: UUID) -> list[Document]:
        """The newest first."""


class Marks(Protocol):
    def of_case(self, case_id: UUID) -> Mapping[UUID, Sequence[Mark]]:
        """Photo → the marks on it, in their order. They are changed by their case (`Case.mark_photo`)."""


class IncidentRows(Protocol):
    def found(self, incident: Incident) -> bool:
        """Keeps it, or says of the open one of the same thing that it was seen again. True when it is new."""

    def load(self, incident_id: UUID) -> Incident:
        """Locked. Raises NotFound."""

    def save(self, incident: Incident) -> None: ...
    def newest(self, after: tuple[bool, datetime, UUID] | None, limit: int) -> list[tuple[Incident, str]]:
        """Open ones first, each with its case's number; those behind one that is (closed, found_at, id)."""

    def count_open(self) -> int: ...
    def run_since(self, since: datetime, at: datetime) -> ProofRun:
        """The run that was begun since then and is not finished; else a new one."""

    def last_run(self) -> ProofRun | None: ...
    def save_run(self, run: ProofRun) -> None: ...
    def referred(self, keys: Collection[str]) -> set[str]:
        """Those of these keys of the evidence bucket that a row refers to."""


class People(Protocol):
    def get(self, person_id: UUID) -> Person:
        """Raises NotFound."""

    def lock(self, person_id: UUID) -> None:
        """Until the transaction ends, nobody else locks this person."""

    def by_openid(self, openid: str) -> Person | None: ...
    def sign_in(self, openid: str, at: datetime) -> Person:
        """The person with this openid, made if she is new."""

    def set_follows(self, openid: str, *, follows: bool, at: datetime) -> Person: ...
    def add_walk_in(self, at: datetime) -> UUID:
        """Somebody who came to the counter: a person without a WeChat."""

    def hand_over(self, from_id: UUID, to_id: UUID) -> None:
        """What was agreed to and told at the counter is hers who joined by WeChat."""

    def consent(
        self, person_id: UUID, key: str, version: str, at: datetime, recorded: RecordedConsent | None = None
    ) -> None: ...
    def consents(self, person_id: UUID) -> Mapping[str, str]:
        """Consent key → the version she agreed to."""


class Staff(Protocol):
    def add(self, member: StaffMember) -> None:
        """Raises UsernameTaken."""

    def get(self, staff_id: UUID) -> StaffMember:
        """Raises NotFound."""

    def by_username(self, username: str) -> StaffMember | None:
        """The member, the row locked until the transaction ends."""

    def save(self, member: StaffMember) -> None: ...
    def all(self) -> list[StaffMember]: ...


class Sessions(Protocol):
    def add(self, session: Session) -> None: ...
    def get(self, token_digest: bytes) -> Session | None: ...
    def seen(self, token_digest: bytes, at: datetime) -> None: ...
    def end(self, token_digest: bytes) -> None: ...
    def end_all_of(self, subject_id: UUID) -> None: ...
    def sweep(self, before: datetime) -> int:
        """Removes the ended ones; returns how many."""


class Pushes(Protocol):
    def add(self, push: Push) -> None: ...
    def load(self, push_id: UUID) -> Push:
        """The push, locked. Raises NotFound."""

    def load_by_msgid(self, msgid: str) -> Push | None:
        """The push with WeChat's msgid, locked."""

    def save(self, push: Push) -> None: ...
    def of_case(self, case_id: UUID) -> list[Push]:
        """In the order of what happened."""

    def park_receipt(self, msgid: str, status: str, at: datetime) -> None:
        """A receipt that came before its msgid was stored; kept once."""

    def parked_receipt(self, msgid: str) -> str | None:
        """The status of a receipt that came first. Ask after the msgid is saved: the two wait for each other."""


class ReminderRows(Protocol):
    """Reminders; live are those that were neither told nor cancelled. What comes back is locked."""

    def add(self, reminder: Reminder) -> None: ...
    def save(self, reminder: Reminder) -> None: ...
    def live_of(self, person_id: UUID) -> list[Reminder]:
        """Hers, the earliest day first."""

    def live_of_case(self, case_id: UUID) -> list[Reminder]: ...
    def take_due(self, today: date, limit: int) -> list[Reminder]:
        """Live ones whose day has come, the earliest first; those that another worker holds are left to it."""

    def take_of_other_rules(self, policy_hash: str, limit: int) -> list[Reminder]:
        """Live ones that were worked out by other rules than these; those that another worker holds are left to it."""


class Callbacks(Protocol):
    def take(self, dedupe_key: str, fields: Mapping[str, str], at: datetime) -> int | None:
        """The callback's id, or None when it came before."""

    def load(self, callback_id: int) -> Callback: ...
    def done(self, callback_id: int, at: datetime) -> None: ...


class Audit(Protocol):
    def append(self, entry: AuditEntry) -> AuditLink: ...
    def append_once(self, entry: AuditEntry, *, since: datetime) -> None:
        """Appends it unless the same actor did the same on the case since then."""

    def chain(self, case_id: UUID) -> list[AuditLink]: ...
    def case_ids(self) -> list[UUID]:
        """Every case, also one whose chain is gone."""


class Policies(Protocol):
    """Versions of config, kept for good."""

    def get(self, content_hash: str) -> PolicyVersion:
        """Raises NotFound when no process ever ran with it."""

    def kept_at(self, content_hash: str) -> datetime | None:
        """When it was first taken up; None when it was never kept."""

    def in_force(self) -> PolicyChange | None:
        """The change that came last. Until the transaction ends nobody else takes a version up."""

    def take_up(self, version: PolicyVersion) -> PolicyChange:
        """Keeps the version, once, and makes it the one in force."""


class GuideVersions(Protocol):
    """Every version of the service guide that was published, kept for good."""

    def latest(self) -> GuideVersion | None: ...
    def get(self, number: int) -> GuideVersion:
        """Raises NotFound."""

    def all(self) -> list[GuideVersion]:
        """The newest first."""

    def add(self, version: GuideVersion) -> None:
        """Raises StaleVersion when somebody published this number meanwhile."""

    def add_first(self, version: GuideVersion) -> None:
        """Keeps the first version unless another process was faster."""


class FindingAnswers(Protocol):
    """What people answered to findings, how often which was right, and photos of others that look alike."""

    def lookalikes(self, case_id: UUID) -> list[Lookalike]:
        """Photos of other people's submitted cases with the same bytes or nearly the same picture, a few each."""

    def said(self, case_id: UUID, found: Sequence[Finding], at: datetime) -> None:
        """Remembers that these were shown to the window; the first time counts."""

    def verdicts(self, case_id: UUID) -> dict[str, FindingVerdict]:
        """By key of the finding."""

    def judge(self, case_id: UUID, finding: Finding, verdict: FindingVerdict) -> None:
        """Keeps the verdict in place of an earlier one."""

    def dismissals(self, case_id: UUID) -> dict[str, Dismissal]: ...
    def dismiss(self, case_id: UUID, dismissal: Dismissal) -> None: ...
    def counts(self, since: datetime) -> list[KindCount]:
        """By month and kind, the newest month first."""


class Idempotency(Protocol):
    def take(self, actor_id: UUID, key: str, request_digest: bytes, at: datetime) -> bool:
        """True the first time; False when it came before with the same request. Waits for one that runs now.

        Raises AlreadyUsed when it came before with another request.
        """

    def sweep(self, before: datetime) -> int: ...


class Jobs(Protocol):
    def defer(self, task: str, *, lock: str | None = None, after: timedelta | None = None, **arguments: Any) -> None:
        """Puts a job into this transaction: it exists when the transaction is committed, and not otherwise."""


class Transaction(Protocol):
    @property
    def cases(self) -> Cases: ...
    @property
    def photos(self) -> Photos: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def counter(self) -> CounterRows: ...
    @property
    def authorisations(self) -> Authorisations: ...
    @property
    def readings(self) -> Readings: ...
    @property
    def results(self) -> Results: ...
    @property
    def documents(self) -> DocumentRows: ...
    @property
    def incidents(self) -> IncidentRows: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def people(self) -> People: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def pushes(self) -> Pushes: ...
    @property
    def reminders(self) -> ReminderRows: ...
    @property
    def callbacks(self) -> Callbacks: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def guides(self) -> GuideVersions: ...
    @property
    def findings(self) -> FindingAnswers: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def jobs(self) -> Jobs: ...


class Store(Protocol):
    def begin(self) -> AbstractContextManager[Transaction]:
        """One transaction: committed at the end of the block, rolled back by an exception."""

    def signed_in(self, token_digest: bytes) -> SignedIn | None:
        """The session with this digest and its owner: one statement and no transaction, for every request asks it."""


class TokenStore(Protocol):
    """WeChat's access token, one for all processes."""

    def current(self, app_id: str, at: datetime) -> str | None:
        """The token that is still good at `at`, or None."""

    def refresh(self, app_id: str, refused: str | None, fetch: Callable[[], tuple[str, datetime]], at: datetime) -> str:
        """A token other than `refused`: under one lock, so that of many who ask only one calls `fetch`."""


class Screens(Protocol):
    """One query per list that people look at; keyset-paged; masked. Cursors are opaque strings."""

    def review_queue(
        self, *, queue: str, staff_id: UUID, search: str, item: str, cursor: str | None, limit: int, at: datetime
    ) -> tuple[list[Mapping[str, Any]], str | None]: ...
    def review_counts(self, staff_id: UUID, at: datetime, today: date) -> Mapping[str, int]: ...
    def next_promises(self) -> Sequence[Mapping[str, Any]]: ...
    def department_items(
        self, *, department: str | None, state: str, search: str, cursor: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]: ...
    def department_counts(self, department: str | None) -> Mapping[str, int]: ...
    def cases_of(self, applicant_id: UUID) -> list[Mapping[str, Any]]: ...
    def authorisations_of(self, person_id: UUID) -> list[Mapping[str, Any]]:
        """Where she helps or is helped, asked or active; with the newest case of each."""

    def events_of(self, case_id: UUID) -> list[Mapping[str, Any]]: ...
    def messages_of(self, person_id: UUID, limit: int) -> list[Mapping[str, Any]]: ...
    def overview(self, today: date) -> Mapping[str, Any]: ...
    def repeat_returns(self, cursor: str | None, limit: int) -> tuple[list[Mapping[str, Any]], str | None]: ...
    def owed_papers(self, cursor: str | None, limit: int) -> tuple[list[Mapping[str, Any]], str | None]: ...


# ── outside ──────────────────────────────────────────────────────────────────────────────────


class Clock(Protocol):
    def now(self) -> datetime: ...
    def today(self) -> date: ...


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: the browser sends `fields` and the file to `url` before `expires_at`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in the store: its key and when it was put there."""

    key: str
    changed_at: datetime


class Evidence(Protocol):
    """The private object store. Keys are made by the services, never by a browser."""

    def upload_form(
        self, key: str, *, content_type: str, size: int, sha256_hex: str, at: datetime, minutes: int
    ) -> UploadForm: ...
    def fetch(self, key: str, max_bytes: int) -> bytes:
        """Raises PhotoNotArrived, PhotoTooLarge, OutsideDown."""

    def put(self, key: str, content: bytes, content_type: str) -> None: ...
    def delete(self, key: str) -> None: ...
    def delete_in(self, folder: str, keys: Collection[str]) -> None:
        """Removes these keys, all below this folder, with their earlier versions. Raises OutsideDown."""

    def listed(self, prefix: str) -> Iterator[Stored]:
        """What is there under a prefix, some at a time. Raises OutsideDown."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as it is kept: JPEG, upright, without EXIF, with its thumbnail. Sizes in pixels.

    `perceptual_hash` is as in Photo.
    """

    image: bytes
    thumbnail: bytes
    width: int
    height: int
    perceptual_hash: int | None = None


class Pictures(Protocol):
    def clean(self, content: bytes, content_type: str) -> CleanPicture:
        """Raises PhotoEmpty, PhotoNotAnImage, PhotoMislabelled, PhotoUnreadable, PhotoTooSmall, PhotoTooLarge."""

    def check_signature(self, content: bytes) -> None:
        """A PNG with ink on it. Raises SignatureMissing, PhotoUnreadable."""

    def check_result(self, content: bytes, content_type: str) -> None:
        """A readable PDF, JPEG or PNG. Raises FileRefused."""


class Eyes(Protocol):
    """What reads pictures, one at a time."""

    @property
    def engine(self) -> str:
        """Name and version, for the record."""

    def read(self, image: bytes) -> Seen:
        """Every line of text on a kept picture. Raises CannotRead: it took too long, or broke down."""


class PdfPages(Protocol):
    """An open PDF: how many pages it has, and each as a photo is kept, drawn when it is asked for."""

    @property
    def count(self) -> int: ...
    def __iter__(self) -> Iterator[CleanPicture]:
        """Raises PdfUnreadable, PdfTooHeavy."""


class Pdfs(Protocol):
    def opened(self, content: bytes) -> AbstractContextManager[PdfPages]:
        """Raises PhotoEmpty, PhotoMislabelled, PdfLocked, PdfUnreadable, PdfTooHeavy, OutsideDown."""


class Forms(Protocol):
    """Printed forms, as PDF."""

    def render(self, form: str, data: Mapping[str, Any], at: datetime) -> bytes:
        """The form config/forms/<form>.typ with this data, dated `at`: the same of both gives the same bytes."""

    def pictures(self, form: str, data: Mapping[str, Any]) -> list[bytes]:
        """Its pages as pictures (PNG)."""


class Messenger(Protocol):
    """WeChat, outwards. Failures are MessengerError leaves (adapters/wechat.py translates, domain/notices.py names)."""

    def send_template(
        self, openid: str, template_key: str, fields: Mapping[str, str], url: str, client_msg_id: str
    ) -> str:
        """WeChat's msgid."""

    def send_text(self, openid: str, text: str) -> None: ...


class WechatIdentity(Protocol):
    def authorize_url(self, redirect_url: str, state: str) -> str: ...
    def openid_for(self, code: str) -> str:
        """Raises SignInExpired, OutsideDown."""


class ReadPolicy(Protocol):
    def __call__(self, files: Mapping[str, str]) -> Rulebook:
        """The rulebook of a version's files, with the same content hash. Raises VersionUnreadable."""


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...
    def matches(self, password: str, password_hash: str) -> bool: ...


class Seals(Protocol):
    def digest(self, content: bytes) -> bytes:
        """SM3, 32 bytes."""

    def index(self, value: str) -> bytes:
        """The keyed fingerprint by which an equal value is known again: HMAC-SM3, 32 bytes."""
