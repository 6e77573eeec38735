"""Which ports of 127.0.0.1 the city uses: those of the last start where they are free, else others, kept in a file.

Between the choice of a port and the server that listens on it pass seconds, in which another city of this machine
could choose the same one: so a city claims its ports first.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.sandbox import object_store
from backend.sandbox.processes import PartFailed, free_port, is_free

PREFERRED_WEB, PREFERRED_WECHAT = 8000, 8001
TRIES = 50


@dataclass(frozen=True)
class Ports:
    """The city's ports. `store` is the first of nine in a row."""

    web: int
    wechat: int
    database: int
    store: int
    metrics: int


class Claims:
    """The ports that this city holds against others on this machine, until it lets go or ends, however it ends."""

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def take(self, port: int) -> bool:
        """Claim a port that nobody listens on; False when another city has it, or some program listens there."""
        if port in self._held or not is_free(port):
            return False
        claim = socket.socket(socket.AF_UNIX)
        try:
            if sys.platform == "linux":  # the only system with names that vanish with the process that holds them
                claim.bind(f"\0tuixiu-port-{port}")
        except OSError:
            claim.close()
            return False
        self._held[port] = claim
        return True

    def take_all(self, ports: list[int]) -> bool:
        """Claim all of them or none."""
        taken: list[int] = []
        for port in ports:
            if not self.take(port):
                self._let_go(taken)
                return False
            taken.append(port)
        return True

    def let_go(self) -> None:
        """Give every claim up."""
        self._let_go(list(self._held))

    def _let_go(self, ports: list[int]) -> None:
        for port in ports:
            self._held.pop(port).close()


def choose_ports(kept_in: Path, claims: Claims, wanted_web: str | None = None) -> Ports:
    """The ports of the last start, as far as they are free, and others for the rest; kept for the next start.

    `wanted_web` is a port for the pages that the person insists on (`TUIXIU_PORT`).

    Raises:
        PartFailed: when that one is busy or no port at all.
    """
    last = _read(kept_in)
    ports = Ports(
        web=_insisted_on(wanted_web, claims) if wanted_web else _first_free(last.get("web", PREFERRED_WEB), claims),
        wechat=_first_free(last.get("wechat", PREFERRED_WECHAT), claims),
        database=_first_free(last.get("database", free_port()), claims),
        store=_store(last.get("store", 0), claims),
        metrics=_first_free(last.get("metrics", free_port()), claims),
    )
    kept_in.write_text(json.dumps(asdict(ports), indent=1))
    return ports


def _read(kept_in: Path) -> dict[str, int]:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return {str(name): int(port) for name, port in json.loads(kept_in.read_text()).items()}
    return {}


def _insisted_on(text: str, claims: Claims) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise PartFailed(f"TUIXIU_PORT is {text!r}: set a port number, or leave it out.")
    if not claims.take(int(text)):
        raise PartFailed(f"Port {text} is in use by another program: set another TUIXIU_PORT, or leave it out.")
    return int(text)


def _first_free(first: int, claims: Claims) -> int:
    """The first free port from `first` on; a person remembers 8002 better than 43817."""
    after_it: Iterable[int] = range(first, min(first + TRIES, 65_536))
    for port in itertools.chain(after_it, (free_port() for _ in range(TRIES))):
        if claims.take(port):
            return port
    raise PartFailed("No free port was found on this machine: stop what is no longer needed, and start again.")


def _store(last: int, claims: Claims) -> int:
    base: int = last or object_store.free_ports()
    while not (object_store.are_free(base) and claims.take_all(object_store.ports_from(base))):
        base = object_store.free_ports()
    return base
