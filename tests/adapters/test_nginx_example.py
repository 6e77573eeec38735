"""The sample nginx file, in a real nginx on the loopback, before a real web server and a real object store."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.sandbox.postgres import PostgresServer
from backend.sandbox.processes import ask, free_port, is_free, wait_until
from backend.settings import CHECKOUT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from tests.conftest import RunningStore

pytestmark = [pytest.mark.nginx, pytest.mark.slow]

HOST, PHOTOS_HOST = "tuixiu.example.gov.cn", "photos.tuixiu.example.gov.cn"
PATIENCE_SECONDS = 60
SIGN_INS_A_MINUTE = 3
AROUND_IT = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tuixiu.conf;
}}
"""


@dataclass(frozen=True)
class Gate:
    """The nginx under test: its two ports, and how to trust its certificate."""

    https_port: int
    http_port: int
    certificate: Path
    log: Path

    def ask(
        self, method: str, path: str, host: str = HOST, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of one request over TLS, addressed to `host`."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.check_hostname = False  # it is reached by its address, not by the name in its certificate
        connection = http.client.HTTPSConnection("127.0.0.1", self.https_port, context=context, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers={"Host": host, **sent})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def web_port(
    postgres_server: PostgresServer, template_database: str, object_store: RunningStore, secrets_made: dict[str, str]
) -> Iterator[int]:
    """A web server as `tuixiu serve` starts it, that trusts one proxy."""
    postgres_server.create_database("behind_nginx", template_database)
    port = free_port()
    environ = {
        **{name: value for name, value in secrets_made.items() if name.startswith("TUIXIU_")},
        "TUIXIU_ENVIRONMENT": "sandbox",
        "TUIXIU_DATABASE_URL": postgres_server.url("behind_nginx"),
        "TUIXIU_S3_ENDPOINT_URL": object_store.endpoint_url,
        "TUIXIU_S3_PUBLIC_URL": f"https://{PHOTOS_HOST}",
        "TUIXIU_PUBLIC_URL": f"https://{HOST}",
        "TUIXIU_PROXIES_TRUSTED": "1",
        "TUIXIU_SIGN_INS_PER_MINUTE_PER_ADDRESS": str(SIGN_INS_A_MINUTE),
        "TUIXIU_METRICS_PORT": "0",
    }
    command = [sys.executable, "-m", "backend.cli", "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env={**os.environ, **environ}, cwd=CHECKOUT)
    assert wait_until(lambda: _is_there(port) or server.poll() is not None, PATIENCE_SECONDS)
    yield port
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE_SECONDS)
    postgres_server.drop_database("behind_nginx")


@pytest.fixture(scope="module")
def gate(web_port: int, object_store: RunningStore) -> Iterator[Gate]:
    """An nginx that runs the sample file with our ports, certificate and addresses in it."""
    folder = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    folder.chmod(0o711)  # under root nginx works as another user
    found = Gate(free_port(), free_port(), _make_certificate(folder), folder / "tuixiu.log")
    sample = (CHECKOUT / "config" / "nginx.example.conf").read_text(encoding="utf-8")
    for ours, theirs in {
        "127.0.0.1:8000": f"127.0.0.1:{web_port}",
        "127.0.0.1:8333": urlsplit(object_store.endpoint_url).netloc,
        "listen 443 ssl": f"listen 127.0.0.1:{found.https_port} ssl",
        "listen 80": f"listen 127.0.0.1:{found.http_port}",
        "/etc/nginx/tls": str(folder),
        "/var/log/nginx": str(folder),
    }.items():
        assert ours in sample
        sample = sample.replace(ours, theirs)
    (folder / "tuixiu.conf").write_text(sample, encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND_IT.format(folder=folder))
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert nginx is not None
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    running = subprocess.Popen(command)
    assert wait_until(lambda: not is_free(found.https_port), PATIENCE_SECONDS)
    yield found
    running.send_signal(signal.SIGQUIT)
    running.wait(PATIENCE_SECONDS)
    shutil.rmtree(folder)


def test_the_api_is_reached_over_tls_compressed_and_with_its_own_headers(gate: Gate) -> None:
    status, headers, _ = gate.ask("GET", "/openapi.json", Accept_Encoding="gzip")

    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_was_asked_about_is_in_no_log(gate: Gate) -> None:
    gate.ask("GET", "/api/guide/precheck?birth_month=1976-03")

    assert wait_until(lambda: "/api/guide/precheck" in gate.log.read_text(), PATIENCE_SECONDS)
    assert "1976-03" not in gate.log.read_text()


def test_without_tls_one_is_sent_to_the_same_page_with_it(gate: Gate) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gate.http_port, timeout=30)
    connection.request("GET", "/desk?page=2", headers={"Host": HOST})
    answer = connection.getresponse()

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/desk?page=2")


def test_an_address_that_a_caller_makes_up_does_not_get_it_more_tries(gate: Gate) -> None:
    tries = [
        gate.ask("GET", "/api/identity/wechat/start", X_Forwarded_For=f"203.0.113.{number}")[0]
        for number in range(SIGN_INS_A_MINUTE + 1)
    ]

    assert tries[-1] == 429
    assert 429 not in tries[:-1]


def test_a_body_that_is_too_large_is_refused_at_the_gate(gate: Gate) -> None:
    status, _, _ = gate.ask("POST", "/api/identity/staff/session", body=b"x" * 2_200_000)

    assert status == 413


def test_a_phone_sends_and_reads_a_photo_under_a_signed_permission(gate: Gate, object_store: RunningStore) -> None:
    signer = _signer(object_store)
    permission = signer.generate_presigned_post(
        "evidence", "through-nginx", Conditions=[["content-length-range", 1000, 20_000_000]], ExpiresIn=600
    )
    photo = os.urandom(3_000_000)
    body, content_type = _form(permission["fields"], photo)

    sent, _, told = gate.ask("POST", "/evidence", PHOTOS_HOST, body, Content_Type=content_type)
    assert sent in (200, 204), told

    link = urlsplit(signer.generate_presigned_url("get_object", {"Bucket": "evidence", "Key": "through-nginx"}))
    read, _, received = gate.ask("GET", f"{link.path}?{link.query}", PHOTOS_HOST)
    assert (read, received == photo) == (200, True)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_phone_can_neither_put_nor_delete(gate: Gate, method: str) -> None:
    query = urlencode({"X-Amz-Signature": "made-up"})

    assert gate.ask(method, f"/evidence/through-nginx?{query}", PHOTOS_HOST)[0] == 403


def _is_there(port: int) -> bool:
    try:
        return bool(ask(f"http://127.0.0.1:{port}/healthz"))
    except OSError:
        return False


def _signer(store: RunningStore) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=f"https://{PHOTOS_HOST}",
        region_name=store.region,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def _form(fields: dict[str, str], photo: bytes) -> tuple[bytes, str]:
    """A multipart form with the photo as its last field, as a browser would send it."""
    boundary = "tuixiu-boundary-7f3a"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    body = "".join([*parts, head]).encode() + photo + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _make_certificate(folder: Path) -> Path:
    """A certificate of this run's own, and its key beside it, under the names of the sample file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName(PHOTOS_HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tuixiu.key").write_bytes(secret)
    (folder / "tuixiu.crt").write_bytes(certificate.public_bytes(pem))
    return folder / "tuixiu.crt"
