"""The private object store by S3: signed upload forms for browsers, bytes for the services. Fulfils Evidence.

One object serves one bucket and every thread of a process. Keys are chosen by the services, never here.
"""

import base64
import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.domain.errors import OutsideDown, PhotoNotArrived, PhotoTooLarge
from backend.services.ports import Stored, UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 10
ATTEMPTS = 2
CONNECTIONS = 16


class S3Evidence:
    """One private bucket. `public_url` is where browsers reach the same store: upload forms are signed for it."""

    def __init__(
        self, *, endpoint_url: str, public_url: str, region: str, access_key: str, secret_key: str, bucket: str
    ) -> None:
        session = boto3.session.Session(access_key, secret_key, region_name=region)
        self._bucket = bucket
        self._client = _client(session, endpoint_url)
        self._signer = _client(session, public_url)

    def upload_form(
        self, key: str, *, content_type: str, size: int, sha256_hex: str, at: datetime, minutes: int
    ) -> UploadForm:
        """A form that takes this key, this type, this many bytes with this SHA-256, for so many minutes; nothing else.

        The SHA-256 in the form pins the content: a form that leaks can only send the same photo again.
        """
        pinned = {
            "Content-Type": content_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256_hex)).decode(),
            "success_action_status": "201",
        }
        conditions: list[Any] = [{name: value} for name, value in pinned.items()]
        conditions.append(["content-length-range", size, size])
        form: Mapping[str, Any] = self._signer.generate_presigned_post(
            self._bucket, key, Fields=dict(pinned), Conditions=conditions, ExpiresIn=minutes * 60
        )
        return UploadForm(form["url"], form["fields"], at + timedelta(minutes=minutes))

    def fetch(self, key: str, max_bytes: int) -> bytes:
        """The whole content, of which never more than `max_bytes` is read.

        Raises: PhotoNotArrived when nothing is under the key, PhotoTooLarge, OutsideDown.
        """
        with _translated():
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with answer["Body"] as body:
                if answer["ContentLength"] > max_bytes:
                    raise PhotoTooLarge(max_megabytes=max_bytes // 1_000_000)
                return body.read()

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keeps the content under the key; the store checks its SHA-256 on arrival. Raises OutsideDown."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        with _translated():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, ChecksumSHA256=digest
            )

    def delete(self, key: str) -> None:
        """Removes the content with all its earlier versions; what is not there is no error. Raises OutsideDown."""
        with _translated():
            for version in self._versions(key):
                self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)

    def delete_in(self, folder: str, keys: Collection[str]) -> None:
        """Removes these keys, all below this folder, with their earlier versions, a thousand at once.

        One listing serves the whole folder. Raises OutsideDown.
        """
        with _translated():
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=folder)
            for page in pages:
                found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                gone: list[ObjectIdentifierTypeDef] = [
                    {"Key": each["Key"], "VersionId": each["VersionId"]} for each in found if each["Key"] in keys
                ]
                if gone:
                    done = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": gone, "Quiet": True})
                    if done.get("Errors"):
                        raise OutsideDown(system="s3")

    def listed(self, prefix: str) -> Iterator[Stored]:
        """Every object under the prefix with the moment it was put there, a thousand at a time. Raises OutsideDown."""
        with _translated():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for each in page.get("Contents", ()):
                    yield Stored(each["Key"], each["LastModified"])

    def ensure_reachable(self) -> None:
        """Asks the store for our bucket, once. Raises OutsideDown."""
        with _translated():
            self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)

    def _versions(self, key: str) -> list[str]:
        """Ids of every version and delete marker of exactly this key."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        found = [each for page in pages for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))]
        return [each["VersionId"] for each in found if each["Key"] == key]


def _client(session: boto3.session.Session, endpoint_url: str) -> "S3Client":
    """A client is safe for threads once made; making one is not, so they are made at start."""
    return session.client(
        "s3",
        endpoint_url=endpoint_url,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=CONNECTIONS,
            proxies={},  # the store stands in the service's own network
        ),
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as refused:
        if refused.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise PhotoNotArrived from refused
        raise OutsideDown(system="s3") from refused
    except BotoCoreError as unreachable:
        raise OutsideDown(system="s3") from unreachable
