"""`python -m tests.bench.coach [speed | tuning | measuring]`: how the coach does; both without a word."""

from __future__ import annotations

import sys

from tests.bench.coach.catch import measure_catch
from tests.bench.coach.speed import measure_speed


def main() -> None:
    """Measures what was asked for."""
    asked = sys.argv[1:] or ["speed", "measuring"]
    for each in asked:
        if each == "speed":
            measure_speed()
        else:
            measure_catch(each)


if __name__ == "__main__":
    main()
