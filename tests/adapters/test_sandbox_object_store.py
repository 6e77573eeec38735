"""The sandbox's own S3 server: what it keeps through a kill, and what it refuses to whom."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from backend.sandbox.object_store import EVIDENCE, OUTPUTS, ObjectStore, free_ports
from backend.sandbox.secrets import store_secrets

ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, secrets_made: dict[str, str]) -> Iterator[ObjectStore]:
    """A store that these tests may kill, in a folder with a space and Chinese in its path."""
    folder = tmp_path_factory.mktemp("退休 一件事")
    running = ObjectStore(folder / "data", free_ports(), store_secrets(secrets_made), folder / "log")
    running.start(allowed_origins=[ORIGIN])
    yield running
    running.stop()


def test_a_photo_that_was_acknowledged_is_there_after_the_store_is_killed(store: ObjectStore) -> None:
    photo = os.urandom(300_000)
    store.client().put_object(Bucket=EVIDENCE, Key="killed", Body=photo)

    assert store.process is not None
    os.kill(store.process.pid, signal.SIGKILL)
    store.process.wait()
    store.start(allowed_origins=[ORIGIN])

    assert store.client().get_object(Bucket=EVIDENCE, Key="killed")["Body"].read() == photo


def test_a_start_on_other_ports_finds_the_same_photos(store: ObjectStore) -> None:
    store.client().put_object(Bucket=EVIDENCE, Key="moved", Body=b"a photo")

    store.stop()
    store.base_port = free_ports()
    store.start(allowed_origins=[ORIGIN])

    assert store.client().get_object(Bucket=EVIDENCE, Key="moved")["Body"].read() == b"a photo"


def test_an_overwritten_photo_keeps_its_first_version(store: ObjectStore) -> None:
    first = store.client().put_object(Bucket=EVIDENCE, Key="twice", Body=b"first")["VersionId"]
    store.client().put_object(Bucket=EVIDENCE, Key="twice", Body=b"second")

    assert store.client().get_object(Bucket=EVIDENCE, Key="twice", VersionId=first)["Body"].read() == b"first"


@pytest.mark.parametrize("bucket", [EVIDENCE, OUTPUTS])
def test_what_is_stored_is_not_readable_on_disk(store: ObjectStore, bucket: str) -> None:
    store.client().put_object(Bucket=bucket, Key="plain", Body=b"430671-in-the-clear-" * 50)

    assert not any(b"430671-in-the-clear" in path.read_bytes() for path in store.data_path.glob("*.dat"))


def test_the_service_cannot_make_a_bucket(store: ObjectStore) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        store.client().create_bucket(Bucket="another")


@pytest.mark.parametrize(("offset", "path"), [(2, "/1,01637037d6"), (4, "/buckets/evidence/")], ids=["volume", "filer"])
def test_the_inner_ports_give_nothing_to_one_without_a_token(store: ObjectStore, offset: int, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{store.base_port + offset}{path}", timeout=5)

    assert refused.value.code == 401


def test_only_the_page_of_the_service_may_read_an_answer(store: ObjectStore) -> None:
    link = store.client().generate_presigned_url("get_object", Params={"Bucket": EVIDENCE, "Key": "cors"})
    store.client().put_object(Bucket=EVIDENCE, Key="cors", Body=b"a photo")

    assert _allowed_origin(link, ORIGIN) == ORIGIN
    assert _allowed_origin(link, "http://127.0.0.1:1") is None


def _allowed_origin(link: str, origin: str) -> str | None:
    request = urllib.request.Request(link, headers={"Origin": origin})  # noqa: S310 - the store's own port
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the store's own port
        allowed: str | None = answer.headers.get("Access-Control-Allow-Origin")
    return allowed
