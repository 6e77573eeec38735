"""Figures for Prometheus, on a port of the loopback side only.

Several processes share them through PROMETHEUS_MULTIPROC_DIR; whichever has the port answers for all, and when it ends
another takes the port over.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

LOG = logging.getLogger(__name__)
TRY_AGAIN_SECONDS = 5

REQUESTS = Histogram(
    "tuixiu_request_seconds",
    "Time from a request's arrival to its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOBS = Counter("tuixiu_jobs_total", "Jobs that ended.", ["task", "outcome"])
READINGS = Histogram(
    "tuixiu_reading_seconds",
    "Time that reading a photo took, by what came of it.",
    ["state"],
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 60),
)

COUNTED_BY = {"open_incidents": "kind"}  # what else than a state the database counts by

Figures = Callable[[], Mapping[str, Mapping[str, float]]]


class StoredFigures(Collector):
    """Figures that the database knows, asked for when Prometheus asks: name → label → value."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, by_label in self._figures().items():
            by = COUNTED_BY.get(name, "state")
            family = GaugeMetricFamily(f"tuixiu_{name}", f"{name} by {by}, from the database.", labels=[by])
            for label, value in by_label.items():
                family.add_metric([label], value)
            yield family


def serve_when_free(host: str, port: int, figures: Figures) -> None:
    """Answers /metrics on host:port from a thread as soon as no other of our processes does. Port 0: not at all."""
    if port:
        threading.Thread(target=_serve, args=(host, port, figures), name="metrics", daemon=True).start()


def _serve(host: str, port: int, figures: Figures) -> None:
    registry = CollectorRegistry()
    if Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")).is_dir() and "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    else:
        registry.register(REQUESTS)
        registry.register(JOBS)
        registry.register(READINGS)
    registry.register(StoredFigures(figures))
    pause = threading.Event()
    while True:
        try:
            start_http_server(port, addr=host, registry=registry)
            return
        except OSError:
            pause.wait(TRY_AGAIN_SECONDS)
