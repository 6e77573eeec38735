"""The city's ports: the same at every start, another where one is busy, and a clear word where a person insists."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.sandbox.ports import Claims, choose_ports
from backend.sandbox.processes import PartFailed, free_port


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_next_start_has_the_same_ports(tmp_path: Path) -> None:
    first = choose_ports(tmp_path / "ports.json", Claims(), wanted_web=str(free_port()))

    assert choose_ports(tmp_path / "ports.json", Claims()) == first


def test_a_port_that_is_busy_now_is_replaced_and_the_others_stay(tmp_path: Path, busy_port: int) -> None:
    first = choose_ports(tmp_path / "ports.json", Claims(), wanted_web=str(free_port()))
    kept = tmp_path / "ports.json"
    kept.write_text(kept.read_text().replace(str(first.web), str(busy_port)))

    second = choose_ports(kept, Claims())

    assert second.web != busy_port
    assert (second.database, second.store) == (first.database, first.store)


def test_a_file_that_was_cut_off_does_not_keep_the_city_from_starting(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"web": 80')

    assert choose_ports(tmp_path / "ports.json", Claims(), wanted_web=str(free_port())).web


def test_a_busy_port_that_a_person_insists_on_is_refused_by_name(tmp_path: Path, busy_port: int) -> None:
    with pytest.raises(PartFailed, match=f"Port {busy_port} is in use"):
        choose_ports(tmp_path / "ports.json", Claims(), wanted_web=str(busy_port))


def test_two_cities_that_start_at_once_never_choose_the_same_port(tmp_path: Path) -> None:
    one, other = Claims(), Claims()
    wanted = str(free_port())
    first = choose_ports(tmp_path / "one.json", one, wanted_web=wanted)

    with pytest.raises(PartFailed, match=f"Port {wanted} is in use"):
        choose_ports(tmp_path / "other.json", other, wanted_web=wanted)
    second = choose_ports(tmp_path / "other.json", other)

    assert not set(vars(first).values()) & set(vars(second).values())
    one.let_go()
    assert other.take(first.web)
