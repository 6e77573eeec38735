"""The object store through our adapter, on a real S3 server: what a form lets in, and what each failure is called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import requests

from backend.adapters.storage import S3Evidence
from backend.domain.errors import OutsideDown, PhotoNotArrived, PhotoTooLarge
from backend.sandbox.processes import free_port
from backend.services.ports import UploadForm

if TYPE_CHECKING:
    from tests.conftest import RunningStore

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
PHOTO = os.urandom(4_000)


def evidence_on(
    store: RunningStore,
    *,
    endpoint_url: str | None = None,
    public_url: str | None = None,
    secret_key: str | None = None,
) -> S3Evidence:
    return S3Evidence(
        endpoint_url=endpoint_url or store.endpoint_url,
        public_url=public_url or store.endpoint_url,
        region=store.region,
        access_key=store.access_key,
        secret_key=secret_key or store.secret_key,
        bucket=store.evidence_bucket,
    )


@pytest.fixture(scope="module")
def evidence(object_store: RunningStore) -> S3Evidence:
    return evidence_on(object_store)


@pytest.fixture
def key() -> str:
    return f"incoming/{uuid4()}"


def form_for(evidence: S3Evidence, key: str, content: bytes = PHOTO, minutes: int = 10) -> UploadForm:
    digest = hashlib.sha256(content).hexdigest()
    return evidence.upload_form(
        key, content_type="image/jpeg", size=len(content), sha256_hex=digest, at=AT, minutes=minutes
    )


def send(form: UploadForm, content: bytes = PHOTO, **changed: str) -> int:
    answer = requests.post(form.url, {**form.fields, **changed}, files={"file": ("photo.jpg", content)}, timeout=10)
    return answer.status_code


def test_a_photo_sent_by_its_form_can_be_fetched(evidence: S3Evidence, key: str) -> None:
    assert send(form_for(evidence, key)) == 201

    assert evidence.fetch(key, len(PHOTO)) == PHOTO


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (PHOTO + b"x", {}),
        (PHOTO[:-1], {}),
        (b"", {}),
        (os.urandom(len(PHOTO)), {}),
        (PHOTO, {"key": "incoming/somebody-elses"}),
        (PHOTO, {"Content-Type": "text/html"}),
        (PHOTO, {"x-amz-checksum-sha256": "AAAA"}),
        (PHOTO, {"x-amz-meta-note": "undeclared"}),
        (PHOTO, {"x-amz-signature": "0" * 64}),
    ],
    ids=["a byte more", "a byte less", "nothing", "other content", "key", "type", "checksum", "extra field", "forged"],
)
def test_a_form_lets_in_nothing_but_its_photo(
    evidence: S3Evidence, key: str, content: bytes, changed: dict[str, str]
) -> None:
    assert send(form_for(evidence, key), content, **changed) in (400, 403)

    with pytest.raises(PhotoNotArrived):
        evidence.fetch(key, 1_000_000)


def test_a_form_is_no_good_after_its_time(evidence: S3Evidence, key: str) -> None:
    assert send(form_for(evidence, key, minutes=-1)) in (400, 403)


def test_a_form_says_until_when_it_is_good(evidence: S3Evidence, key: str) -> None:
    assert form_for(evidence, key, minutes=10).expires_at == AT + timedelta(minutes=10)


def test_a_form_is_signed_for_where_browsers_reach_the_store(object_store: RunningStore, key: str) -> None:
    evidence = evidence_on(object_store, public_url="https://photos.example.gov.cn")

    assert form_for(evidence, key).url == "https://photos.example.gov.cn/evidence"


def test_what_is_put_can_be_fetched(evidence: S3Evidence, key: str) -> None:
    evidence.put(key, PHOTO, "image/jpeg")

    assert evidence.fetch(key, len(PHOTO)) == PHOTO


def test_a_photo_over_the_cap_is_not_read(evidence: S3Evidence, key: str) -> None:
    evidence.put(key, PHOTO, "image/jpeg")

    with pytest.raises(PhotoTooLarge):
        evidence.fetch(key, len(PHOTO) - 1)


def test_a_photo_that_never_came_has_not_arrived(evidence: S3Evidence, key: str) -> None:
    with pytest.raises(PhotoNotArrived):
        evidence.fetch(key, 1_000)


def test_a_deleted_photo_is_gone_with_every_version_of_it(
    evidence: S3Evidence, object_store: RunningStore, key: str
) -> None:
    evidence.put(key, b"with a place in it", "image/jpeg")
    evidence.put(key, b"once more", "image/jpeg")
    evidence.put(f"{key}-neighbour", PHOTO, "image/jpeg")

    evidence.delete(key)
    evidence.delete(key)

    left = object_store.client.list_object_versions(Bucket=object_store.evidence_bucket, Prefix=key)
    assert [each["Key"] for each in left.get("Versions", [])] == [f"{key}-neighbour"]
    assert "DeleteMarkers" not in left


def test_many_threads_share_one_store(evidence: S3Evidence, key: str) -> None:
    def there_and_back(number: int) -> bool:
        content = bytes([number]) * 2_000
        evidence.put(f"{key}/{number}", content, "image/jpeg")
        return evidence.fetch(f"{key}/{number}", 2_000) == content

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(there_and_back, range(48)))


def test_a_store_that_answers_is_reachable(evidence: S3Evidence) -> None:
    evidence.ensure_reachable()


@pytest.mark.parametrize(
    "act",
    [
        lambda evidence: evidence.fetch("a", 1),
        lambda evidence: evidence.put("a", b"a", "image/jpeg"),
        lambda evidence: evidence.delete("a"),
        lambda evidence: evidence.ensure_reachable(),
    ],
    ids=["fetch", "put", "delete", "ready"],
)
def test_a_store_that_does_not_answer_is_down(object_store: RunningStore, act: Callable[[S3Evidence], object]) -> None:
    evidence = evidence_on(object_store, endpoint_url=f"http://127.0.0.1:{free_port()}")

    with pytest.raises(OutsideDown):
        act(evidence)


def test_a_store_that_refuses_our_key_is_down(object_store: RunningStore) -> None:
    with pytest.raises(OutsideDown):
        evidence_on(object_store, secret_key="another").ensure_reachable()
