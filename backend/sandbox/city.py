"""The whole city on one machine: PostgreSQL, object store, WeChat, web, worker, reader; started, tended, stopped.

What the person at the terminal sees is in `__main__.py`; how each server is started is in the module of its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from backend.cli import web_command
from backend.sandbox import people
from backend.sandbox.object_store import ObjectStore
from backend.sandbox.ports import Claims, choose_ports
from backend.sandbox.postgres import PostgresServer
from backend.sandbox.processes import (
    PartFailed,
    ask,
    last_lines,
    processes_marked,
    start_child,
    stop_child,
    stop_stranger,
    wait_until,
)
from backend.sandbox.secrets import load_or_make_secrets, store_secrets
from backend.settings import CHECKOUT

MARK = "TUIXIU_CITY"  # in the environment of every part, so that the next start finds what a crash left behind
DATABASE = "tuixiu"
LOG_MAX_BYTES = 20_000_000
START_PATIENCE_SECONDS = 60
STOP_PATIENCE_SECONDS = 5
RESTART_DELAYS_SECONDS = (0.0, 1.0, 2.0, 5.0)
STEADY_SECONDS = 30.0

Progress = Callable[[str], AbstractContextManager[None]]


def _silently(_what: str) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


class Part:
    """One program of ours under the supervisor: web, worker, reader or WeChat."""

    def __init__(self, name: str, command: list[str], city: City) -> None:
        self.name = name
        self.log_path = city.log_path / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._city = city

    def start(self) -> None:
        """Start the program, after ending what a killed one may have left of its group."""
        if self.process is not None:
            self._end_rest_of_group(self.process.pid)
        environ = self._city.environ()
        self.process = start_child(self._command, log_path=self.log_path, environ=environ, directory=str(CHECKOUT))

    def is_running(self) -> bool:
        """True while its main process lives."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the farewell and return at once."""
        if self.is_running() and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait for its end, and make an end of the whole group if it takes too long."""
        if self.process is not None:
            stop_child(self.process, signal.SIGTERM, STOP_PATIENCE_SECONDS)

    def _end_rest_of_group(self, group: int) -> None:
        for process in processes_marked(MARK, str(self._city.var_path)):
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(process.pid) == group:
                    os.kill(process.pid, signal.SIGKILL)


class City:
    """All parts of the service on this machine, with their data in `var_path`.

    `start`, `tend` and `stop` are called from the main thread, because a part ends with the thread that started it.
    `say` receives a line when a part had to be started again.
    """

    def __init__(self, var_path: Path, environ: Mapping[str, str], say: Callable[[str], None] = print) -> None:
        self.var_path = var_path.resolve()
        self.log_path = self.var_path / "log"
        self._outer_environ = dict(environ)
        self._say = say
        self._claims = Claims()
        self._is_described = False
        self._ended_at: dict[str, list[float]] = {}

    def start(self, progress: Progress = _silently) -> None:
        """Start everything, and return when every part answers.

        Raises:
            PartFailed: naming the part, with the end of its log; what had started is stopped again.
        """
        self._prepare_folders()
        self._end_what_was_left_behind()
        wanted = self._outer_environ.get("TUIXIU_PORT")
        self.ports = choose_ports(self.var_path / "ports.json", self._claims, wanted)
        self.secrets = load_or_make_secrets(self.var_path / "secrets")
        self._describe_parts()
        try:
            self._start_parts(progress)
        except BaseException:
            self.stop()
            raise

    def tend(self) -> None:
        """Look once at every part, and start again what has ended; one that keeps ending waits longer each time."""
        for name, (is_running, start) in self._tended().items():
            if not is_running() and self._is_due(name):
                self._say(f"{name} ended; starting it again (log: {self.log_path / name}.log)")
                try:
                    start()
                except PartFailed as failure:
                    self._say(str(failure))

    def stop(self) -> None:
        """Stop everything in order: first who writes, then what is written to. A second call does nothing."""
        if self._is_described:
            parts = [self.web, self.worker, self.reader, self.wechat]
            for part in parts:
                part.ask_to_stop()
            for part in parts:
                part.stop()
            self.store.ask_to_stop()
            self.database.stop()
            self.store.stop()
        self._claims.let_go()

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def wechat_url(self) -> str:
        """Where the sandbox's WeChat is: its API for the service, its phones for people."""
        return f"http://127.0.0.1:{self.ports.wechat}"

    def environ(self) -> dict[str, str]:
        """The environment of the service's own programs: the person's, with this city's `TUIXIU_*` in it."""
        own = {
            MARK: str(self.var_path),
            "SPT_NOENV": "1",  # where setproctitle is installed, granian names its processes and wipes the mark out
            "TUIXIU_ENVIRONMENT": "sandbox",
            "TUIXIU_DATABASE_URL": self.database.url(DATABASE),
            "TUIXIU_S3_ENDPOINT_URL": self.store.endpoint_url,
            "TUIXIU_S3_PUBLIC_URL": self.store.endpoint_url,
            "TUIXIU_S3_REGION": self.store.region,
            "TUIXIU_PUBLIC_URL": self.url,
            "TUIXIU_WECHAT_API_URL": self.wechat_url,
            "TUIXIU_WECHAT_AUTHORIZE_URL": f"{self.wechat_url}/connect/oauth2/authorize",
            "TUIXIU_SANDBOX_WECHAT_PHONE_URL": f"{self.wechat_url}/",
            "TUIXIU_SANDBOX_WECHAT_FOLDER": str(self.var_path / "wechat"),
            "TUIXIU_METRICS_PORT": str(self.ports.metrics),
            "PROMETHEUS_MULTIPROC_DIR": str(self.var_path / "metrics"),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "PYTHONUNBUFFERED": "1",
        }
        service_secrets = {name: value for name, value in self.secrets.items() if name.startswith("TUIXIU_")}
        return {**self._outer_environ, **service_secrets, **own}

    # -- inside -------------------------------------------------------------------------------------------------------

    def _prepare_folders(self) -> None:
        shutil.rmtree(self.var_path / "metrics", ignore_errors=True)  # figures of processes that are gone
        for folder in (self.var_path, self.log_path, self.var_path / "wechat", self.var_path / "metrics"):
            folder.mkdir(parents=True, exist_ok=True)
        for log in self.log_path.glob("*.log"):
            if log.stat().st_size > LOG_MAX_BYTES:
                log.replace(log.with_suffix(".log.1"))

    def _end_what_was_left_behind(self) -> None:
        """After a kill of the supervisor its parts are still saying farewell, or were killed half."""
        left = processes_marked(MARK, str(self.var_path))
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        for process in left:
            stop_stranger(process, signal.SIGTERM, STOP_PATIENCE_SECONDS)

    def _describe_parts(self) -> None:
        inherited = {**self._outer_environ, MARK: str(self.var_path)}
        password = self.secrets["DATABASE_PASSWORD"]
        self.database = PostgresServer(
            self.var_path / "postgres", self.ports.database, password, self._log("database"), inherited
        )
        keys = store_secrets(self.secrets)
        self.store = ObjectStore(self.var_path / "store", self.ports.store, keys, self._log("store"), inherited)
        wechat = [sys.executable, "-m", "backend.sandbox.wechat", "--port", str(self.ports.wechat)]
        self.wechat = Part("wechat", wechat, self)
        # Not `tuixiu serve`, which would load everything once more to check the schema that was just brought to head
        self.web = Part("web", web_command("127.0.0.1", self.ports.web), self)
        self.worker = Part("worker", [sys.executable, "-m", "backend.cli", "worker"], self)
        self.reader = Part("reader", [sys.executable, "-m", "backend.cli", "reader"], self)
        self._is_described = True

    def _log(self, name: str) -> Path:
        return self.log_path / f"{name}.log"

    def _start_parts(self, progress: Progress) -> None:
        with progress("PostgreSQL"):
            self.store.launch()  # it takes longer, and both come up side by side
            self.database.start()
            self.database.create_database(DATABASE)
        with progress("object store"):
            self._start_store()
        with progress("tables and demo staff"):
            self.wechat.start()
            self._prepare_database()
        with progress("web and WeChat"):
            self.web.start()
            self._wait_for_answer(self.wechat, self.wechat_url + "/")
            self._wait_for_answer(self.web, self.url + "/readyz")
        # Nobody waits for the job worker, which takes up what has gathered: the web server has the processors first
        self.worker.start()
        self.reader.start()

    def _start_store(self) -> None:
        """The pages may be opened by either name of this machine, so both may send photos."""
        self.store.wait()
        self.store.set_rules([self.url, self.url.replace("127.0.0.1", "localhost")])

    def _prepare_database(self) -> None:
        """Make the tables and the demo staff, unless the database says that it was made from these very sources."""
        sources = _hash_of([*(CHECKOUT / "migrations").rglob("*.*"), Path(people.__file__)])
        if self.database.note(DATABASE) == sources:
            return
        command, log_path = [sys.executable, "-m", "backend.sandbox", "load"], self._log("load")
        loading = start_child(command, log_path=log_path, environ=self.environ(), directory=str(CHECKOUT))
        if loading.wait() != 0:
            raise PartFailed(f"The tables could not be made. The log ends:\n{last_lines(log_path)}")
        self.database.write_note(DATABASE, sources)

    def _wait_for_answer(self, part: Part, url: str) -> None:
        wait_until(lambda: _answers(url) or not part.is_running(), START_PATIENCE_SECONDS)
        if not part.is_running() or not _answers(url):
            raise PartFailed(f"{part.name} did not start. Its log ends:\n{last_lines(part.log_path)}")

    def _tended(self) -> Mapping[str, tuple[Callable[[], bool], Callable[[], None]]]:
        parts = {part.name: (part.is_running, part.start) for part in self._programs()}
        return {
            "database": (self.database.is_running, self.database.start),
            "store": (self.store.is_running, self._start_store_again),
            **parts,
        }

    def _programs(self) -> tuple[Part, ...]:
        return (self.wechat, self.web, self.worker, self.reader)

    def _start_store_again(self) -> None:
        self.store.launch()
        self._start_store()

    def _is_due(self, name: str) -> bool:
        """True when a part that ended may be started: at once, unless it has ended again and again just now."""
        now = time.monotonic()
        recent = [at for at in self._ended_at.get(name, []) if now - at < STEADY_SECONDS]
        delay = RESTART_DELAYS_SECONDS[min(len(recent), len(RESTART_DELAYS_SECONDS) - 1)]
        if recent and now - recent[-1] < delay:
            return False
        self._ended_at[name] = [*recent, now]
        return True


@contextlib.contextmanager
def running_city(var_path: Path, environ: Mapping[str, str], say: Callable[[str], None] = print) -> Iterator[City]:
    """A city for a test: started on entering, stopped on leaving."""
    city = City(var_path, environ, say)
    city.start()
    try:
        yield city
    finally:
        city.stop()


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.suffix in (".py", ".sql")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _answers(url: str) -> bool:
    """True when the server says that all is well."""
    try:
        ask(url)
    except OSError:
        return False
    return True
