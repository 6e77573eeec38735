"""Photos, absences, signatures and results through the use cases, on a real PostgreSQL and a real S3."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import requests
from PIL import Image
from sqlalchemy import text

from backend.adapters import policy_files
from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.adapters.images import PillowPictures
from backend.adapters.pdf_pages import PdfiumPages
from backend.adapters.storage import S3Evidence
from backend.domain.actors import Actor, Role
from backend.domain.boxes import Box
from backend.domain.case import Case, PhotoState, State, SubmissionTerms
from backend.domain.errors import (
    ActionNotAllowed,
    AlreadyUsed,
    ContentRefused,
    FileRefused,
    NotAllowed,
    NotFound,
    PdfLocked,
    PdfTooLong,
    PhotoChanged,
    PhotoEmpty,
    PhotoNotAnImage,
    PhotoNotArrived,
    PhotoRefused,
    PhotoTooLarge,
    PhotoUnreadable,
    ReasonMissing,
    RuleBroken,
    SignatureMissing,
    StaleVersion,
)
from backend.domain.review import Judgement, Opinion, Verdict
from backend.domain.routing import ItemAction, ItemState, Outcome, RoutedItem
from backend.services.materials import Materials
from backend.services.ports import StaffMember, UploadForm
from backend.services.staff_photos import StaffPhotos
from backend.services.uploads import Announced, UploadLimits
from backend.settings import CHECKOUT
from tests import pdfs, pictures
from tests.domain.cases import EVALUATION
from tests.domain.examples import id_number
from tests.sandbox_wechat import MovableClock

if TYPE_CHECKING:
    from backend.sandbox.postgres import PostgresServer
    from tests.conftest import RunningStore

RULEBOOK = policy_files.load(CHECKOUT / "config")
SEAL = Seal([("k1", b"\1" * 16)], b"\2" * 32)
MORNING = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
MAX_BYTES = 2_000_000
RED_CORNER = b"1 0 0 rg 0 0 300 421 re f" + b" " * 1_000
BIRTHS = count()  # nobody has two running cases, so each case is somebody else's
CLERK = Actor(uuid4(), Role.CLERK, "陈窗口")
SUPERVISOR = Actor(uuid4(), Role.SUPERVISOR, "何主管")
SOCIAL = Actor(uuid4(), Role.OFFICER, "吴社保", "social_security")
HEALTH = Actor(uuid4(), Role.OFFICER, "冯卫健", "health")
ANSWERS: dict[str, Any] = {
    "name": pictures.HER.name,
    "phone": "13800006688",
    "household_area": {
        "code": "430671",
        "town": "430671103",
        "in_district": True,
        "label": "湖南省岳阳市屈原管理区河市镇",
    },
    "retirement_type": "normal",
    "original_retirement_age": "50",
    "employment": "employed",
    "work_started_month": "1994-07",
    "contribution_months": 364,
    "retirement_filing": "combined",
    "medical_filing": "combined",
    "wants_only_child_reward": "no",
    "has_housing_fund": "no",
}


@dataclass
class Counter:
    """The use cases on their real parts, her case, and what a browser does in between."""

    materials: Materials
    staff: StaffPhotos
    store: PostgresStore
    clock: MovableClock
    evidence: S3Evidence
    s3: RunningStore
    case_id: UUID = field(init=False)
    her: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.her, self.case_id = self.new_case()

    def new_case(self) -> tuple[Actor, UUID]:
        """A draft of somebody who has just signed in."""
        with self.store.begin() as tx:
            person = tx.people.sign_in(f"openid-{uuid4()}", self.clock.now())
            answers = {**ANSWERS, "id_number": id_number(date(1975, 1, 1) + timedelta(days=next(BIRTHS)))}
            case = Case(uuid4(), person.id, self.clock.now(), answers=answers)
            tx.cases.add(case)
        return Actor(person.id, Role.APPLICANT, "申请人"), case.id

    @property
    def case(self) -> Case:
        with self.store.begin() as tx:
            return tx.cases.read(self.case_id)

    def change(self, act: Callable[[Case], object]) -> None:
        with self.store.begin() as tx:
            case = tx.cases.load(self.case_id)
            act(case)
            tx.cases.save(case)

    def announce(
        self, photo: bytes, slot: str = "id_card", part: str = "front", kind: str | None = None, **changed: Any
    ) -> tuple[UUID, UploadForm]:
        file = replace(announced(photo, "image/jpeg"), **changed)
        photo_id, form = self.materials.request_upload(self.her, self.case_id, (slot, part), kind, file)
        assert form is not None
        return photo_id, form

    def announce_again(self, photo: bytes, key: str, part: str = "front") -> tuple[UUID, UploadForm | None]:
        """As a phone does that was killed before the answer came: with the key of its first try."""
        file = announced(photo, "image/jpeg")
        return self.materials.request_upload(self.her, self.case_id, ("id_card", part), None, file, key)

    def send_pdf(self, pdf: bytes, slot: str, part: str) -> UUID:
        photo_id, form = self.announce(pdf, slot, part, content_type="application/pdf")
        post(form, pdf)
        return photo_id

    def objects(self) -> set[str]:
        """What the bucket holds of this case, as it came and as it is kept."""
        folders = (f"incoming/{self.case_id}/", f"cases/{self.case_id}/")
        found = [self.s3.client.list_objects_v2(Bucket=self.s3.evidence_bucket, Prefix=each) for each in folders]
        return {each["Key"] for answer in found for each in answer.get("Contents", ())}

    def work_off(self) -> None:
        """Does the removals that are due, as the worker does."""
        for job in self.jobs():
            if job["scheduled_at"] is None or job["scheduled_at"] <= self.clock.now():
                self.materials.remove_incoming(job["args"]["key"])

    def send(self, photo: bytes, slot: str = "id_card", part: str = "front", kind: str | None = None) -> UUID:
        """Announces and sends a photo; it is not completed yet."""
        photo_id, form = self.announce(photo, slot, part, kind)
        post(form, photo)
        return photo_id

    def complete(self, photo_id: UUID, key: str | None = None) -> dict[str, Any]:
        return self.materials.complete(self.her, self.case_id, photo_id, key or f"complete-{photo_id}")

    def give(self, slot: str = "id_card", part: str = "front", kind: str | None = None) -> UUID:
        """A photo all the way into its slot."""
        photo_id = self.send(pictures.photo_for(slot, part), slot, part, kind)
        self.complete(photo_id)
        return photo_id

    def submit(self) -> None:
        def hand_in(case: Case) -> None:
            terms = SubmissionTerms(f"QY-{case.id.hex[:8]}", date(2026, 12, 1), "1", "0" * 64, [], EVALUATION)
            case.submit(self.her, self.clock.now(), unanswered=[], missing=[], terms=terms)

        self.materials.save_signature(self.her, self.case_id, self.case.version, pictures.signature())
        self.change(hand_in)

    def return_for(self, *subjects: str) -> None:
        """The clerk fails these subjects and returns the case."""
        at = self.clock.now()
        judgements = [Judgement(s, Verdict.FAIL, "blurred", None, 1, CLERK.id, CLERK.name, at) for s in subjects]
        self.change(lambda case: case.claim(CLERK, at))
        self.change(lambda case: case.judge(judgements, CLERK, at))
        self.change(lambda case: case.return_for_correction([], "", CLERK, at))

    def route(self) -> UUID:
        """The case is approved; returns the item at 区人社局."""
        at, item_id = self.clock.now(), uuid4()
        item = RoutedItem(item_id, "retire_normal", "social_security", "combined", ItemState.ROUTED, routed_at=at)
        received = Opinion("同意受理", CLERK.id, CLERK.name, at)
        agreed = Opinion("同意办理", SUPERVISOR.id, SUPERVISOR.name, at)
        self.change(lambda case: case.claim(CLERK, at))
        self.change(lambda case: case.accept(received, CLERK, at))
        self.change(lambda case: case.approve(agreed, [item], SUPERVISOR, at))
        return item_id

    def decide(self, item_id: UUID) -> None:
        at = self.clock.now()
        accept, decide = ItemAction.ACCEPT, ItemAction.DECIDE
        self.change(lambda case: case.change_item(case.item(item_id).accept(SOCIAL, at), accept, SOCIAL, at))
        granted = (Outcome.GRANTED, "", SOCIAL, at)
        self.change(lambda case: case.change_item(case.item(item_id).decide(*granted), decide, SOCIAL, at))

    def send_result(self, item_id: UUID, content: bytes, name: str = "退休证明") -> UUID:
        file = announced(content, "application/pdf")
        result_id, form = self.materials.request_result_upload(SOCIAL, item_id, name, file)
        post(form, content)
        return result_id

    def keep_result(self, item_id: UUID, result_id: UUID, key: str | None = None) -> None:
        self.materials.complete_result(SOCIAL, item_id, result_id, key or f"complete-{result_id}")

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs about this case's files."""
        query = "SELECT task_name, args, scheduled_at FROM procrastinate_jobs WHERE args->>'key' LIKE :key ORDER BY id"
        with self.store.engine.begin() as connection:
            found = connection.execute(text(query), {"key": f"incoming/{self.case_id}/%"})
            return [dict(row) for row in found.mappings()]

    def acts(self) -> list[tuple[str, str]]:
        """Who did what, by the audit chain."""
        with self.store.begin() as tx:
            return [(link.entry.actor_name, link.entry.action) for link in tx.audit.chain(self.case_id)]


def announced(content: bytes, content_type: str) -> Announced:
    return Announced(content_type, len(content), hashlib.sha256(content).hexdigest())


def post(form: UploadForm, content: bytes) -> None:
    answer = requests.post(form.url, dict(form.fields), files={"file": content}, timeout=10)
    assert answer.status_code == 201, answer.text


def part_of(slot: dict[str, Any], key: str) -> dict[str, Any]:
    return next(part for part in slot["parts"] if part["key"] == key)


@pytest.fixture(scope="module")
def store(postgres_server: PostgresServer, template_database: str) -> Iterator[PostgresStore]:
    """One database for this file: every test has a person and a case of its own in it."""
    name = f"materials_{uuid4().hex}"
    postgres_server.create_database(name, template_database)
    engine = make_engine(postgres_server.url(name), 8)
    store = PostgresStore(engine, SEAL)
    with store.begin() as tx:
        for actor in (CLERK, SUPERVISOR, SOCIAL, HEALTH):
            tx.staff.add(staff_member(actor))
    yield store
    engine.dispose()
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def buckets(object_store: RunningStore) -> tuple[S3Evidence, S3Evidence]:
    return bucket_of(object_store, "evidence"), bucket_of(object_store, "outputs")


@pytest.fixture
def counter(store: PostgresStore, object_store: RunningStore, buckets: tuple[S3Evidence, S3Evidence]) -> Counter:
    clock, (evidence, outputs) = MovableClock(MORNING), buckets
    drawing = PillowPictures(max_bytes=MAX_BYTES, max_pixels=60_000_000)
    materials = Materials(
        store=store,
        clock=clock,
        evidence=evidence,
        outputs=outputs,
        pictures=drawing,
        pdfs=PdfiumPages(),
        seals=SEAL,
        rulebook=RULEBOOK,
        limits=UploadLimits(link_minutes=10, min_bytes=1_000, max_bytes=MAX_BYTES),
    )
    staff = StaffPhotos(
        store=store, clock=clock, evidence=evidence, pictures=drawing, rulebook=RULEBOOK, max_bytes=MAX_BYTES
    )
    return Counter(materials, staff, store, clock, evidence, object_store)


def staff_member(actor: Actor) -> StaffMember:
    return StaffMember(
        id=actor.id,
        username=actor.id.hex,
        name=actor.name,
        role=actor.role,
        department=actor.department,
        password_hash="none",
        active=True,
        failed_attempts=0,
        locked_until=None,
        last_signed_in_at=None,
        version=1,
    )


def bucket_of(store: RunningStore, bucket: str) -> S3Evidence:
    return S3Evidence(
        endpoint_url=store.endpoint_url,
        public_url=store.endpoint_url,
        region=store.region,
        access_key=store.access_key,
        secret_key=store.secret_key,
        bucket=bucket,
    )


# ── a photo into its slot ────────────────────────────────────────────────────────────────────


def test_a_photo_counts_once_it_is_verified(counter: Counter) -> None:
    photo_id = counter.send(pictures.photo_for("id_card", "front"))
    assert counter.case.photos[photo_id].state is PhotoState.AWAITING

    slot = counter.complete(photo_id)

    shown = part_of(slot, "front")["photo"]
    assert (shown["id"], shown["width"], shown["height"]) == (str(photo_id), 1600, 1200)
    assert (slot["status"], part_of(slot, "back")["photo"]) == ("open", None)


def test_a_slot_with_all_its_photos_is_done(counter: Counter) -> None:
    counter.give(part="front")
    back = counter.send(pictures.photo_for("id_card", "back"), part="back")

    assert counter.complete(back)["status"] == "done"


def test_what_is_kept_is_the_clean_picture_and_its_thumbnail(counter: Counter) -> None:
    sideways = pictures.held_sideways(pictures.photo_for("id_card", "front"))
    photo_id = counter.send(sideways)
    counter.complete(photo_id)

    image = Image.open(io.BytesIO(counter.materials.image(counter.her, counter.case_id, photo_id, "image")))
    thumbnail = Image.open(io.BytesIO(counter.materials.image(counter.her, counter.case_id, photo_id, "thumbnail")))
    assert (image.size, thumbnail.size) == ((1600, 1200), (320, 240))
    assert not image.getexif()
    assert counter.case.photos[photo_id].sha256 != hashlib.sha256(sideways).hexdigest()


def test_the_file_as_it_came_is_removed_after_the_photo_is_kept(counter: Counter) -> None:
    photo_id = counter.give()
    key = counter.case.photos[photo_id].incoming_key
    due_now = [job["args"] for job in counter.jobs() if job["scheduled_at"] is None]
    assert due_now == [{"key": key}]

    counter.materials.remove_incoming(key)

    assert "Versions" not in counter.s3.client.list_object_versions(Bucket="evidence", Prefix=key)


def test_a_file_that_never_becomes_a_photo_goes_after_a_day(counter: Counter) -> None:
    counter.announce(pictures.photo_for("id_card", "front"))

    (job,) = counter.jobs()
    assert job["task_name"] == "remove_incoming"
    assert job["scheduled_at"] is not None


def test_completing_again_gives_the_same_slot_and_changes_nothing(counter: Counter) -> None:
    photo_id = counter.send(pictures.photo_for("id_card", "front"))
    first = counter.complete(photo_id, "the-first-key")
    counter.materials.remove_incoming(counter.case.photos[photo_id].incoming_key)
    acts = counter.acts()

    assert counter.complete(photo_id, "the-first-key") == first
    assert counter.complete(photo_id, "another-key-of-hers") == first
    assert counter.acts() == acts


def test_two_completions_at_once_keep_the_photo_once(counter: Counter) -> None:
    photo_id = counter.send(pictures.photo_for("id_card", "front"))

    with ThreadPoolExecutor(4) as threads:
        slots = list(threads.map(lambda n: counter.complete(photo_id, f"key-number-{n % 2}"), range(4)))

    assert all(slot == slots[0] for slot in slots)
    assert counter.acts().count(("申请人", "photo_kept")) == 1


def test_a_key_that_completed_one_photo_cannot_complete_another(counter: Counter) -> None:
    first, second = counter.send(pictures.id_card_front()), counter.send(pictures.id_card_back(), part="back")
    counter.complete(first, "the-first-key")

    with pytest.raises(AlreadyUsed):
        counter.complete(second, "the-first-key")


def test_photos_sent_at_once_all_arrive(counter: Counter) -> None:
    wanted = [("id_card", "front"), ("id_card", "back"), ("social_security_card", "front")]

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda place: counter.give(*place), wanted))

    ready = {(p.slot_key, p.part_key) for p in counter.case.photos.values() if p.state is PhotoState.READY}
    assert ready == set(wanted)


def test_a_photo_does_not_make_what_she_types_stale(counter: Counter) -> None:
    before = counter.case.version

    counter.give()

    assert counter.case.version == before


def test_a_new_photo_takes_the_place_of_the_old(counter: Counter) -> None:
    old = counter.give()
    new = counter.send(pictures.id_card_front(seed=77))

    slot = counter.complete(new)

    assert part_of(slot, "front")["photo"]["id"] == str(new)
    assert old not in counter.case.photos
    with pytest.raises(NotFound):
        counter.materials.image(counter.her, counter.case_id, old, "image")


def test_pages_are_offered_one_after_the_other(counter: Counter) -> None:
    keys = []
    for page in ("page_1", "page_2"):
        slot = counter.complete(counter.send(pictures.photo_for("qualification_form"), "qualification_form", page))
        keys.append(([part["key"] for part in slot["parts"]], slot["more_pages"], slot["status"]))

    assert keys == [
        (["page_1", "page_2"], True, "done"),
        (["page_1", "page_2", "page_3"], True, "done"),
    ]


def test_a_photo_of_another_kind_replaces_those_before(counter: Counter) -> None:
    first = counter.give("work_history_proof", "page_1", "labour_contract")
    slot = counter.complete(counter.send(pictures.form_page(), "work_history_proof", "page_2", "payroll"))

    assert first not in counter.case.photos
    assert (slot["kind"], slot["status"]) == ("payroll", "open")


# ── said again after the answer was lost ─────────────────────────────────────────────────────


def test_a_photo_announced_again_is_the_same_photo(counter: Counter) -> None:
    photo = pictures.id_card_front()
    first, _ = counter.announce_again(photo, "key-of-the-phone")
    counter.clock.move(days=3)

    again, form = counter.announce_again(photo, "key-of-the-phone")

    assert again == first
    assert form is not None
    post(form, photo)
    assert part_of(counter.complete(again), "front")["photo"]["id"] == str(first)
    assert len(counter.case.photos) == 1


def test_a_photo_that_counts_is_not_asked_for_again(counter: Counter) -> None:
    photo, newer = pictures.id_card_front(), pictures.id_card_front(seed=5)
    photo_id, form = counter.announce_again(photo, "key-of-the-phone")
    assert form is not None
    post(form, photo)
    counter.complete(photo_id)

    assert counter.announce_again(photo, "key-of-the-phone") == (photo_id, None)
    counter.complete(counter.send(newer))
    assert counter.announce_again(photo, "key-of-the-phone") == (photo_id, None)
    assert {each.state for each in counter.case.photos.values()} == {PhotoState.READY}


def test_a_key_announces_one_photo_only(counter: Counter) -> None:
    counter.announce_again(pictures.id_card_front(), "key-of-the-phone")

    with pytest.raises(AlreadyUsed):
        counter.announce_again(pictures.id_card_front(seed=5), "key-of-the-phone")
    with pytest.raises(AlreadyUsed):
        counter.announce_again(pictures.id_card_front(), "key-of-the-phone", part="back")


def test_the_same_key_in_two_cases_is_two_photos(counter: Counter) -> None:
    photo = pictures.id_card_front()
    first, _ = counter.announce_again(photo, "key-of-the-phone")
    counter.her, counter.case_id = counter.new_case()

    second, form = counter.announce_again(photo, "key-of-the-phone")

    assert second != first
    assert form is not None


def test_a_photo_that_comes_late_does_not_push_out_a_newer_one(counter: Counter) -> None:
    late = counter.send(pictures.id_card_front())
    counter.clock.move(minutes=1)
    newer = counter.send(pictures.id_card_front(seed=5))
    counter.complete(newer)

    slot = counter.complete(late)

    assert part_of(slot, "front")["photo"]["id"] == str(newer)
    assert late not in counter.case.photos


def test_a_photo_that_never_came_is_forgotten_after_a_day(counter: Counter) -> None:
    sent, kept = counter.send(pictures.id_card_front()), counter.give(part="back")
    counter.clock.move(hours=23)
    counter.materials.forget_unsent()
    assert sent in counter.case.photos
    counter.clock.move(hours=2)

    counter.materials.forget_unsent()
    counter.work_off()

    assert set(counter.case.photos) == {kept}
    assert counter.objects() == {f"cases/{counter.case_id}/{kept}/{name}.jpg" for name in ("image", "thumbnail")}


# ── PDFs ─────────────────────────────────────────────────────────────────────────────────────

PDF_FILLS = [
    ("id_card", "front", 2, ["front", "back"]),
    ("id_card", "back", 2, ["front", "back"]),
    ("id_card", "back", 1, ["back"]),
    ("qualification_form", "page_1", 3, ["page_1", "page_2", "page_3"]),
    ("qualification_form", "page_2", 2, ["page_2", "page_3"]),
]


@pytest.mark.parametrize(("slot", "picked", "pages", "filled"), PDF_FILLS)
def test_pages_of_a_pdf_fill_the_slot(counter: Counter, slot: str, picked: str, pages: int, filled: list[str]) -> None:
    photo_id = counter.send_pdf(pdfs.drawn(RED_CORNER, pages=pages), slot, picked)

    first = counter.complete(photo_id)

    photos = [photo for photo in counter.case.photos.values() if photo.state is PhotoState.READY]
    assert sorted(photo.part_key for photo in photos) == sorted(filled)
    assert counter.acts().count(("申请人", "photo_kept")) == pages
    for photo in photos:
        assert photo.image_key
        assert photo.sha256
        assert hashlib.sha256(counter.evidence.fetch(photo.image_key, MAX_BYTES)).hexdigest() == photo.sha256
    assert counter.complete(photo_id, "another-key-of-hers") == first
    counter.work_off()
    assert len(counter.objects()) == 2 * pages  # images and thumbnails, and no PDF


@pytest.mark.parametrize(("slot", "picked", "pages"), [("id_card", "front", 3), ("qualification_form", "page_3", 3)])
def test_a_pdf_that_does_not_fit_changes_nothing(counter: Counter, slot: str, picked: str, pages: int) -> None:
    before = counter.give(slot, picked)
    photo_id = counter.send_pdf(pdfs.drawn(RED_CORNER, pages=pages), slot, picked)

    with pytest.raises(PdfTooLong) as refused:
        counter.complete(photo_id)

    assert refused.value.facts["pages"] == pages
    assert counter.case.photo(before).state is PhotoState.READY


def test_a_pdf_with_a_password_is_refused_by_name(counter: Counter) -> None:
    photo_id = counter.send_pdf(pdfs.locked() + b"%" * 1_000, "id_card", "front")

    with pytest.raises(PdfLocked):
        counter.complete(photo_id)


# ── what is refused before it is sent ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"content_type": "image/gif"}, PhotoNotAnImage),
        ({"content_type": "image/svg+xml"}, PhotoNotAnImage),
        ({"content_type": ""}, PhotoNotAnImage),
        ({"bytes": 0}, PhotoEmpty),
        ({"bytes": 999}, PhotoEmpty),
        ({"bytes": MAX_BYTES + 1}, PhotoTooLarge),
        ({"slot": "spouse_id_card"}, NotFound),
        ({"slot": "no-such-slot"}, NotFound),
        ({"slot": "application_form", "part": "page_1"}, ActionNotAllowed),
        ({"part": "page_9"}, NotFound),
        ({"slot": "work_history_proof", "part": "page_1"}, ContentRefused),
        ({"slot": "work_history_proof", "part": "page_1", "kind": "a-letter"}, ContentRefused),
    ],
    ids=str,
)
def test_an_upload_that_cannot_count_gets_no_form(
    counter: Counter, changed: dict[str, Any], refusal: type[RuleBroken]
) -> None:
    with pytest.raises(refusal):
        counter.announce(pictures.photo_for("id_card", "front"), **changed)

    assert counter.case.photos == {}


def test_nobody_elses_case_takes_a_photo_or_shows_one(counter: Counter) -> None:
    photo_id = counter.give()
    stranger, _ = counter.new_case()
    file = announced(pictures.photo_for("id_card", "front"), "image/jpeg")

    for act in (
        lambda: counter.materials.request_upload(stranger, counter.case_id, ("id_card", "back"), None, file),
        lambda: counter.materials.complete(stranger, counter.case_id, photo_id, "strangers-key"),
        lambda: counter.materials.image(stranger, counter.case_id, photo_id, "image"),
        lambda: counter.materials.take_back(stranger, counter.case_id, photo_id),
        lambda: counter.materials.declare_absent(stranger, counter.case_id, "id_card", "没有"),
        lambda: counter.materials.save_signature(stranger, counter.case_id, 1, pictures.signature()),
    ):
        with pytest.raises(NotFound):
            act()


# ── what is refused after it was sent ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (pictures.corrupt, "photo-unreadable"),
        (pictures.truncated, "photo-unreadable"),
        (pictures.not_an_image, "photo-not-an-image"),
        (pictures.too_small, "photo-too-small"),
        (lambda: pictures.too_many_pixels() + bytes(1_000), "photo-mislabelled"),
        (lambda: pictures.as_png(pictures.portrait()), "photo-mislabelled"),
    ],
    ids=["corrupt", "truncated", "text", "small", "bomb called jpeg", "png called jpeg"],
)
def test_a_file_that_is_no_photo_never_counts_and_says_why_every_time(
    counter: Counter, draw: Callable[[], bytes], code: str
) -> None:
    photo_id = counter.send(draw())

    for _ in range(2):
        with pytest.raises(PhotoRefused) as refused:
            counter.complete(photo_id)
        assert refused.value.code == code

    assert counter.case.photos[photo_id].state is PhotoState.AWAITING
    counter.work_off()
    assert counter.objects() == set()  # it shows a person, and no one will look at it again


def test_a_photo_that_was_not_sent_has_not_arrived(counter: Counter) -> None:
    photo_id, form = counter.announce(pictures.photo_for("id_card", "front"))
    with pytest.raises(PhotoNotArrived):
        counter.complete(photo_id)

    post(form, pictures.photo_for("id_card", "front"))

    assert part_of(counter.complete(photo_id), "front")["photo"]["id"] == str(photo_id)


def test_a_photo_that_is_not_the_one_announced_has_changed(counter: Counter) -> None:
    photo_id = counter.send(pictures.photo_for("id_card", "front"))
    counter.evidence.put(counter.case.photos[photo_id].incoming_key, pictures.id_card_back(), "image/jpeg")

    with pytest.raises(PhotoChanged):
        counter.complete(photo_id)

    counter.work_off()
    assert len(counter.objects()) == 1  # it is sent again under the same name


# ── taking back, and having none ─────────────────────────────────────────────────────────────


def test_a_photo_can_be_taken_back(counter: Counter) -> None:
    photo_id = counter.give()

    slot = counter.materials.take_back(counter.her, counter.case_id, photo_id)

    assert part_of(slot, "front")["photo"] is None
    with pytest.raises(NotFound):
        counter.materials.take_back(counter.her, counter.case_id, photo_id)


def test_a_photo_taken_back_while_it_is_on_its_way_does_not_come_back(counter: Counter) -> None:
    photo_id = counter.send(pictures.photo_for("id_card", "front"))
    counter.materials.take_back(counter.her, counter.case_id, photo_id)

    with pytest.raises(NotFound):
        counter.complete(photo_id)


def test_a_material_she_does_not_have_is_absent_until_she_has_it(counter: Counter) -> None:
    absent = counter.materials.declare_absent(counter.her, counter.case_id, "qualification_form", " 单位还没给 ")
    assert (absent["status"], absent["absence"]) == ("absent", {"reason": "单位还没给"})

    back = counter.materials.take_back_absence(counter.her, counter.case_id, "qualification_form")
    assert (back["status"], back["absence"]) == ("open", None)


def test_a_photo_ends_the_absence(counter: Counter) -> None:
    counter.materials.declare_absent(counter.her, counter.case_id, "qualification_form", "单位还没给")
    slot = counter.complete(counter.send(pictures.form_page(), "qualification_form", "page_1"))

    assert (slot["status"], slot["absence"]) == ("done", None)


def test_having_none_needs_a_reason(counter: Counter) -> None:
    with pytest.raises(ReasonMissing):
        counter.materials.declare_absent(counter.her, counter.case_id, "qualification_form", "  ")


# ── when the case is with the window, and when it comes back ─────────────────────────────────


def test_a_case_that_was_handed_in_takes_no_photo(counter: Counter) -> None:
    photo_id = counter.give()
    on_its_way = counter.send(pictures.id_card_back(), part="back")
    counter.submit()

    for act in (
        lambda: counter.announce(pictures.id_card_back()),
        lambda: counter.complete(on_its_way),
        lambda: counter.materials.take_back(counter.her, counter.case_id, photo_id),
        lambda: counter.materials.declare_absent(counter.her, counter.case_id, "qualification_form", "没有"),
    ):
        with pytest.raises(ActionNotAllowed):
            act()


def test_only_what_failed_or_is_missing_reopens(counter: Counter) -> None:
    counter.give(part="front")
    counter.give(part="back")
    counter.give("social_security_card", "front")
    counter.give("social_security_card", "back")
    counter.submit()
    counter.clock.move(hours=1)
    counter.return_for("slot:id_card")
    counter.clock.move(hours=1)

    with pytest.raises(ActionNotAllowed):
        counter.announce(pictures.photo_for("id_card", "front"), slot="social_security_card")
    counter.announce(pictures.form_page(), slot="qualification_form", part="page_1")
    photo_id, form = counter.announce(pictures.id_card_front(seed=5))

    assert counter.case.state is State.RETURNED
    post(form, pictures.id_card_front(seed=5))
    mended = counter.complete(photo_id)
    assert (mended["status"], mended["editable"]) == ("done", True)


def test_a_returned_slot_says_why(counter: Counter) -> None:
    first = counter.give(part="front")
    counter.give(part="back")
    counter.submit()
    counter.clock.move(hours=1)
    counter.return_for("slot:id_card")

    slot = counter.complete(first)

    reason = next(r for r in RULEBOOK.checks.reasons_for("id_card") if r.key == "blurred")
    assert (slot["status"], slot["return_reason"]) == ("returned", reason.sentence)


# ── staff look ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("actor", [CLERK, SUPERVISOR], ids=lambda actor: actor.role)
def test_the_window_sees_a_photo_with_its_own_name_on_it_and_is_written_down(counter: Counter, actor: Actor) -> None:
    photo_id = counter.give()
    counter.submit()

    seen = counter.staff.image(actor, counter.case_id, photo_id)

    assert seen != counter.materials.image(counter.her, counter.case_id, photo_id, "image")
    assert Image.open(io.BytesIO(seen)).size == (1600, 1200)
    with counter.store.begin() as tx:
        last = tx.audit.chain(counter.case_id)[-1].entry
    assert (last.actor_name, last.action, last.subject) == (actor.name, "photo_looked_at", "slot:id_card/front")


def test_thumbnails_carry_the_viewers_name_and_are_one_look_for_each_opening(counter: Counter) -> None:
    photo_id = counter.give()
    counter.submit()

    seen = [counter.staff.thumbnail(CLERK, counter.case_id, photo_id) for _ in range(3)]
    after_the_strip = counter.acts()
    counter.staff.thumbnail(SUPERVISOR, counter.case_id, photo_id)
    counter.clock.move(minutes=16)
    counter.staff.thumbnail(CLERK, counter.case_id, photo_id)

    plain = counter.materials.image(counter.her, counter.case_id, photo_id, "thumbnail")
    assert seen[0] != plain
    assert Image.open(io.BytesIO(seen[0])).size == Image.open(io.BytesIO(plain)).size
    assert after_the_strip[-1] == ("陈窗口", "thumbnails_looked_at")
    assert [act for act in counter.acts() if act[1] == "thumbnails_looked_at"] == [
        ("陈窗口", "thumbnails_looked_at"),
        ("何主管", "thumbnails_looked_at"),
        ("陈窗口", "thumbnails_looked_at"),
    ]


def test_a_photo_fetched_ahead_is_a_look_when_it_is_shown(counter: Counter) -> None:
    photo_id = counter.give()
    counter.submit()

    counter.staff.image_ahead(CLERK, counter.case_id, photo_id)
    fetched = counter.acts()[-1]
    counter.staff.look(CLERK, counter.case_id, photo_id)

    assert fetched == ("陈窗口", "photo_fetched_ahead")
    assert counter.acts()[-1] == ("陈窗口", "photo_looked_at")


def test_a_crop_is_what_is_around_its_place_turned_upright(counter: Counter) -> None:
    photo_id = counter.give()
    counter.submit()
    counter.change(lambda case: case.turn_photo(photo_id, 90))

    seen = counter.staff.crop(CLERK, counter.case_id, photo_id, Box(0.1, 0.5, 0.6, 0.55))

    width, height = Image.open(io.BytesIO(seen)).size
    assert height > width
    assert counter.acts()[-1] == ("陈窗口", "crops_looked_at")


def test_the_window_and_she_see_the_photo_that_was_returned_after_another_took_its_place(counter: Counter) -> None:
    first = counter.give(part="front")
    counter.give(part="back")
    counter.submit()
    counter.clock.move(hours=1)
    counter.return_for("slot:id_card")
    counter.clock.move(hours=1)
    again = counter.give(part="front")

    slot = counter.complete(again)

    front = slot["parts"][0]
    assert (front["photo"]["id"], front["returned_photo"]["id"]) == (str(again), str(first))
    assert counter.materials.image(counter.her, counter.case_id, first, "thumbnail")
    assert counter.staff.image(CLERK, counter.case_id, first)


def test_a_draft_is_hers_alone(counter: Counter) -> None:
    photo_id = counter.give()

    with pytest.raises(NotFound):
        counter.staff.image(CLERK, counter.case_id, photo_id)


@pytest.mark.parametrize("role", [Role.OVERSIGHT, Role.ADMINISTRATOR, Role.APPLICANT])
def test_who_has_no_business_with_photos_sees_none(counter: Counter, role: Role) -> None:
    photo_id = counter.give()
    counter.submit()

    with pytest.raises(NotAllowed):
        counter.staff.image(Actor(uuid4(), role, "某某"), counter.case_id, photo_id)


def test_an_officer_sees_the_photos_her_department_needs_and_no_other(counter: Counter) -> None:
    card = counter.give("social_security_card", "front")
    contract = counter.give("work_history_proof", "page_1", "labour_contract")
    counter.submit()
    with pytest.raises(NotFound):
        counter.staff.image(SOCIAL, counter.case_id, card)
    item_id = counter.route()

    assert counter.staff.item_image(SOCIAL, item_id, card)
    assert counter.acts()[-1] == ("吴社保", "photo_looked_at")
    for officer, photo_id in ((SOCIAL, contract), (HEALTH, card), (HEALTH, contract)):
        with pytest.raises(NotFound):
            counter.staff.image(officer, counter.case_id, photo_id)
    with pytest.raises(NotFound):
        counter.staff.item_image(HEALTH, item_id, card)


# ── the signature ────────────────────────────────────────────────────────────────────────────


def test_a_signature_is_kept_under_the_version_she_saw(counter: Counter) -> None:
    counter.materials.save_signature(counter.her, counter.case_id, counter.case.version, pictures.signature())

    signature = counter.case.signature
    assert signature is not None
    assert counter.evidence.fetch(signature.image_key, 1_000_000) == pictures.signature()
    assert signature.signed_at == MORNING


def test_a_signature_under_an_older_version_is_not_taken(counter: Counter) -> None:
    seen = counter.case.version
    counter.change(lambda case: case.answer({"phone": "13900008866"}, counter.her, counter.clock.now()))

    with pytest.raises(StaleVersion):
        counter.materials.save_signature(counter.her, counter.case_id, seen, pictures.signature())


@pytest.mark.parametrize(
    ("draw", "refusal"),
    [
        (pictures.empty_signature, SignatureMissing),
        (pictures.not_an_image, PhotoUnreadable),
        (pictures.id_card_front, PhotoUnreadable),
    ],
    ids=["empty canvas", "text", "a photo"],
)
def test_a_signature_is_written_by_hand(counter: Counter, draw: Callable[[], bytes], refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal):
        counter.materials.save_signature(counter.her, counter.case_id, counter.case.version, draw())

    assert counter.case.signature is None


# ── results ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def item_id(counter: Counter) -> UUID:
    counter.submit()
    return counter.route()


def test_a_result_is_hers_to_read_once_the_item_is_decided(counter: Counter, item_id: UUID) -> None:
    content = pictures.result_pdf()
    result_id = counter.send_result(item_id, content)
    counter.keep_result(item_id, result_id)
    assert counter.materials.item_result_file(SOCIAL, item_id, result_id)[1] == content
    with pytest.raises(NotFound):
        counter.materials.result_file(counter.her, counter.case_id, result_id)

    counter.decide(item_id)

    result, read = counter.materials.result_file(counter.her, counter.case_id, result_id)
    assert (result.name, result.content_type, read) == ("退休证明.pdf", "application/pdf", content)


def test_completing_a_result_again_changes_nothing(counter: Counter, item_id: UUID) -> None:
    result_id = counter.send_result(item_id, pictures.result_pdf())

    for key in (None, None, f"another-{result_id}"):
        counter.keep_result(item_id, result_id, key)

    assert counter.acts().count(("吴社保", "result_kept")) == 1


def test_a_result_can_be_removed_before_the_decision_only(counter: Counter, item_id: UUID) -> None:
    first, second = (counter.send_result(item_id, pictures.result_pdf(pages)) for pages in (1, 2))
    for result_id in (first, second):
        counter.keep_result(item_id, result_id)
    counter.materials.remove_result(SOCIAL, item_id, first)
    counter.decide(item_id)

    with pytest.raises(ActionNotAllowed):
        counter.materials.remove_result(SOCIAL, item_id, second)
    with pytest.raises(NotFound):
        counter.materials.result_file(counter.her, counter.case_id, first)
    assert counter.materials.result_file(counter.her, counter.case_id, second)


def test_a_decided_item_takes_no_result(counter: Counter, item_id: UUID) -> None:
    result_id = counter.send_result(item_id, pictures.result_pdf())
    counter.decide(item_id)

    with pytest.raises(ActionNotAllowed):
        counter.keep_result(item_id, result_id)
    with pytest.raises(ActionNotAllowed):
        counter.send_result(item_id, pictures.result_pdf())


def test_another_department_has_no_part_in_a_result(counter: Counter, item_id: UUID) -> None:
    result_id = counter.send_result(item_id, pictures.result_pdf())
    file = announced(pictures.result_pdf(), "application/pdf")

    for act in (
        lambda: counter.materials.request_result_upload(HEALTH, item_id, "a", file),
        lambda: counter.materials.complete_result(HEALTH, item_id, result_id, "their-own-key"),
        lambda: counter.materials.remove_result(HEALTH, item_id, result_id),
        lambda: counter.materials.item_result_file(HEALTH, item_id, result_id),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_result_of_somebody_else_is_not_there(counter: Counter, item_id: UUID) -> None:
    result_id = counter.send_result(item_id, pictures.result_pdf())
    counter.keep_result(item_id, result_id)
    counter.decide(item_id)
    stranger, strangers_case = counter.new_case()

    for case_id in (counter.case_id, strangers_case):
        with pytest.raises(NotFound):
            counter.materials.result_file(stranger, case_id, result_id)


@pytest.mark.parametrize(
    "draw", [pictures.not_an_image, lambda: pictures.result_pdf(40)[:-60]], ids=["text", "half a pdf"]
)
def test_a_result_that_would_not_open_is_refused(counter: Counter, item_id: UUID, draw: Callable[[], bytes]) -> None:
    result_id = counter.send_result(item_id, draw())

    with pytest.raises(FileRefused):
        counter.keep_result(item_id, result_id)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("退休证明", "退休证明.pdf"),
        ("退休证明.PDF", "退休证明.pdf"),
        ("../../etc/passwd", "etcpasswd.pdf"),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie x=1.pdf"),
        ("", "办理结果.pdf"),
    ],
)
def test_a_result_is_named_safely(counter: Counter, item_id: UUID, given: str, kept: str) -> None:
    result_id = counter.send_result(item_id, pictures.result_pdf(20), given)
    counter.keep_result(item_id, result_id)

    assert counter.materials.item_result_file(SOCIAL, item_id, result_id)[0].name == kept
