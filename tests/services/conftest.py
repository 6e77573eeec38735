"""The service as the use cases see it: real PostgreSQL, real S3, a clock that stands until a test moves it."""

from collections.abc import Iterator

import pytest

from backend import wiring
from backend.settings import Settings
from tests.builders import Town
from tests.sandbox_wechat import a_clock


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    """Everything wired as in production, with staff and one applicant."""
    clock = a_clock()
    world = wiring.build_world(settings, clock)
    yield Town(world.services, world.store, clock)
    world.close()
