"""An S3 server of the sandbox's own: SeaweedFS's `weed mini` from the wheel, its two buckets, and their rules.

The program is a direct child on 127.0.0.1; only its S3 port is meant for anybody. Telemetry is off, the ports of
its insides want signed tokens, and every write of a photo reaches the disk before it is acknowledged.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
from botocore.config import Config

from backend.sandbox.processes import (
    PartFailed,
    ask,
    free_port,
    is_free,
    last_lines,
    start_child,
    stop_child,
    wait_until,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EVIDENCE, OUTPUTS = "evidence", "outputs"
PORTS_USED = 9  # base … base + 8, and the administration's gRPC at base + 8 + 10000
ADMIN_GRPC_OFFSET = 10_000
S3_PORT_OFFSET = 6
START_PATIENCE_SECONDS = 60
STOP_PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class StoreSecrets:
    """The keys of the store: the service's own, the administration's, and those of its inner ports (64 hex digits)."""

    access_key: str
    secret_key: str = field(repr=False)
    admin_access_key: str = field(repr=False)
    admin_secret_key: str = field(repr=False)
    inner_key: str = field(repr=False)
    encryption_key: str = field(repr=False)


@dataclass
class ObjectStore:
    """One SeaweedFS in `data_path` on the ports from `base_port`, with the buckets `evidence` and `outputs`."""

    data_path: Path
    base_port: int
    secrets: StoreSecrets
    log_path: Path
    environ: Mapping[str, str] = field(repr=False, default_factory=lambda: dict(os.environ))
    process: subprocess.Popen[bytes] | None = field(init=False, repr=False, default=None)

    region = "us-east-1"

    @property
    def endpoint_url(self) -> str:
        """Where S3 is spoken."""
        return f"http://127.0.0.1:{self.base_port + S3_PORT_OFFSET}"

    def start(self, allowed_origins: Sequence[str] = ()) -> None:
        """Start the program, wait until it answers, and see to the buckets and their rules.

        `allowed_origins` are the pages that may send photos straight here. Call it from the main thread.

        Raises:
            PartFailed: with the end of the store's log.
        """
        self.launch()
        self.wait()
        self.set_rules(allowed_origins)

    def launch(self) -> None:
        """Start the program and return at once."""
        self.data_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        identities = self.data_path / "s3.json"
        identities.touch(mode=0o600)
        identities.write_text(json.dumps(self._identities()))
        self.process = start_child(
            [str(find_weed()), "-logtostderr=true", "mini", *self._options(identities)],
            log_path=self.log_path,
            environ=self._environ(),
            directory=str(self.data_path),
        )

    def wait(self) -> None:
        """Wait until the program that was launched answers.

        Raises:
            PartFailed: with the end of the store's log.
        """
        if not wait_until(lambda: self.answers() or not self.is_running(), START_PATIENCE_SECONDS):
            self.stop()
        if not self.is_running():
            raise PartFailed(f"The object store did not start. Its log ends:\n{last_lines(self.log_path)}")

    def ask_to_stop(self) -> None:
        """Send the farewell and return at once."""
        if self.process is not None and self.is_running():
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask the program to end; it finishes what it is writing."""
        if self.process is not None:
            stop_child(self.process, signal.SIGTERM, STOP_PATIENCE_SECONDS)
            for left_over in _sockets(self.base_port):
                left_over.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """True while the store's own process lives."""
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        """True when both buckets are there and everything stored in them can be read.

        After a crash the program may answer for its buckets five seconds before it finds its files again.
        """
        try:
            found = {bucket["Name"] for bucket in self._administrator().list_buckets()["Buckets"]}
            return found >= {EVIDENCE, OUTPUTS} and self._volumes_found() >= self._volumes_on_disk()
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError, ValueError):
            return False

    def client(self) -> S3Client:
        """An S3 client with the service's own key, which can read, write and list in the two buckets."""
        return self._client(self.secrets.access_key, self.secrets.secret_key)

    def set_rules(self, allowed_origins: Sequence[str]) -> None:
        """Encryption in both buckets, versions of every photo, browsers of `allowed_origins`, and fsync for photos."""
        administrator = self._administrator()
        encrypt: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
        for bucket in (EVIDENCE, OUTPUTS):
            administrator.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encrypt)
            if allowed_origins:
                rule: Any = {"AllowedOrigins": list(allowed_origins), "AllowedMethods": ["GET", "POST"]}
                rule |= {"AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 600}
                administrator.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
        administrator.put_bucket_versioning(Bucket=EVIDENCE, VersioningConfiguration={"Status": "Enabled"})
        self._write_photos_through()

    def _write_photos_through(self) -> None:
        """Tell the store to fsync every photo before it says that it has it; by itself it would not."""
        rule = f"fs.configure -locationPrefix=/buckets/{EVIDENCE}/ -fsync -apply\n"
        master = f"127.0.0.1:{self.base_port}.{self.base_port + 1}"
        done = subprocess.run(
            [str(find_weed()), "shell", f"-master={master}"],
            input=rule.encode(),
            capture_output=True,
            env=self._environ(),
            cwd=self.data_path,
            timeout=START_PATIENCE_SECONDS,
            check=False,
        )
        answer = b"".join(done.stdout.split())
        if done.returncode != 0 or b'"fsync":true' not in answer:
            raise PartFailed(f"The object store refused that photos reach the disk: {answer!r} {done.stderr!r}")

    def _volumes_on_disk(self) -> set[int]:
        """The numbers of the files that hold photos: `7.dat`, or `evidence_7.dat`."""
        return {int(path.stem.rpartition("_")[2]) for path in self.data_path.glob("*.dat")}

    def _volumes_found(self) -> set[int]:
        """Those of them that the program's master can lead a reader to now; at least its one server must be there.

        Raises:
            OSError, ValueError: when the master does not answer yet, or knows no server.
        """
        topology = json.loads(ask(f"http://127.0.0.1:{self.base_port}/dir/status"))["Topology"]
        servers = [
            server
            for center in topology.get("DataCenters") or []
            for rack in center.get("Racks") or []
            for server in rack.get("DataNodes") or []
        ]
        if not servers:
            raise ValueError("no volume server has registered yet")
        return {number for server in servers for number in _numbers(server.get("VolumeIds") or "")}

    def _options(self, identities: Path) -> list[str]:
        names = (
            *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc"),
            *("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc", "admin.port"),
        )
        return [
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self.data_path}", "-master.telemetry=false"),
            *(f"-{name}={self.base_port + offset}" for offset, name in enumerate(names)),
            *(f"-s3.config={identities}", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
            *("-admin.ui=false", "-webdav=false", f"-bucket={EVIDENCE},{OUTPUTS}"),
        ]

    def _environ(self) -> dict[str, str]:
        """Keys for the inner ports, which else would let everybody on the machine read and write every photo."""
        signing = ("WEED_JWT_SIGNING_KEY", "WEED_JWT_SIGNING_READ_KEY")
        filer_signing = ("WEED_JWT_FILER_SIGNING_KEY", "WEED_JWT_FILER_SIGNING_READ_KEY")
        keys = dict.fromkeys((*signing, *filer_signing), self.secrets.inner_key)
        return {**self.environ, **keys, "WEED_S3_SSE_KEK": self.secrets.encryption_key}

    def _identities(self) -> dict[str, object]:
        own = [f"{action}:{bucket}" for action in ("Read", "Write", "List") for bucket in (EVIDENCE, OUTPUTS)]
        everything = ["Admin", "Read", "Write", "List", "Tagging"]
        keys = self.secrets
        return {
            "identities": [
                _identity("service", keys.access_key, keys.secret_key, own),
                _identity("administration", keys.admin_access_key, keys.admin_secret_key, everything),
            ]
        }

    def _administrator(self) -> S3Client:
        return self._client(self.secrets.admin_access_key, self.secrets.admin_secret_key)

    def _client(self, access_key: str, secret_key: str) -> S3Client:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"max_attempts": 1},
                connect_timeout=2,
                proxies={},
            ),
        )


def find_weed() -> Path:
    """The program that the wheel put beside this Python.

    Raises:
        PartFailed: when it is not there.
    """
    weed = Path(sys.executable).parent / "weed"
    if not weed.exists():
        raise PartFailed("The object store's program is not installed: run `make run`, which installs it.")
    return weed


def free_ports() -> int:
    """The first of nine ports in a row of 127.0.0.1 that nobody listens on now, its administration's beside them."""
    while True:
        base = free_port()
        if base + PORTS_USED + ADMIN_GRPC_OFFSET < 65_536 and are_free(base):
            return base


def are_free(base: int) -> bool:
    """True when the store could listen on all of its ports from `base` on.

    It keeps a socket in /tmp for each of them; one that another user's store left there would stop ours.
    """
    in_the_way = [path for path in _sockets(base) if os.geteuid() not in (0, path.stat().st_uid)]
    return not in_the_way and all(is_free(port) for port in ports_from(base))


def ports_from(base: int) -> list[int]:
    """Every port that the store listens on."""
    return [*range(base, base + PORTS_USED), base + PORTS_USED - 1 + ADMIN_GRPC_OFFSET]


def _sockets(base: int) -> list[Path]:
    return [path for port in ports_from(base) for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]  # noqa: S108 - where the store puts them, whatever TMPDIR says


def _numbers(ranges: str) -> set[int]:
    """The numbers in the master's way of writing them, ` 1-3 7`."""
    bounds = [part.split("-") for part in ranges.split()]
    return {number for bound in bounds for number in range(int(bound[0]), int(bound[-1]) + 1)}


def _identity(name: str, access_key: str, secret_key: str, actions: list[str]) -> dict[str, object]:
    return {"name": name, "credentials": [{"accessKey": access_key, "secretKey": secret_key}], "actions": actions}
