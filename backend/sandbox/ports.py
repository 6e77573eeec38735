"""Which ports of 127.0.0.1 the city uses: those of the last start where they are free, else others, kept in a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.sandbox import object_store
from backend.sandbox.processes import PartFailed, free_port, is_free

PREFERRED_WEB, PREFERRED_WECHAT = 8000, 8001
TRIES = 20


@dataclass(frozen=True)
class Ports:
    """The city's ports. `store` is the first of nine in a row."""

    web: int
    wechat: int
    database: int
    store: int
    metrics: int


def choose_ports(kept_in: Path, wanted_web: str | None = None) -> Ports:
    """The ports of the last start, as far as they are free, and others for the rest; kept for the next start.

    `wanted_web` is a port for the pages that the person insists on (`TUIXIU_PORT`).

    Raises:
        PartFailed: when that one is busy or no port at all.
    """
    last = _read(kept_in)
    web = _insisted_on(wanted_web) if wanted_web else _first_free(last.get("web", PREFERRED_WEB), taken=set())
    wechat = _first_free(last.get("wechat", PREFERRED_WECHAT), taken={web})
    store = last.get("store", 0)
    ports = Ports(
        web=web,
        wechat=wechat,
        database=_kept_or_any(last.get("database")),
        store=store if store and object_store.are_free(store) else object_store.free_ports(),
        metrics=_kept_or_any(last.get("metrics")),
    )
    kept_in.write_text(json.dumps(asdict(ports), indent=1))
    return ports


def _read(kept_in: Path) -> dict[str, int]:
    try:
        read: dict[str, int] = json.loads(kept_in.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return read


def _insisted_on(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise PartFailed(f"TUIXIU_PORT is {text!r}: set a port number, or leave it out.")
    if not is_free(int(text)):
        raise PartFailed(f"Port {text} is in use by another program: set another TUIXIU_PORT, or leave it out.")
    return int(text)


def _first_free(first: int, taken: set[int]) -> int:
    """The first free port from `first` on; a person remembers 8002 better than 43817."""
    for port in range(first, first + TRIES):
        if port not in taken and is_free(port):
            return port
    return free_port()


def _kept_or_any(kept: int | None) -> int:
    return kept if kept and is_free(kept) else free_port()
