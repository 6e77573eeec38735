"""What is generated is fresh: the schema against the tables, the API's document, the tables of states and problems."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from backend.adapters.db import migrating
from backend.settings import CHECKOUT

MIGRATIONS = sorted((CHECKOUT / "migrations" / "versions").glob("*.py"))


def test_the_migrations_make_what_the_tables_say(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)

    migrating.check(empty_database_url)


def test_the_schema_goes_down_to_nothing_and_up_again(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)
    migrating.downgrade(empty_database_url, "base")
    migrating.upgrade(empty_database_url)

    assert migrating.current(empty_database_url) == migrating.head()


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_every_migration_says_why(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("command", "generated"),
    [("openapi", "h5/openapi.json"), ("states", "docs/case-states.md"), ("problems", "docs/problems.md")],
)
def test_what_is_generated_is_what_the_code_says_now(command: str, generated: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"

    subprocess.run([sys.executable, "-m", "backend.cli", command, str(fresh)], check=True, cwd=CHECKOUT)

    kept = CHECKOUT / generated
    assert kept.read_text(encoding="utf-8") == fresh.read_text(encoding="utf-8"), "run `make generate`"
