"""The house is laid out as its plan says, and nothing stands in a room where it does not belong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.settings import CHECKOUT

BACKEND = CHECKOUT / "backend"
NOT_OURS = {
    *(".git", ".venv", "var", "node_modules", "dist", "__pycache__", "tuixiu.egg-info"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis"),
}
ROOMS = (
    *("pyproject.toml", "Makefile", "README.md", "README.zh-CN.md", "GLOSSARY.md"),
    *("docs/problems.md", "docs/case-states.md", "docs/operations.md"),
    *(f"backend/{name}.py" for name in ("app", "jobs", "cli", "wiring", "settings")),
    *(f"backend/{name}/__init__.py" for name in ("api", "services", "domain", "adapters", "sandbox")),
    *(f"backend/api/{name}.py" for name in ("problems", "callers", "fields")),
    *("backend/services/ports.py", "backend/adapters/clock.py", "backend/adapters/db/store.py"),
    *("backend/adapters/storage.py", "backend/adapters/wechat.py", "backend/adapters/policy_files.py"),
    *("config/settings.example.env", "config/policy", "config/work_calendar", "migrations/env.py"),
    *("tests/conftest.py", "tests/builders.py", "tests/actors.py", "tests/domain", "tests/policy", "tests/services"),
    *("tests/api", "tests/adapters", "tests/journeys", "tests/structure", "tests/bench"),
    *("h5/applicant.html", "h5/desk.html", "h5/openapi.json"),
)
NOT_UNDERSTOOD_YET = {"utils", "util", "common", "helpers", "helper", "base", "managers", "manager", "misc"}
CLOCK_EXCEPTIONS = {
    "backend/api/limits.py": "the rate limiter's library counts by the machine's clock, and Retry-After is a duration",
}
CLOCK_READERS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
# Assembled, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmmirror", "com"), ("deb", "debian", "org")),
        *(("yarnpkg", "com"), ("mirrors", "aliyun"), ("tuna", "tsinghua"), ("mirrors", "ustc"), ("index", "docker")),
    )
)


def our_files(*suffixes: str) -> list[Path]:
    """Every file of the project with one of these endings; all of them without any."""
    found = []
    folders = [CHECKOUT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir() and path.name not in NOT_OURS:
                folders.append(path)
            elif path.is_file() and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return found


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def told(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_plan_is_there(room: str) -> None:
    assert (CHECKOUT / room).exists()


def test_no_module_is_named_for_what_has_not_been_understood() -> None:
    modules = [path for path in our_files(".py", ".ts", ".vue") if path.stem in NOT_UNDERSTOOD_YET]
    folders = [path for path in BACKEND.rglob("*") if path.is_dir() and path.name in NOT_UNDERSTOOD_YET]

    assert [told(path) for path in modules + folders] == []


def test_only_the_clock_knows_now() -> None:
    readers = {told(path) for path in BACKEND.rglob("*.py") if [*_clock_calls(path)]}

    assert readers - CLOCK_EXCEPTIONS.keys() == {"backend/adapters/clock.py"}


def test_every_module_opens_with_what_lives_there() -> None:
    modules = [path for path in our_files(".py") if text_of(path).strip()]
    silent = [told(path) for path in modules if ast.get_docstring(ast.parse(text_of(path))) is None]

    assert silent == []


def test_every_file_of_config_names_its_source() -> None:
    files = [path for path in our_files(".yaml") if path.is_relative_to(CHECKOUT / "config")]
    without = [told(path) for path in files if not re.search(r"^source: *\S", text_of(path), re.MULTILINE)]

    assert files
    assert without == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    locks = sorted(CHECKOUT.glob("requirements*.lock"))

    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, told(lock)
        pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == [], told(lock)


def test_the_pages_lock_file_holds_no_address() -> None:
    assert '"resolved"' not in (CHECKOUT / "h5" / "package-lock.json").read_text(encoding="utf-8")


def test_no_file_names_a_registry() -> None:
    naming = [
        told(path)
        for path in our_files()
        if any(registry.encode() in path.read_bytes() for registry in REGISTRIES)
    ]

    assert naming == []


def test_every_silenced_rule_says_why_on_its_line() -> None:
    silenced = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?:[:\[][^\s#]*(?:,\s*[A-Z]+[0-9]+)*\]?)?(?P<rest>.*)")
    silent = [
        f"{told(path)}:{number}"
        for path in our_files(".py")
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if (match := silenced.search(line)) and len(match["rest"].strip(" -–—#")) < 10 and path != Path(__file__)
    ]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b|pytest\.(?:mark\.)?(?:sk" r"ip|xf" r"ail)|unittest\.mo" r"ck")
    files = our_files(".py", ".ts", ".vue", ".md", ".yaml", ".html", ".css")
    left = [told(path) for path in files if words.search(text_of(path))]

    assert left == []


def _clock_calls(path: Path) -> Iterator[str]:
    """Calls of `datetime.now()` and the like, however they were imported."""
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_READERS:
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if name in {"datetime", "date", "time"}:
                yield f"{name}.{node.func.attr}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from CLOCK_READERS & {alias.name for alias in node.names}
