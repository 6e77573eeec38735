"""`tuixiu`: the commands of those who run the service. Each reads its settings from the environment; no rules here."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from backend.domain.errors import RuleBroken
from backend.settings import Settings, SettingsError

READER_NICENESS = 19


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """退休一件事. Settings come from TUIXIU_* variables: config/settings.example.env lists them."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Requests at a time in each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the API and the pages. Refuses unsafe settings and a schema that is not at head."""
    _ready_settings()
    _refuse_a_busy_port(host, port)
    # Where the processes of one server add up their figures; before the first of them counts anything.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="tuixiu-metrics-"))
    arguments = web_command(host, port, workers, threads)
    os.execv(arguments[0], arguments)  # noqa: S606 - the same Python, with arguments built here


@main.command()
def worker() -> None:
    """Do the jobs that the service puts off: pushes, callbacks, deadlines. Refuses as serve does."""
    settings = _ready_settings()
    from backend import jobs

    jobs.run_worker(settings)


@main.command()
def reader() -> None:
    """Read the photos that arrived, one at a time and only with what the other processes leave over."""
    settings = _ready_settings()
    _let_others_go_first(READER_NICENESS, only_idle=bool(settings.reading_only_idle))
    from backend import jobs

    jobs.run_reader(settings)


@main.command()
@click.option("--to", "revision", default="head", show_default=True, help="The revision to move up to.")
def migrate(revision: str) -> None:
    """Move the tables to the newest schema. Safe to run from several machines at once."""
    from backend import wiring

    with _refusals_said():
        settings = Settings.from_environment(os.environ)
        wiring.migrate(settings.database_url, revision)


@main.group()
def settings() -> None:
    """The settings this process would run with."""


@settings.command("check")
def check_settings() -> None:
    """Say whether serve and worker would start, and if not why."""
    found = _ready_settings()
    click.echo(f"These settings are good for {found.environment}.")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
def verify_audit() -> None:
    """Verify every case's chain, and name the first broken link."""
    from backend import wiring

    with _refusals_said():
        broken = wiring.build(Settings.from_environment(os.environ)).supervision.verify()
    for case_id, seq in broken:
        click.echo(f"The chain of case {case_id} is broken at link {seq}.", err=True)
    if broken:
        sys.exit(1)
    click.echo("Every chain is whole.")


@main.group()
def evidence() -> None:
    """The photos, signatures and documents in the object store."""


@evidence.command("prove")
def prove_evidence() -> None:
    """Read every file of every case back and compare it, as the worker does each night; say how long it took.

    Exit code 1 when something is broken: the administrator's page of incidents says what and what to do.
    """
    from backend import wiring

    with _refusals_said():
        run = wiring.build(Settings.from_environment(os.environ)).proofs.prove()
    lasted = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # kB on Linux
    click.echo(f"{run.cases} cases, {run.objects} files, {run.breaks} broken; {lasted:.0f} s, {most} MB at most.")
    if run.breaks:
        sys.exit(1)


@evidence.command("sweep")
def sweep_evidence() -> None:
    """Remove files that nothing refers to and that are older than a day, as the worker does each night."""
    from backend import wiring

    with _refusals_said():
        swept = wiring.build(Settings.from_environment(os.environ)).proofs.sweep_orphans()
    click.echo(f"{swept.seen} files older than a day, {swept.removed} removed.")


@main.command()
@click.argument("numbers", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every case that was ever submitted.")
def replay(numbers: tuple[str, ...], every: bool) -> None:
    """Answer cases again by the policy version each stored, and say whether the answer is the same.

    Exit code 1 when one differs, its version is missing or cannot be read, or there is no such case.
    """
    from backend import wiring

    if every == bool(numbers):
        raise click.UsageError("Name cases by their numbers, or give --all.")
    counts: Counter[str] = Counter()
    has_faults = False
    with _refusals_said():
        versions = wiring.build(Settings.from_environment(os.environ)).policy_versions
        for each in versions.replay(None if every else numbers):
            counts[each.outcome] += 1
            has_faults |= each.is_fault
            if each.is_fault or not every:
                click.echo(f"{each.number}  {each.outcome}  {each.content_hash[:8]}  {', '.join(each.where)}".rstrip())
    click.echo("; ".join(f"{outcome}: {count}" for outcome, count in sorted(counts.items())) or "No case yet.")
    if has_faults:
        sys.exit(1)


@main.group()
def staff() -> None:
    """Staff accounts."""


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Their own name.")
@click.option("--role", required=True, help="clerk, supervisor, officer, oversight or administrator.")
@click.option("--department", default=None, help="An officer's department.")
@click.password_option(help="Asked for when it is left out.")
def add_staff(username: str, name: str, role: str, department: str | None, password: str) -> None:
    """Add a member of staff."""
    from backend import wiring

    with _refusals_said():
        services = wiring.build(Settings.from_environment(os.environ))
        services.identity.add_staff(None, username, name, role, department, password)
    click.echo(f"{username} can sign in.")


@main.group()
def policy() -> None:
    """The rules as data, in config/."""


@policy.command("check")
def check_policy() -> None:
    """Load every file in config/ and say what is wrong with it."""
    from backend import wiring

    config_path = Path(os.environ.get("TUIXIU_CONFIG_PATH") or Settings.config_path)
    with _refusals_said():
        wiring.load_rulebook(config_path)
    click.echo("Every rule can be used.")


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def openapi(path: Path) -> None:
    """Write the API's document (OpenAPI 3.1)."""
    from backend.app import openapi_document

    path.write_text(json.dumps(openapi_document(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def states(path: Path) -> None:
    """Write the tables of states and transitions (docs/case-states.md)."""
    from backend.domain import case_states

    path.write_text(case_states.as_markdown(), encoding="utf-8")


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def problems(path: Path) -> None:
    """Write what every problem code means (docs/problems.md)."""
    from backend.api import problem_pages

    path.write_text(problem_pages.as_markdown(), encoding="utf-8")


def _let_others_go_first(niceness: int, *, only_idle: bool) -> None:
    """Asks the least of the processors: when wished only what is idle, on Linux; whoever wakes up comes at once.

    Linux also shares the processors by session, which the class of one process says nothing to: a process that has a
    session of its own (a service, a part of the city) lowers that too (sched(7)).
    """
    os.nice(niceness)
    if only_idle and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    session = Path("/proc/self/autogroup")
    if os.getsid(0) == os.getpid() and session.exists():
        session.write_text(str(niceness))


def web_command(host: str, port: int, workers: int = 2, threads: int = 4) -> list[str]:
    """The command line of the web server; a worker process that dies is replaced while the other serves."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers", "--no-ws"),
        *("--workers-kill-timeout", "10", "--log-level", "warning", "backend.app:wsgi"),
    ]


def _refuse_a_busy_port(host: str, port: int) -> None:
    """The web server itself would share the port with another of the same user, and answer half of its requests."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refusal:
            sys.exit(f"Cannot listen on {host} port {port}: {refusal.strerror}. Choose others with --host and --port.")


def _ready_settings() -> Settings:
    """Settings with which the service may run: complete, safe, on a database whose schema is at head."""
    from backend import wiring

    with _refusals_said():
        settings = Settings.from_environment(os.environ)
        wiring.refuse_an_old_schema(settings.database_url)
    return settings


@contextmanager
def _refusals_said() -> Iterator[None]:
    """Turn what an operator can mend into a message and exit code 1."""
    from backend.wiring import ConfigFault

    try:
        yield
    except (SettingsError, RuleBroken, ConfigFault) as refusal:
        sys.exit(str(refusal))
    except OperationalError as refusal:
        sys.exit(f"The database does not answer: check TUIXIU_DATABASE_URL and the server. It said: {refusal.orig}")


if __name__ == "__main__":
    main(prog_name="tuixiu")
