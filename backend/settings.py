"""The environment, read once into one frozen `Settings`; nothing else reads `TUIXIU_*`.

Here are the names, units, defaults and what is refused. What the values are used for is not here. Every
missing or unsafe variable is reported at once, each with the next step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

PREFIX = "TUIXIU_"

# Every secret that the sandbox makes begins with this, as text or as its bytes, so that production knows it.
SANDBOX_MARKER = "sandbox"

CHECKOUT = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

Environment = Literal["sandbox", "production"]


class SettingsError(Exception):
    """The environment cannot be used. Fact: `problems`, one sentence each, with the next step."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings cannot be used:\n" + "\n".join(f"  - {problem}" for problem in problems))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that the service is told from outside. Fields with a secret are left out of the repr.

    The environment variable of a field is `TUIXIU_` and its name in capitals; `config/settings.example.env`
    lists all of them with their units.
    """

    environment: Environment

    database_url: str = field(repr=False)
    database_pool_size: int = 4

    s3_endpoint_url: str
    s3_public_url: str
    s3_region: str = "us-east-1"
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_evidence_bucket: str = "evidence"
    s3_outputs_bucket: str = "outputs"

    public_url: str

    wechat_api_url: str
    wechat_authorize_url: str
    wechat_app_id: str
    wechat_app_secret: str = field(repr=False)
    wechat_token: str = field(repr=False)
    wechat_encoding_aes_key: str = field(repr=False)
    wechat_timeout_seconds: int = 5
    sandbox_wechat_phone_url: str | None = None

    sealing_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    index_key: bytes = field(repr=False)
    cookie_secret: bytes = field(repr=False)

    staff_idle_minutes: int = 30
    staff_session_hours: int = 12
    applicant_session_days: int = 7
    lease_minutes: int = 15
    counter_sitting_minutes: int = 30
    shoot_link_minutes: int = 15
    shoot_link_grace_minutes: int = 3
    join_code_days: int = 90
    join_code_tries: int = 5
    upload_link_minutes: int = 10

    material_max_bytes: int = 20_000_000
    material_min_bytes: int = 1_000
    material_max_pixels: int = 60_000_000
    reading_seconds: int = 60
    reading_only_idle: int = 1

    requests_per_minute_per_person: int = 240
    requests_per_minute_per_address: int = 600
    sign_ins_per_minute_per_address: int = 30
    codes_per_minute_per_person: int = 20
    shoots_per_minute_per_link: int = 240
    prints_per_minute_per_address: int = 30
    proof_objects_per_second: int = 20
    proxies_trusted: int = 0

    h5_dist_path: Path = CHECKOUT / "h5" / "dist"
    config_path: Path = CHECKOUT / "config"
    log_level: str = "INFO"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 9464

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the `TUIXIU_*` variables of `environ`; an empty value counts as not set.

        Raises:
            SettingsError: with every missing, malformed or (in production) unsafe variable.
        """
        reader = _Reader(environ)
        values = _read_all(reader)
        if values["environment"] == "production":
            _refuse_what_production_must_not_have(values, reader.problems)
        if reader.problems:
            raise SettingsError(reader.problems)
        return cls(**values)  # type: ignore[arg-type]  # each value was parsed for its own field in _read_all

    @property
    def is_sandbox(self) -> bool:
        """True where the whole city runs on one machine with made-up people and secrets."""
        return self.environment == "sandbox"


class _Reader:
    """Takes variables one by one and gathers what is wrong with them instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._environ.get(PREFIX + name.upper(), "").strip() or None

    def text(self, name: str, next_step: str, default: str | None = None) -> str:
        value = self.optional(name) or default
        if value is None:
            self.refuse(name, "is not set", next_step)
        elif value.startswith("<") and value.endswith(">"):
            self.refuse(name, "is not filled in", next_step)
            return ""
        return value or ""

    def number(self, name: str, minimum: int = 1) -> int:
        default: int = getattr(Settings, name)
        value = self.optional(name)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]+", value) or int(value) < minimum:
            self.refuse(name, f"is {value!r}", f"set a whole number from {minimum} up, or leave it out for {default}")
            return default
        return int(value)

    def url(self, name: str, next_step: str, default: str | None = None) -> str:
        value = self.text(name, next_step, default).rstrip("/")
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            self.refuse(name, f"is {value!r}, not a URL", next_step)
        return value

    def secret_bytes(self, name: str, accepts: Callable[[int], bool], sizes: str) -> bytes:
        next_step = f"set {sizes} as hexadecimal digits, from `openssl rand -hex`"
        value = self.text(name, next_step)
        try:
            secret = bytes.fromhex(value)
        except ValueError:
            self.refuse(name, "is not hexadecimal", next_step)
            return b""
        if value and not accepts(len(secret)):
            self.refuse(name, f"has {len(secret)} bytes", next_step)
        return secret

    def refuse(self, name: str, what: str, next_step: str) -> None:
        self.problems.append(f"{PREFIX}{name.upper()} {what}: {next_step}.")


def _read_all(read: _Reader) -> dict[str, object]:
    endpoint = read.url("s3_endpoint_url", "set the URL of the S3 service, as this machine reaches it")
    return {
        "environment": _environment(read),
        "database_url": _database_url(read),
        "s3_endpoint_url": endpoint,
        "s3_public_url": read.url("s3_public_url", "set the URL of the S3 service, as phones reach it", endpoint),
        "s3_region": read.text("s3_region", "set the region", Settings.s3_region),
        "s3_access_key": read.text("s3_access_key", "set the S3 access key of the service"),
        "s3_secret_key": read.text("s3_secret_key", "set the S3 secret key of the service"),
        "s3_evidence_bucket": read.text("s3_evidence_bucket", "set the bucket", Settings.s3_evidence_bucket),
        "s3_outputs_bucket": read.text("s3_outputs_bucket", "set the bucket", Settings.s3_outputs_bucket),
        "public_url": read.url("public_url", "set the origin at which phones open the H5, for instance https://…"),
        **_read_wechat(read),
        "sealing_keys": _sealing_keys(read),
        "index_key": read.secret_bytes("index_key", lambda size: size == 32, "32 bytes"),
        "cookie_secret": read.secret_bytes("cookie_secret", lambda size: size >= 32, "32 bytes or more"),
        **_read_numbers(read),
        "h5_dist_path": Path(read.text("h5_dist_path", "", str(Settings.h5_dist_path))),
        "config_path": Path(read.text("config_path", "", str(Settings.config_path))),
        "log_level": _log_level(read),
        "metrics_host": read.text("metrics_host", "", Settings.metrics_host),
    }


def _read_wechat(read: _Reader) -> dict[str, object]:
    where = "copy it from the official account's basic configuration page"
    aes_key = read.text("wechat_encoding_aes_key", where)
    if aes_key and not re.fullmatch(r"[A-Za-z0-9]{43}", aes_key):
        read.refuse("wechat_encoding_aes_key", "is not 43 letters and digits", where)
    return {
        "wechat_api_url": read.url("wechat_api_url", "set the URL of WeChat's API", "https://api.weixin.qq.com"),
        "wechat_authorize_url": read.url(
            "wechat_authorize_url",
            "set the URL of WeChat's sign-in page",
            "https://open.weixin.qq.com/connect/oauth2/authorize",
        ),
        "wechat_app_id": read.text("wechat_app_id", where),
        "wechat_app_secret": read.text("wechat_app_secret", where),
        "wechat_token": read.text("wechat_token", where),
        "wechat_encoding_aes_key": aes_key,
        "sandbox_wechat_phone_url": read.optional("sandbox_wechat_phone_url"),
    }


def _read_numbers(read: _Reader) -> dict[str, object]:
    may_be_zero = ("proxies_trusted", "metrics_port", "reading_only_idle")
    names = [name for name, spec in Settings.__dataclass_fields__.items() if spec.type == "int"]
    numbers = {name: read.number(name, minimum=0 if name in may_be_zero else 1) for name in names}
    if numbers["material_min_bytes"] >= numbers["material_max_bytes"]:
        read.refuse("material_min_bytes", "is not under TUIXIU_MATERIAL_MAX_BYTES", "set a smaller number")
    return dict(numbers)


def _environment(read: _Reader) -> str:
    value = read.text("environment", "", "production")
    if value not in ("sandbox", "production"):
        read.refuse("environment", f"is {value!r}", "set production (or sandbox, which `make run` does by itself)")
    return value


def _database_url(read: _Reader) -> str:
    next_step = "set postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    value = read.text("database_url", next_step)
    if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
        read.refuse("database_url", "does not begin with postgresql://", next_step)
    return value


def _log_level(read: _Reader) -> str:
    value = read.text("log_level", "", Settings.log_level).upper()
    if value not in LOG_LEVELS:
        read.refuse("log_level", f"is {value!r}", "set one of " + ", ".join(LOG_LEVELS))
    return value


def _sealing_keys(read: _Reader) -> tuple[tuple[str, bytes], ...]:
    next_step = "set KEY_ID:KEY,… with 16 bytes as 32 hexadecimal digits for each; the first seals, all of them open"
    keys: list[tuple[str, bytes]] = []
    for part in filter(None, read.text("sealing_keys", next_step).split(",")):
        match = re.fullmatch(r"\s*([A-Za-z0-9_-]{1,16}):([0-9a-fA-F]{32})\s*", part)
        if match is None:
            read.refuse("sealing_keys", f"has a malformed key at place {len(keys) + 1}", next_step)
            return ()
        keys.append((match[1], bytes.fromhex(match[2])))
    if len({key_id for key_id, _ in keys}) < len(keys):
        read.refuse("sealing_keys", "names a key id twice", next_step)
    return tuple(keys)


def _refuse_what_production_must_not_have(values: Mapping[str, object], problems: list[str]) -> None:
    for name in ("public_url", "s3_public_url", "wechat_api_url", "wechat_authorize_url"):
        if str(values[name]).startswith("http://"):
            problems.append(f"{PREFIX}{name.upper()} is not encrypted: production needs https://.")
    if values["sandbox_wechat_phone_url"] is not None:
        problems.append(f"{PREFIX}SANDBOX_WECHAT_PHONE_URL is set: leave it out, production has the real WeChat.")
    problems.extend(
        f"{PREFIX}{name.upper()} was made by the sandbox and lies open on a laptop: make a new one."
        for name, value in values.items()
        if _is_from_the_sandbox(name, value)
    )


def _is_from_the_sandbox(name: str, value: object) -> bool:
    if name == "database_url":
        return (urlsplit(str(value)).password or "").startswith(SANDBOX_MARKER)
    if name == "sealing_keys" and isinstance(value, tuple):
        return any(key.startswith(SANDBOX_MARKER.encode()) for _, key in value)
    if isinstance(value, bytes):
        return value.startswith(SANDBOX_MARKER.encode())
    secrets = ("s3_access_key", "s3_secret_key", "wechat_app_secret", "wechat_token", "wechat_encoding_aes_key")
    return name in secrets and str(value).startswith(SANDBOX_MARKER)
