"""The sandbox's secrets: made once, kept in one file for its owner alone, marked so that production refuses them.

They are written as `NAME=value` lines with the service's own variable names where it has one.
"""

from __future__ import annotations

import os
import secrets
import string
from pathlib import Path

from backend.sandbox.object_store import StoreSecrets
from backend.sandbox.processes import PartFailed
from backend.settings import SANDBOX_MARKER

LETTERS_AND_DIGITS = string.ascii_letters + string.digits


def make_secrets() -> dict[str, str]:
    """New secrets, each with the sandbox's mark; the sealing, index and cookie keys as hexadecimal digits."""
    return {
        "DATABASE_PASSWORD": _text(32),
        "TUIXIU_S3_ACCESS_KEY": _text(20),
        "TUIXIU_S3_SECRET_KEY": _text(40),
        "STORE_ADMIN_ACCESS_KEY": _text(20),
        "STORE_ADMIN_SECRET_KEY": _text(40),
        "STORE_INNER_KEY": _bytes(32),
        "STORE_ENCRYPTION_KEY": _bytes(32),
        "TUIXIU_WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "TUIXIU_WECHAT_APP_SECRET": _text(32),
        "TUIXIU_WECHAT_TOKEN": _text(32),
        "TUIXIU_WECHAT_ENCODING_AES_KEY": _text(43),
        "TUIXIU_SEALING_KEYS": "s1:" + _bytes(16),
        "TUIXIU_INDEX_KEY": _bytes(32),
        "TUIXIU_COOKIE_SECRET": _bytes(32),
    }


def load_or_make_secrets(path: Path) -> dict[str, str]:
    """The secrets kept in `path`, made there at the first start (mode 0600, whole or not at all).

    Raises:
        PartFailed: when they are another user's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text("".join(f"{name}={value}\n" for name, value in make_secrets().items()))
        unfinished.rename(path)
    try:
        lines = path.read_text().splitlines()
    except PermissionError as refusal:
        raise PartFailed(f"{path} belongs to another user: start as that user, or set TUIXIU_VAR.") from refusal
    return dict(line.split("=", 1) for line in lines)


def store_secrets(kept: dict[str, str]) -> StoreSecrets:
    """Those of the secrets that the object store needs."""
    return StoreSecrets(
        access_key=kept["TUIXIU_S3_ACCESS_KEY"],
        secret_key=kept["TUIXIU_S3_SECRET_KEY"],
        admin_access_key=kept["STORE_ADMIN_ACCESS_KEY"],
        admin_secret_key=kept["STORE_ADMIN_SECRET_KEY"],
        inner_key=kept["STORE_INNER_KEY"],
        encryption_key=kept["STORE_ENCRYPTION_KEY"],
    )


def _text(length: int) -> str:
    missing = length - len(SANDBOX_MARKER)
    return SANDBOX_MARKER + "".join(secrets.choice(LETTERS_AND_DIGITS) for _ in range(missing))


def _bytes(size: int) -> str:
    return (SANDBOX_MARKER.encode() + secrets.token_bytes(size - len(SANDBOX_MARKER))).hex()
