"""How long a look at a 12-megapixel photo takes in Chromium.

`Emulation.setCPUThrottlingRate` slows a page's main thread and no worker. So three numbers are told: the app's way (in
the worker) with the main thread throttled, which is what DevTools' “4x slowdown” shows; the worker's own milliseconds
times four, as if it had been slowed as well; and the fallback on the throttled main thread itself.
"""

from __future__ import annotations

import random
import statistics

from tests import pictures, spoiled
from tests.bench.coach.browser import coach_page
from tests.bench.coach.truth import KEPT
from tests.paper_families import papers_a

RATE, ROUNDS = 4, 7
WANTED = {"slot": "id_card", "part": "front", "sample": "id_card"}


def measure_speed() -> None:
    """Prints the three numbers: medians and worst of some rounds."""
    chance = random.Random(12)  # noqa: S311 - the same photo each time, not a secret
    scene = spoiled.lay(papers_a(pictures.HER)["id_front"].image, spoiled.wood, chance, size=(4000, 3000))
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "twelve.jpg").write_bytes(spoiled.as_jpeg(scene.photo, 92))
    with coach_page() as page:
        cdp = page.context.new_cdp_session(page)

        def ask(how: str) -> list[float]:
            each = f"([a, w]) => {how}(a, w).then(each => each.found ? each.milliseconds : -1)"
            times = [page.evaluate(each, ["/twelve.jpg", WANTED]) for _ in range(ROUNDS + 1)][1:]
            assert min(times) > 0, "the coach did not judge the photo"
            return times

        plain, plain_page = ask("ask"), ask("askOnPage")
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": RATE})
        throttled, throttled_page = ask("ask"), ask("askOnPage")
    rows = (
        ("worker, nothing throttled", plain),
        (f"worker, main thread throttled {RATE}x", throttled),
        (f"worker's own time, times {RATE}", [each * RATE for each in plain]),
        ("fallback on the page, nothing throttled", plain_page),
        (f"fallback on the page, throttled {RATE}x", throttled_page),
    )
    print(
        f"A photo of 12 megapixels ({len((KEPT / 'twelve.jpg').read_bytes()) // 1000} kB), {ROUNDS} rounds; aim 300 ms"
    )
    for name, times in rows:
        print(f"  {name:<42}median {statistics.median(times):>6.0f} ms   worst {max(times):>6.0f} ms")
