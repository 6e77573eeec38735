"""Gets a bare machine ready, step by step: `python3 .ci/prepare.py runtime|dev|node|h5|browser …`.

The standard library only: it runs before anything is installed. Each step is skipped when its inputs have not
changed since it last ended well. What runs afterwards is in the Makefile.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
H5 = CHECKOUT / "h5"
SHELL = CHECKOUT / "miniprogram_stub"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
NOT_SOURCES = {"node_modules", "dist"}


class CannotPrepare(Exception):
    """A step failed. The message says what to do."""


def main() -> None:
    steps: dict[str, Callable[[], None]] = {
        "runtime": lambda: install_python("requirements.lock"),
        "dev": lambda: install_python("requirements-dev.lock"),
        "node": lambda: node_folder() and None,
        "node-modules": lambda: install_node_modules(H5),
        "shell-modules": lambda: install_node_modules(SHELL),
        "h5": build_h5,
        "browser": install_browser,
        "nginx": install_nginx,
    }
    try:
        for name in sys.argv[1:]:
            steps[name]()
    except CannotPrepare as refusal:
        sys.exit(f"prepare: {refusal}")


# -- Python -------------------------------------------------------------------------------------------------------


def install_python(lock_name: str) -> None:
    """Make .venv and install the locked versions, checked by hash, with uv where it can be had, else with pip."""
    if sys.version_info < OLDEST_PYTHON:
        raise CannotPrepare("Python 3.11 or newer is needed: name one with `make PYTHON=python3.12 …`.")
    lock = CHECKOUT / lock_name
    # The place is part of it: a virtual environment does not survive a move of its folder.
    state = _hash_of([lock], f"{VENV} {sys.version_info[:2]} {sys.platform}")
    if _is_done("requirements-dev.lock", _dev_state()) or _is_done(lock_name, state):
        return
    _make_venv()
    with _Progress(f"installing {lock_name}"):
        _install(lock)
    _make_importable()
    _note(lock_name, state)


def _dev_state() -> str:
    """The development environment holds the runtime's too, unless the runtime's lock has moved on without it."""
    lock = CHECKOUT / "requirements-dev.lock"
    return _hash_of([lock], f"{VENV} {sys.version_info[:2]} {sys.platform}")


def _make_venv() -> None:
    marker = VENV / ".made-at"
    made_here = f"{VENV} {sys.version_info[:2]}"
    if marker.exists() and marker.read_text() == made_here and PYTHON.exists():
        return
    with _Progress("making .venv"):
        done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotPrepare(
            f"{sys.executable} cannot make a virtual environment (on Debian: apt-get install python3-venv).\n"
            + (done.stdout + done.stderr).strip()
        )
    marker.write_text(made_here)


def _install(lock: Path) -> None:
    uv = VENV / "bin" / "uv"
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    if not uv.exists():
        _succeeds([*pip, "-r", str(CHECKOUT / "requirements-uv.lock")])
    with_uv = [str(uv), "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes", "-r", str(lock)]
    if not (uv.exists() and _succeeds(with_uv)):
        _run([*pip, "-r", str(lock)], f"The packages of {lock.name} could not be installed.")


def _make_importable() -> None:
    """Let this Python import `backend` from everywhere, and put the `tuixiu` command beside it; nothing is built."""
    [packages] = VENV.glob("lib/python*/site-packages")
    (packages / "tuixiu.pth").write_text(f"{CHECKOUT}\n", encoding="utf-8")
    command = VENV / "bin" / "tuixiu"
    command.write_text(
        '#!/bin/sh\n# The city\'s command: the same as `python -m backend.cli`.\n'
        'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)\nexec "$here/python" -m backend.cli "$@"\n'
    )
    command.chmod(0o755)


# -- the H5 -------------------------------------------------------------------------------------------------------


def node_folder() -> Path:
    """The folder with node and npm: the system's where it is new enough, else the one that comes as a wheel."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version_of(found) >= OLDEST_NODE:
        return Path(found).parent
    if not (VENV / "bin" / "node").exists():
        with _Progress("installing Node"):
            _install(CHECKOUT / "requirements-node.lock")
    return VENV / "bin"


def install_node_modules(folder: Path) -> None:
    """`npm ci` in a folder, when its lock file has changed since."""
    if not (folder / "package-lock.json").exists():
        raise CannotPrepare(f"{folder.name}/package-lock.json is missing: the checkout is not whole.")
    state = _hash_of([folder / "package-lock.json", folder / "package.json"], str(folder))
    stamp = folder / "node_modules" / ".prepared"
    if stamp.exists() and stamp.read_text() == state:
        return
    node_folder()
    with _Progress(f"installing the packages of {folder.name}"):
        _npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(state)


def build_h5() -> None:
    """Build the pages of h5/, when a source of them has changed since; the page of problem codes shows docs/."""
    sources = [path for path in sorted(H5.rglob("*")) if not NOT_SOURCES & set(path.relative_to(H5).parts)]
    state = _hash_of(path for path in [*sources, CHECKOUT / "docs" / "problems.md"] if path.is_file())
    stamp = H5 / "dist" / ".built-from"
    if stamp.exists() and stamp.read_text() == state:
        return
    install_node_modules(H5)
    with _Progress("building the pages"):
        _npm(H5, "run", "--silent", "build")
    stamp.write_text(state)


def _npm(in_folder: Path, *arguments: str) -> None:
    # The whole environment goes along: npm finds its certificates and its registry's settings there.
    folder = node_folder()
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    complaint = f"`npm {' '.join(arguments)}` failed in {in_folder.name}/."
    _run([str(folder / "npm"), *arguments], complaint, cwd=in_folder, environ=environ)


def _version_of(node: str) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    match = re.match(r"v([0-9]+)\.([0-9]+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


# -- a browser for the tests --------------------------------------------------------------------------------------


def install_browser() -> None:
    """See that there is a Chromium and a Chinese font: the machine's, else Debian's, else Playwright's own."""
    if not _has_chromium():
        with _Progress("installing Chromium"):
            _apt("chromium", "fonts-noto-cjk") or _succeeds([str(PYTHON), "-m", "playwright", "install", "chromium"])
    elif not _has_chinese_font():
        with _Progress("installing a Chinese font"):
            _apt("fonts-noto-cjk")
    if not _has_chromium():
        print("prepare: no Chromium can be had here; browser tests will be reported as not run.", flush=True)
    elif not _has_chinese_font():
        print("prepare: no Chinese font can be had here; screenshots will show boxes for characters.", flush=True)


def install_nginx() -> None:
    """See that there is an nginx to try the sample file with. Debian also starts it: not asked for by `make test`."""
    if not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"):
        with _Progress("installing nginx"):
            _apt("nginx-light")


def _has_chromium() -> bool:
    return _succeeds([str(PYTHON), "-m", "tests.chromium"])


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    return lister is not None and bool(subprocess.run([lister, ":lang=zh"], capture_output=True).stdout.strip())


def _apt(*packages: str) -> bool:
    if not shutil.which("apt-get"):
        return False
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if become_root and not shutil.which("sudo"):
        return False
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    _succeeds([*apt, "update"])
    return _succeeds([*apt, "install", "-y", "--no-install-recommends", *packages])


# -- small change -------------------------------------------------------------------------------------------------


class _Progress:
    """One line while something goes on: what, and how long it took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.began = time.monotonic()
        print(f"  {self.what} …", end="", flush=True)

    def __exit__(self, *failure: object) -> None:
        print(f" {time.monotonic() - self.began:.1f} s" if failure[0] is None else " failed", flush=True)


def _hash_of(paths: Iterable[Path], *also: str) -> str:
    digest = hashlib.sha256(repr(also).encode())
    for path in paths:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_done(step: str, state: str) -> bool:
    stamp = VENV / f".prepared-{step}"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == state


def _note(step: str, state: str) -> None:
    (VENV / f".prepared-{step}").write_text(state)


def _succeeds(arguments: list[str]) -> bool:
    try:
        return subprocess.run(arguments, cwd=CHECKOUT, capture_output=True).returncode == 0
    except OSError:
        return False


def _run(arguments: list[str], complaint: str, cwd: Path = CHECKOUT, environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(arguments, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise CannotPrepare(f"{complaint}\n{done.stdout.strip()}")


if __name__ == "__main__":
    main()
