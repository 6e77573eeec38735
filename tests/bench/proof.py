"""`python -m tests.bench.proof`: how long the nightly proof takes and how much memory it needs, by the number of cases.

A real store and database; the proof runs as `tuixiu evidence prove`, a process of its own, without its nightly pace.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from hashlib import sha256

from backend import wiring
from backend.domain.audit import AuditEntry
from backend.sandbox.city import City, running_city
from backend.sandbox.processes import free_port
from backend.settings import Settings
from tests.bench.__main__ import folder
from tests.builders import a_person
from tests.domain.cases import AT, HER, a_case, a_photo

PHOTOS, PHOTO_BYTES = 9, 600_000
IMAGE_KEY = "cases/bench/image.jpg"


def main() -> None:
    """Proves some cases, then as many again and again, so that what grows is seen."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, nargs="+", default=[50, 200])
    with folder() as path, running_city(
        path / "var", {**os.environ, "TUIXIU_PORT": str(free_port())}, lambda _line: None
    ) as city:
        world = wiring.build_world(Settings.from_environment(city.environ()))
        content = os.urandom(PHOTO_BYTES)
        world.evidence.put(IMAGE_KEY, content, "image/jpeg")
        there = 0
        for wanted in options.parse_args().cases:
            for number in range(there, wanted):
                add_case(world, number, sha256(content).hexdigest())
            there = wanted
            print(f"  {prove(city)}", flush=True)
        world.close()


def add_case(world: wiring.World, number: int, digest: str) -> None:
    """One case with its photos, their thumbnails and their links; all show the same picture."""
    case = a_case(applicant_id=a_person(world.store, number + 1), signature=None)
    with world.store.begin() as tx:
        tx.cases.add(case)
        tx.cases.save(case)
        loaded = tx.cases.load(case.id)
        for part in range(PHOTOS):
            thumbnail = f"cases/{case.id}/{part}/thumbnail.jpg"
            world.evidence.put(thumbnail, b"x", "image/jpeg")
            photo = a_photo("id_card", f"page_{part}", image_key=IMAGE_KEY, sha256=digest, thumbnail_key=thumbnail)
            loaded.keep_photo(photo)
            said = ("photo_kept", f"photo:{photo.id}", None, {"sha256": digest})
            tx.audit.append(AuditEntry(case.id, AT, HER.id, HER.role, HER.name, *said))
        tx.cases.save(loaded)


def prove(city: City) -> str:
    """What the command says of itself: cases, files, breaks, seconds, memory."""
    environ = {**city.environ(), "TUIXIU_PROOF_OBJECTS_PER_SECOND": "1000000"}
    command = [sys.executable, "-m", "backend.cli", "evidence", "prove"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip()[-2000:]


if __name__ == "__main__":
    main()
