"""How often one may ask: per person and per address, in the memory of each worker process.

With n workers a limit is n times as high at most. Only /api is counted: WeChat's servers call from few addresses.
"""

import hashlib
import ipaddress
import math
import threading
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from backend.api.callers import LINK_HEADER, comes_by_link
from backend.domain.errors import TooMany
from backend.settings import Settings

CODE_PATHS = ("/api/filing/invitation", "/api/filing/joining")  # everything that takes a code of hers
SIGN_IN_PATHS = frozenset({"/api/identity/staff/session", "/api/identity/wechat/start", "/api/identity/wechat/return"})

PRINT_PATHS = frozenset({"/api/guide/precheck.pdf"})  # a print that is set anew for everybody, by anybody
FORGET_EVERY_SECONDS = 60


class WorkerMemory(MemoryStorage):
    """The library's memory, which forgets on the way what is over: its own starts a thread for that, count by count."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._forget_at = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()  # noqa: TID251 - the limiter's own clock
        with self._lock:
            if now >= self._forget_at:
                self._forget_at = now + FORGET_EVERY_SECONDS
                for over in [each for each, until in self.expirations.items() if until <= now]:
                    self.storage.pop(over, None)
                    self.expirations.pop(over, None)
            self.storage[key] += amount
            self.expirations.setdefault(key, now + expiry)
            return self.storage[key]


class Limits:
    """Counts requests in sliding windows of a minute."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(WorkerMemory())
        self._per_address = RateLimitItemPerMinute(settings.requests_per_minute_per_address, namespace="address")
        self._sign_ins = RateLimitItemPerMinute(settings.sign_ins_per_minute_per_address, namespace="sign-in")
        self._prints = RateLimitItemPerMinute(settings.prints_per_minute_per_address, namespace="print")
        self._per_person = RateLimitItemPerMinute(settings.requests_per_minute_per_person, namespace="person")
        self._codes = RateLimitItemPerMinute(settings.codes_per_minute_per_person, namespace="code")
        self._shoots = RateLimitItemPerMinute(settings.shoots_per_minute_per_link, namespace="shoot")
        self._proxies_trusted = settings.proxies_trusted

    def count_address(self) -> None:
        """Raises TooMany."""
        if not request.path.startswith("/api/"):
            return
        network = network_of(client_address(request.environ, self._proxies_trusted))
        self._count(self._per_address, network)
        if request.path in SIGN_IN_PATHS:
            self._count(self._sign_ins, network)
        if request.path in PRINT_PATHS:
            self._count(self._prints, network)

    def count_person(self) -> None:
        """Raises TooMany."""
        if code := request.headers.get(LINK_HEADER):
            self._count(self._shoots, hashlib.sha256(code.encode()).hexdigest())
        if "actor" in g and not comes_by_link():
            self._count(self._per_person, str(g.actor.id))
            if request.path.startswith(CODE_PATHS):
                self._count(self._codes, str(g.actor.id))

    def _count(self, limit: RateLimitItem, key: str) -> None:
        if self._limiter.hit(limit, key):
            return
        free_at, _ = self._limiter.get_window_stats(limit, key)
        wait = free_at - time.time()  # noqa: TID251 - the limiter's own clock, for a duration
        raise TooMany(retry_after_seconds=max(1, math.ceil(wait)))


def install(app: Flask, settings: Settings) -> None:
    """Counts every request: its address before anything is looked up, its person when callers.py knows who it is."""
    if "callers" not in app.extensions:
        raise RuntimeError("limits.install() comes after callers.install(): who calls must be known first")
    limits = Limits(settings)
    app.before_request_funcs.setdefault(None, []).insert(0, limits.count_address)
    app.before_request(limits.count_person)


def client_address(environ: Mapping[str, Any], proxies_trusted: int) -> str:
    """The caller's address: what the farthest trusted proxy saw (the nth X-Forwarded-For entry from the right)."""
    peer = str(environ.get("REMOTE_ADDR") or "")
    if proxies_trusted == 0:
        return peer
    hops = [hop.strip() for hop in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    return hops[-proxies_trusted] if len(hops) >= proxies_trusted and hops[-proxies_trusted] else peer


def network_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 address, which one line has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)
