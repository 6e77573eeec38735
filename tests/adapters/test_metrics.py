"""The figures for Prometheus as the running city gives them: of every process, on the loopback side only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests

from backend.sandbox.processes import wait_until

if TYPE_CHECKING:
    from backend.sandbox.city import City


def test_every_web_process_counts_into_the_same_figures(city: City) -> None:
    for _ in range(20):
        requests.get(f"{city.url}/healthz", timeout=10)

    figures: list[str] = []

    def counted() -> bool:
        figures[:] = [requests.get(f"http://127.0.0.1:{city.ports.metrics}/metrics", timeout=10).text]
        found = re.search(r'tuixiu_request_seconds_count\{.*route="/healthz".*\} ([0-9.]+)', figures[0])
        return found is not None and float(found[1]) >= 20

    assert wait_until(counted, 10)
    assert "# TYPE tuixiu_queued_jobs gauge" in figures[0]
    assert "# HELP tuixiu_open_incidents open_incidents by kind, from the database." in figures[0]
    assert requests.get(f"{city.url}/metrics", timeout=10).headers["Content-Type"].startswith("text/html")
