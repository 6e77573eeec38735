"""The store alone, on an emptied database."""

from collections.abc import Iterator

import pytest

from backend.adapters.db.store import PostgresStore, make_engine
from tests.builders import a_seal


@pytest.fixture
def store(emptied_database_url: str) -> Iterator[PostgresStore]:
    """Transactions on up to six connections."""
    engine = make_engine(emptied_database_url, pool_size=6)
    yield PostgresStore(engine, a_seal())
    engine.dispose()
