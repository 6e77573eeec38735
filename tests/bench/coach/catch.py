"""Catches and false alarms of the coach on a set of drawn photos, in the real worker of a real Chromium."""

from __future__ import annotations

from collections import defaultdict

from tests.bench.coach.browser import coach_page
from tests.bench.coach.truth import Known, known

AIM_CAUGHT, AIM_FALSE = 95.0, 3.0


def warnings_on(name: str) -> list[tuple[Known, list[str], dict[str, float]]]:
    """Each photo of the set, what the coach warned of, and its scores."""
    found = []
    with coach_page() as page:
        for photo, _ in known(name):
            wanted = {"slot": photo.slot, "part": photo.part, "sample": photo.sample}
            said = page.evaluate("([a, w]) => ask(a, w).then(each => each.found)", [f"/{name}/{photo.file}", wanted])
            found.append((photo, said["warnings"] if said else [], said["scores"] if said else {}))
    return found


def measure_catch(name: str) -> None:
    """Prints how many of the unreadable are warned of, how many of the good, and the same by kind and strength."""
    rows = warnings_on(name)
    unreadable = [(p, w) for p, w, _ in rows if p.is_unreadable]
    good = [(p, w) for p, w, _ in rows if p.is_good]
    between = [(p, w) for p, w, _ in rows if not p.is_unreadable and not p.is_good]
    print(f"The {name} set: {len(rows)} drawn photos")
    print(f"  unreadable, warned of   {_share(unreadable)}   aim at least {AIM_CAUGHT} %")
    named = [(p, w) for p, w in unreadable if set(w) & set(p.expected)]
    print(f"    by a fitting sentence {len(named)}/{len(unreadable)}")
    print(f"  good, warned of         {_share(good)}   aim at most {AIM_FALSE} %")
    print(f"  spoiled but legible     {_share(between)}   no aim")
    by_kind: dict[tuple[str, int], list[tuple[Known, list[str]]]] = defaultdict(list)
    for photo, warned, _ in rows:
        by_kind[photo.kind, photo.strength].append((photo, warned))
    print(f"  {'kind':<10}{'strength':>9}{'photos':>8}{'unreadable':>12}{'warned':>8}   missed, false alarms")
    for (kind, strength), of in sorted(by_kind.items()):
        bad = sum(p.is_unreadable for p, _ in of)
        wrong = [f"missed {p.file[:-4]}" for p, w in of if p.is_unreadable and not w]
        wrong += [f"false {p.file[:-4]} {','.join(w)}" for p, w in of if p.is_good and w]
        print(f"  {kind:<10}{strength:>9}{len(of):>8}{bad:>12}{sum(bool(w) for _, w in of):>8}   {'; '.join(wrong)}")


def _share(of: list[tuple[Known, list[str]]]) -> str:
    warned = sum(bool(w) for _, w in of)
    return f"{warned}/{len(of)} = {100 * warned / max(1, len(of)):.1f} %"
