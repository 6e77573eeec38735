"""YAML that remembers its lines: every value knows its file and line, so a fault in config can be pointed at.

What a file must hold is said in policy_files.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

E = TypeVar("E", bound=StrEnum)


class ConfigFault(Exception):
    """A file of config that cannot be used: which file, which line (from 1), what is wrong."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        self.file, self.line, self.what = file, line, what
        super().__init__(f"{file}:{line}: {what}")


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a YAML file. Mappings count the keys that were read: `only_these` refuses what nobody asked for."""

    file: Path
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def fault(self, what: str) -> NoReturn:
        """Raises ConfigFault at this value."""
        raise ConfigFault(self.file, self.line, what)

    # ── mappings ──

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def entries(self) -> dict[str, "Located"]:
        """The keys and values of a mapping, in order; a key given twice is a fault."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault("expected key: value pairs")
        found: dict[str, Located] = {}
        for key, value in self.node.value:
            if key.value in found:
                Located(self.file, key).fault(f"{key.value!r} is given twice")
            found[key.value] = Located(self.file, value)
        return found

    def only(self, *keys: str) -> dict[str, "Located"]:
        """The entries, which must all be among `keys`."""
        found = self.entries()
        for key, value in found.items():
            if key not in keys:
                value.fault(f"{key!r} is not known here; known: {', '.join(keys)}")
        return found

    def __getitem__(self, key: str) -> "Located":
        if (value := self.entries().get(key)) is None:
            self.fault(f"{str(key)!r} is missing")
        return value

    def get(self, key: str) -> "Located | None":
        return self.entries().get(key)

    def text_at(self, key: str, default: str = "") -> str:
        """The text of a key that may be left out."""
        value = self.get(key)
        return value.text() if value else default

    def each_at(self, key: str) -> Iterable["Located"]:
        """The entries of a list that may be left out."""
        value = self.get(key)
        return value.each() if value else ()

    # ── lists ──

    def each(self) -> Iterator["Located"]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault("expected a list")
        for value in self.node.value:
            yield Located(self.file, value)

    def texts(self) -> tuple[str, ...]:
        return tuple(value.text() for value in self.each())

    # ── single values ──

    def text(self) -> str:
        """Text as written, not empty."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            self.fault("expected text")
        return str(self.node.value).strip()

    def whole(self, at_least: int = 0) -> int:
        text = self.text()
        if not (text.isascii() and text.isdigit()) or int(text) < at_least:
            self.fault(f"expected a whole number of at least {at_least}, not {text!r}")
        return int(text)

    def truth(self) -> bool:
        text = self.text()
        if text not in ("true", "false"):
            self.fault(f"expected true or false, not {text!r}")
        return text == "true"

    def day(self) -> date:
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.fault(f"expected a date YYYY-MM-DD, not {self.text()!r}")

    def one_of(self, kinds: type[E]) -> E:
        try:
            return kinds(self.text())
        except ValueError:
            self.fault(f"{self.text()!r} is not one of {', '.join(kinds)}")


def refuse_repeats(entries: Iterable[Located], key: str) -> None:
    """A fault at the first entry whose `key` says what another's said already."""
    seen: set[str] = set()
    for entry in entries:
        if (name := entry[key].text()) in seen:
            entry[key].fault(f"{name!r} is there already")
        seen.add(name)


def read(path: Path) -> Located:
    """Reads one YAML file. Raises ConfigFault when it is missing, not YAML, or empty."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigFault(path, 1, f"cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigFault(path, line, f"is not YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigFault(path, 1, f"is not YAML: {error}") from error
    if node is None:
        raise ConfigFault(path, 1, "is empty")
    return Located(path, node)
