"""Reads and checks all of config at start: dated policy here, the rest in calendar_files.py,
question_files.py and wording_files.py.

Anything that does not hold together is a ConfigFault naming file and line, and stops the start.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from backend.adapters import calendar_files, located_yaml, question_files, wording_files
from backend.adapters.located_yaml import ConfigFault, Located
from backend.domain.absences import PromiseRules, PromiseTerms
from backend.domain.people import Month, Sex
from backend.domain.policy import (
    Category,
    ChosenBy,
    Delay,
    Disability,
    DisabilityRoute,
    FlexibleRetirement,
    MedicalYears,
    Policy,
    RetirementAge,
    Row,
    Rule,
    SpecialWork,
    Way,
)
from backend.domain.rulebook import Rulebook, VersionUnreadable

__all__ = ["ConfigFault", "files_of", "hash_of", "load", "load_kept"]

T = TypeVar("T")
_ONE_DAY = timedelta(days=1)


def load(config_path: Path) -> Rulebook:
    """Reads every file under config. Raises ConfigFault at the first thing that does not hold together."""
    policy = _policy(config_path / "policy")
    items, offices = wording_files.read_items(config_path / "items.zh-CN.yaml")
    graph = question_files.read_graph(
        config_path / "questions.zh-CN.yaml", config_path / "areas" / "district.zh-CN.yaml"
    )
    materials = question_files.read_materials(config_path / "materials.zh-CN.yaml", items, graph)
    wording_files.check_fields(config_path / "items.zh-CN.yaml", graph)
    return Rulebook(
        policy=policy,
        graph=graph,
        materials=materials,
        items=items,
        offices=offices,
        service_centre=wording_files.read_service_centre(config_path / "items.zh-CN.yaml"),
        consents=wording_files.read_consents(config_path / "consents.zh-CN.yaml"),
        guide=wording_files.read_guide(config_path / "guide.zh-CN.yaml"),
        checks=wording_files.read_checks(config_path / "checks.zh-CN.yaml", materials),
        promises=_promises(config_path),
        refusal=wording_files.read_refusal(config_path / "refusal.zh-CN.yaml"),
        calendar=calendar_files.read_calendar(config_path / "work_calendar", policy.amber_percent),
        content_hash=hash_of(files_of(config_path)),
    )


def files_of(config_path: Path) -> dict[str, str]:
    """Every YAML file under config, path below it → text: what a version is kept as, and loaded from again."""
    return {path.relative_to(config_path).as_posix(): _text_of(path) for path in config_path.rglob("*.yaml")}


def hash_of(files: Mapping[str, str]) -> str:
    """SHA-256 over the names and bytes of files, in the order of their names."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        encoded = content.encode()
        digest.update(f"{name}\0{len(encoded)}\0".encode())
        digest.update(encoded)
    return digest.hexdigest()


def load_kept(files: Mapping[str, str]) -> Rulebook:
    """The rulebook of a kept version, with the very content hash it had. Raises VersionUnreadable."""
    with TemporaryDirectory(prefix="tuixiu-policy-") as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        try:
            return load(Path(folder))
        except ConfigFault as fault:
            where = fault.file.relative_to(folder).as_posix()
            raise VersionUnreadable(f"{where}:{fault.line}: {fault.what}") from fault


def _text_of(path: Path) -> str:
    """Byte for byte: line ends stay as they are."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigFault(path, 1, f"is not UTF-8: {error}") from error


# ── Policy ───────────────────────────────────────────────────────────────────────────────────────────────────────

_RULE_KEYS = ("name", "title", "unit", "chosen_by", "source", "status", "rows")
_ROW_KEYS = ("from", "until", "law")
_WHEN_FILED = (ChosenBy.FILING_MONTH,)
_WHEN_RETIRING = (ChosenBy.STATUTORY_MONTH, ChosenBy.CHOSEN_MONTH, ChosenBy.RETIREMENT_MONTH)


def _policy(folder: Path) -> Policy:
    ages = located_yaml.read(folder / "retirement_age.yaml")
    return Policy(
        original_age_months={category: ages["original_age_months"][category].whole(1) for category in Category},
        retirement_age=_rule(folder, "retirement_age", (ChosenBy.ORIGINAL_AGE_MONTH,), _retirement_age, ("delays",)),
        minimum_contribution=_rule(folder, "minimum_contribution", _WHEN_RETIRING, _months, ("months",)),
        flexible_retirement=_rule(
            folder, "flexible_retirement", (ChosenBy.STATUTORY_MONTH,), _flexible, _FLEXIBLE_KEYS
        ),
        special_work=_rule(folder, "special_work", _WHEN_FILED, _special_work, ("age_months", "years")),
        disability=_rule(folder, "disability", _WHEN_FILED, _disability, _DISABILITY_KEYS),
        medical_years=_rule(folder, "medical_years", _WHEN_RETIRING, _medical_years, _MEDICAL_KEYS),
        deemed_contribution=_rule(folder, "deemed_contribution", _WHEN_FILED, _counts, ("counts",)),
        pension_start=_rule(folder, "pension_start", _WHEN_RETIRING, _months_after, ("months_after",)),
        amber_percent=_rule(folder, "clock", _WHEN_FILED, _amber_percent, ("amber_percent",)),
        window_review_working_days=_rule(folder, "window_review", _WHEN_FILED, _working_days, ("working_days",)),
        content_hash=hash_of(files_of(folder)),
    )


def _rule(
    folder: Path,
    name: str,
    may_be_chosen_by: tuple[ChosenBy, ...],
    value_of: Callable[[Located], T],
    keys: tuple[str, ...],
) -> Rule[T]:
    file = located_yaml.read(folder / f"{name}.yaml")
    extra = ("original_age_months",) if name == "retirement_age" else ()
    given = file.only(*_RULE_KEYS, *extra)
    if file["name"].text() != name:
        file["name"].fault(f"the rule of this file is {name!r}")
    return Rule(
        name=name,
        title=file["title"].text(),
        unit=file["unit"].text(),
        chosen_by={way: _chosen_by(each, may_be_chosen_by) for way, each in _by_way(file["chosen_by"], Way).items()},
        source=file["source"].text(),
        rows=_rows(file, value_of, keys),
        status=_status(given.get("status")),
    )


def _by_way(located: Located, wanted: Iterable[Way]) -> dict[Way, Located]:
    """One value for every way of retiring, or one for each that is wanted."""
    if located.is_mapping:
        given = located.only(*Way)
        return {way: given.get(way) or located[way] for way in wanted}
    return dict.fromkeys(Way, located)


def _chosen_by(located: Located, allowed: tuple[ChosenBy, ...]) -> ChosenBy:
    chosen_by = located.one_of(ChosenBy)
    if chosen_by not in allowed:
        located.fault(f"this rule can be chosen by {', '.join(allowed)}")
    return chosen_by


def _status(located: Located | None) -> dict[Way, str]:
    """Who has yet to confirm the rule, by way; nothing for a way of which it is settled."""
    if located is None:
        return dict.fromkeys(Way, "")
    unsettled = [Way(key) for key in located.only(*Way)] if located.is_mapping else Way
    return dict.fromkeys(Way, "") | {way: each.text() for way, each in _by_way(located, unsettled).items()}


def _rows(file: Located, value_of: Callable[[Located], T], keys: tuple[str, ...]) -> tuple[Row[T], ...]:
    """The rows, oldest first. Each says until when it holds, the last holds on: no gap, no overlap."""
    located = list(file["rows"].each())
    if not located:
        file["rows"].fault("has no rows")
    rows: list[Row[T]] = []
    for place, row in enumerate(located):
        given = row.only(*_ROW_KEYS, *keys)
        since = row["from"].day()
        follower = located[place + 1] if place + 1 < len(located) else None
        if rows and since.day != 1:
            row["from"].fault("a row after the first begins on the first of a month: months pick it")
        _check_until(row, given.get("until"), since, follower)
        rows.append(Row(since, value_of(row), (given.get("law") or file["source"]).text()))
    return tuple(rows)


def _check_until(row: Located, until: Located | None, since: date, follower: Located | None) -> None:
    if follower is None:
        if until is not None:
            until.fault("the last row holds on: leave `until` out")
        return
    if until is None:
        row.fault("says from when but not until when")
    if until.day() < since:
        until.fault("ends before it begins")
    begins = follower["from"].day()
    if begins > until.day() + _ONE_DAY:
        follower["from"].fault(f"leaves a gap after {until.day()}")
    if begins <= until.day():
        follower["from"].fault(f"overlaps the row that holds until {until.day()}")


def _promises(config_path: Path) -> PromiseRules:
    """容缺受理. A version kept from before there was any has neither waivable papers nor the file."""
    waivers = question_files.read_waivers(config_path / "materials.zh-CN.yaml")
    folder = config_path / "policy"
    if not waivers and not (folder / f"{PROMISE_RULE}.yaml").exists():
        return PromiseRules({}, None)
    return PromiseRules(waivers, _rule(folder, PROMISE_RULE, _WHEN_FILED, _promise_terms, _PROMISE_KEYS))


PROMISE_RULE = "acceptance_with_promise"
_PROMISE_KEYS = ("longest_working_days", "extension_working_days", "remind_working_days_before")


def _promise_terms(row: Located) -> PromiseTerms:
    return PromiseTerms(*(row[key].whole(1) for key in _PROMISE_KEYS))


def _months(row: Located) -> int:
    return row["months"].whole(1)


def _months_after(row: Located) -> int:
    return row["months_after"].whole()


def _counts(row: Located) -> bool:
    return row["counts"].truth()


def _working_days(row: Located) -> int:
    return row["working_days"].whole(1)


def _amber_percent(row: Located) -> int:
    percent = row["amber_percent"].whole(1)
    if percent > 100:
        row["amber_percent"].fault("a percentage is at most 100")
    return percent


def _retirement_age(row: Located) -> RetirementAge:
    located = row.get("delays")
    return RetirementAge(
        {Category(name): _delay(delay) for name, delay in located.only(*Category).items()} if located else {}
    )


def _delay(delay: Located) -> Delay:
    delay.only("first_delayed_birth", "births_per_step", "cap_months")
    return Delay(
        first_delayed_birth=_month(delay["first_delayed_birth"]),
        births_per_step=delay["births_per_step"].whole(1),
        cap_months=delay["cap_months"].whole(1),
    )


def _month(located: Located) -> Month:
    try:
        return Month.parse(located.text())
    except ValueError:
        located.fault(f"expected a month YYYY-MM, not {located.text()!r}")


_FLEXIBLE_KEYS = ("early_max_months", "late_max_months", "early_notice_months", "late_notice_months")


def _flexible(row: Located) -> FlexibleRetirement:
    return FlexibleRetirement(*(row[key].whole() for key in _FLEXIBLE_KEYS))


def _special_work(row: Located) -> SpecialWork:
    years = {kind: count.whole(1) for kind, count in row["years"].entries().items()}
    return SpecialWork(age_months=_by_sex(row["age_months"]), years=years)


_DISABILITY_KEYS = ("route", "age_months", "asks_minimum_contribution")


def _disability(row: Located) -> Disability:
    route, ages = row["route"].one_of(DisabilityRoute), row.get("age_months")
    if route is DisabilityRoute.EARLY_RETIREMENT and ages is None:
        row.fault("an early retirement has its ages: `age_months` is missing")
    return Disability(
        route=route,
        age_months=_by_sex(ages) if ages else {},
        asks_minimum_contribution=row["asks_minimum_contribution"].truth(),
    )


_MEDICAL_KEYS = ("lifetime_male", "lifetime_female", "in_province")


def _medical_years(row: Located) -> MedicalYears:
    lifetime = {Sex.MALE: row["lifetime_male"].whole(1), Sex.FEMALE: row["lifetime_female"].whole(1)}
    return MedicalYears(lifetime, row["in_province"].whole(1))


def _by_sex(located: Located) -> dict[Sex, int]:
    located.only(*Sex)
    return {sex: located[sex].whole(1) for sex in Sex}
